package dev.bingo.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.app.report.Report.Chart;
import dev.bingo.app.report.Report.Role;
import dev.bingo.app.report.Report.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartTest {
  @ParameterizedTest
  @CsvSource({"0,1", "6.1,9.01", "-3,12", "0.001,0.0042", "17,18", "0,123456", "83.2,83.9"})
  void scalesHoldAllValuesWithRoundTicks(double least, double most) {
    Scale around = Scale.around(least, most, 5);
    assertThat(around.low()).isLessThanOrEqualTo(least + 1e-12);
    assertThat(around.high()).isGreaterThanOrEqualTo(most - 1e-12);
    assertThat(around.ticks()).isBetween(3, 10);
    assertThat(around.tick(around.ticks() - 1)).isCloseTo(around.high(), within(1e-9));
    Scale within = Scale.within(least, most, 5);
    assertThat(within.place(least, 10, 20)).isCloseTo(10, within(1e-9));
    assertThat(within.place(most, 10, 20)).isCloseTo(20, within(1e-9));
    assertThat(within.tick(0)).isGreaterThanOrEqualTo(least - 1e-9);
    assertThat(within.tick(within.ticks() - 1)).isLessThanOrEqualTo(most + 1e-9);
    for (Scale scale : List.of(around, within)) {
      assertThat(labels(scale)).doesNotHaveDuplicates();
    }
  }

  @Test
  void labelsHaveAsManyDecimalsAsTheStepNeeds() {
    assertThat(labels(Scale.around(0, 1, 5)))
        .containsExactly("0.0", "0.2", "0.4", "0.6", "0.8", "1.0");
    assertThat(labels(Scale.around(0, 5000, 5))).contains("0", "1,000", "5,000");
    assertThat(labels(Scale.around(-1, 1, 4))).contains("-0.5", "0.0", "0.5");
  }

  @Test
  void oneValueHasAScaleToo() {
    for (double value : new double[] {0, 5, -2e-7}) {
      Scale scale = Scale.around(value, value, 5);
      assertThat(scale.low()).isLessThan(value);
      assertThat(scale.high()).isGreaterThan(value);
    }
  }

  @Test
  void theChanceLevelIsDashedAndWithinTheChart() {
    double[] y = {8, 7, 6};
    String svg = draw(new Series(Role.STUDENT, "run", new double[] {0, 10, 20}, y, 9.3));
    assertThat(svg).contains("class=\"chance\"").contains("chance 9.3");
    assertThat(svg).contains(">10<").doesNotContain("NaN");
    assertThat(draw(new Series(Role.STUDENT, "run", new double[] {0, 10, 20}, y, Double.NaN)))
        .doesNotContain("chance");
  }

  @Test
  void dotsTellTheirValues() {
    String svg =
        draw(new Series(Role.TEACHER, "T", new double[] {0, 10}, new double[] {8.125, 7}, 9));
    assertThat(svg).contains("<title>T, step 0: 8.125</title>").contains("<title>T, step 10: 7</");
  }

  @Test
  void whatIsNotFiniteIsLeftOut() {
    String svg =
        draw(
            new Series(
                Role.OTHER,
                "broken",
                new double[] {0, 1, 2, 3},
                new double[] {1, Double.NaN, Double.POSITIVE_INFINITY, 2},
                Double.NaN));
    assertThat(svg).doesNotContain("NaN").doesNotContain("Infinity");
    assertThat(svg.split("<circle", -1)).hasSize(3);
    assertThat(draw(new Series(Role.OTHER, "none", new double[] {1}, new double[] {Double.NaN}, 3)))
        .contains("Nothing was recorded");
  }

  @Test
  void longSeriesAreThinnedToTheirEnds() {
    List<Integer> thin = LineChart.thinned(IntStream.range(0, 1000).boxed().toList(), 40);
    assertThat(thin).hasSize(40).startsWith(0).endsWith(999).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void bothAxesOfTheMapHaveOneScale() {
    double[] box = MapChart.box(new double[][] {{0, 0}, {10, 2}});
    assertThat(box).containsExactly(5, 1, 5);
    assertThat(MapChart.box(new double[][] {{3, 3}})).containsExactly(3, 3, 1);
  }

  private static String draw(Series series) {
    Html html = new Html();
    LineChart.draw(new Chart("title", "step", "loss", List.of(series), ""), html);
    return html.toString();
  }

  private static List<String> labels(Scale scale) {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < scale.ticks(); i++) {
      labels.add(scale.label(i));
    }
    return labels;
  }
}
