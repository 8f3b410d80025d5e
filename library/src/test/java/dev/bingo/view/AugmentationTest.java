package dev.bingo.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.render.CropBox;
import dev.bingo.render.ViewDraw;
import dev.bingo.render.ViewDraw.Colour;
import dev.bingo.torch.Draws;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our draws against the statistics of torchvision's own. */
class AugmentationTest {
  // Of a standard error: at this many tests one in millions is beyond it by chance.
  private static final double SIGMAS = 6;
  // In the fixture's order.
  private static final List<Colour> COLOURS =
      List.of(Colour.BRIGHTNESS, Colour.CONTRAST, Colour.SATURATION, Colour.HUE);
  private static JsonNode statistics;

  @BeforeAll
  static void load() {
    statistics = Golden.load("14-augmentations/distributions").json().path("expected_statistics");
  }

  @Test
  void cropsAreDistributedAsTorchvisions() {
    Pattern name =
        Pattern.compile("RandomResizedCrop (\\d+)x(\\d+) scale \\(([\\d.]+), ([\\d.]+)\\)");
    int seen = 0;
    for (var e : statistics.properties()) {
      Matcher m = name.matcher(e.getKey());
      if (m.matches()) {
        seen++;
        int height = Integer.parseInt(m.group(1));
        int width = Integer.parseInt(m.group(2));
        crops(
            e.getValue(),
            width,
            height,
            Double.parseDouble(m.group(3)),
            Double.parseDouble(m.group(4)));
      }
    }
    assertThat(seen).isPositive();
  }

  private static void crops(JsonNode expected, int width, int height, double least, double most) {
    int n = expected.path("draws").asInt();
    List<CropBox> boxes =
        IntStream.range(0, n)
            .mapToObj(i -> CropBox.random(width, height, least, most, Draws.of(3, i)))
            .toList();
    double full = (double) width * height;
    double[] area = boxes.stream().mapToDouble(b -> b.width() * b.height() / full).toArray();
    double[] ratio =
        boxes.stream().mapToDouble(b -> Math.log((double) b.width() / b.height())).toArray();
    compare(expected, "area_fraction", area);
    compare(expected, "log_ratio", ratio);
    mean(expected, "top_mean", boxes.stream().mapToDouble(CropBox::top).toArray());
    mean(expected, "left_mean", boxes.stream().mapToDouble(CropBox::left).toArray());
    mean(
        expected,
        "centre_y_mean",
        boxes.stream().mapToDouble(b -> (b.top() + b.height() / 2.0) / height).toArray());
    mean(
        expected,
        "centre_x_mean",
        boxes.stream().mapToDouble(b -> (b.left() + b.width() / 2.0) / width).toArray());
    CropBox fallback = CropBox.random(width, height, 100, 101, Draws.of(0));
    mean(
        expected,
        "share_equal_to_the_fallback_box",
        boxes.stream().mapToDouble(b -> b.equals(fallback) ? 1 : 0).toArray());
  }

  private static void compare(JsonNode expected, String key, double[] values) {
    mean(expected, key + "_mean", values);
    double std = std(values);
    assertThat(std)
        .as(key + " std")
        .isEqualTo(expected.path(key + "_std").asDouble(), within(.02 * std));
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    for (var q : expected.path(key + "_quantiles").properties()) {
      double found = sorted[(int) (Double.parseDouble(q.getKey()) * (sorted.length - 1))];
      assertThat(found)
          .as(key + " quantile " + q.getKey())
          .isEqualTo(q.getValue().asDouble(), within(.06 * std));
    }
  }

  /** Both means are of draws: the error of their difference is √2 of one's. */
  private static void mean(JsonNode expected, String key, double[] values) {
    assertThat(expected.has(key)).as(key).isTrue();
    double error = Math.max(std(values), 1e-2) * Math.sqrt(2.0 / values.length);
    assertThat(Arrays.stream(values).average().orElseThrow())
        .as(key)
        .isEqualTo(expected.path(key).asDouble(), within(SIGMAS * error));
  }

  private static double std(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElse(0));
  }

  @Test
  void jitterIsDistributedAsTorchvisions() {
    Pattern name = Pattern.compile("ColorJitter\\(([\\d.]+), ([\\d.]+), ([\\d.]+), ([\\d.]+)\\)");
    int seen = 0;
    for (var e : statistics.properties()) {
      Matcher m = name.matcher(e.getKey());
      if (m.matches()) {
        seen++;
        double[] strengths =
            IntStream.rangeClosed(1, 4).mapToDouble(i -> Double.parseDouble(m.group(i))).toArray();
        jitter(e.getValue(), strengths);
      }
    }
    assertThat(seen).isPositive();
  }

  private static void jitter(JsonNode expected, double[] s) {
    int n = expected.path("draws").asInt();
    Augmentation a = new Augmentation(.2, 1, 0, 1, s[0], s[1], s[2], s[3], 0, 0, 0);
    List<ViewDraw> draws =
        IntStream.range(0, n).mapToObj(i -> a.draw(64, 48, Draws.of(5, i))).toList();
    double[][] factors = {
      draws.stream().mapToDouble(ViewDraw::brightness).toArray(),
      draws.stream().mapToDouble(ViewDraw::contrast).toArray(),
      draws.stream().mapToDouble(ViewDraw::saturation).toArray(),
      draws.stream().mapToDouble(ViewDraw::hue).toArray()
    };
    for (int i = 0; i < 4; i++) {
      Colour colour = COLOURS.get(i);
      double std = std(factors[i]);
      JsonNode range = expected.path("ranges").path(colour.name().toLowerCase(Locale.ROOT));
      assertThat(Arrays.stream(factors[i]).boxed())
          .allMatch(f -> f >= range.path(0).asDouble() && f <= range.path(1).asDouble());
      assertThat(Arrays.stream(factors[i]).average().orElseThrow())
          .isEqualTo(
              expected.path("means").path(i).asDouble(), within(SIGMAS * std * Math.sqrt(2.0 / n)));
      assertThat(std).isEqualTo(expected.path("stds").path(i).asDouble(), within(.02 * std));
      double share = draws.stream().filter(d -> d.jitter().get(0) == colour).count() / (double) n;
      assertThat(share)
          .isEqualTo(
              expected.path("share_of_each_operation_coming_first").path(i).asDouble(),
              within(SIGMAS * .44 * Math.sqrt(2.0 / n)));
    }
  }

  @Test
  void chancesAreKept() {
    int n = 20_000;
    Augmentation a = new Augmentation(.2, 1, .5, .8, .4, .4, .4, .1, .2, .3, .1);
    List<ViewDraw> draws =
        IntStream.range(0, n).mapToObj(i -> a.draw(64, 48, Draws.of(9, i))).toList();
    assertThat(share(draws, d -> d.flip())).isEqualTo(.5, within(.02));
    assertThat(share(draws, d -> !d.jitter().isEmpty())).isEqualTo(.8, within(.02));
    assertThat(share(draws, ViewDraw::grey)).isEqualTo(.2, within(.02));
    assertThat(share(draws, d -> d.sigma() > 0)).isEqualTo(.3, within(.02));
    assertThat(share(draws, ViewDraw::solarise)).isEqualTo(.1, within(.015));
    double[] sigmas = draws.stream().mapToDouble(ViewDraw::sigma).filter(s -> s > 0).toArray();
    assertThat(Arrays.stream(sigmas).boxed()).allMatch(s -> s >= .1 && s < 2);
    assertThat(Arrays.stream(sigmas).average().orElseThrow()).isEqualTo(1.05, within(.05));
  }

  private static double share(List<ViewDraw> draws, Predicate<ViewDraw> property) {
    return draws.stream().filter(property).count() / (double) draws.size();
  }

  @Test
  void anOperationWithoutStrengthIsLeftOut() {
    Augmentation a = new Augmentation(.2, 1, 0, 1, .4, 0, .4, 0, 0, 0, 0);
    assertThat(a.draw(64, 48, Draws.of(1)).jitter())
        .containsExactlyInAnyOrder(Colour.BRIGHTNESS, Colour.SATURATION);
  }

  @Test
  void anImageMayShrinkWhileTheCropHoldsTheView() {
    assertThat(divisor(447, 900)).isEqualTo(1);
    assertThat(divisor(448, 900)).isEqualTo(2);
    assertThat(divisor(2000, 896)).isEqualTo(4);
    assertThat(divisor(5000, 5000)).isEqualTo(8);
  }

  private static int divisor(int height, int width) {
    CropBox crop = new CropBox(0, 0, height, width);
    return new ViewDraw(crop, List.of(), 1, 1, 1, 0, false, 0, false, false).divisor(224);
  }

  @Test
  void anImpossibleAugmentationIsRefused() {
    assertThatThrownBy(() -> new Augmentation(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        .hasMessageContaining("crop");
    assertThatThrownBy(() -> new Augmentation(.2, 1, 0, 0, 0, 0, 0, .6, 0, 0, 0))
        .hasMessageContaining("hue");
  }
}
