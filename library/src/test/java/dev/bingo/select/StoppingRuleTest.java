package dev.bingo.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.select.StoppingRule.Round;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoppingRuleTest {
  /** Newcombe's table (Statistics in Medicine 1998), method 3. */
  @Test
  void theIntervalIsWilsons() {
    assertThat(Wilson.of(81, 263).low()).isCloseTo(.2553, within(5e-5));
    assertThat(Wilson.of(81, 263).high()).isCloseTo(.3662, within(5e-5));
    assertThat(Wilson.of(15, 148).low()).isCloseTo(.0624, within(5e-5));
    assertThat(Wilson.of(15, 148).high()).isCloseTo(.1605, within(5e-5));
    assertThat(Wilson.of(0, 20).low()).isZero();
    assertThat(Wilson.of(0, 20).high()).isCloseTo(.1611, within(5e-5));
    assertThat(Wilson.of(29, 29).high()).isEqualTo(1);
    assertThat(Wilson.of(29, 29).low()).isCloseTo(.8830, within(5e-5));
    assertThatThrownBy(() -> Wilson.of(0, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void itGoesOnWhileTheIntervalIsWide() {
    var verdict = StoppingRule.DEFAULT.of(List.of(new Round(9, 10)));
    assertThat(verdict.enough()).isFalse();
    assertThat(verdict.seen())
        .isEqualTo("Audit: 9 of 10 right in the last round: 90.0 %, between 59.6 and 98.2 (95 %).");
    assertThat(verdict.advice())
        .isEqualTo("Go on: the interval is 38.6 points wide, more than 10.0.");
  }

  @Test
  void itStopsWhereTheLastRoundsGainedLittle() {
    List<Round> flat =
        List.of(new Round(90, 100), new Round(92, 100), new Round(91, 100), new Round(91, 100));
    assertThat(StoppingRule.DEFAULT.of(flat).advice()).contains("Go on: that is +1.3 points");
    List<Round> flatter =
        List.of(new Round(91, 100), new Round(92, 100), new Round(91, 100), new Round(91, 100));
    var verdict = StoppingRule.DEFAULT.of(flatter);
    assertThat(verdict.enough()).isTrue();
    assertThat(verdict.advice()).contains("Stop: that is +0.3 points beside the rounds before");
  }

  @Test
  void itGoesOnWithoutAnythingToCompareWith() {
    List<Round> three = List.of(new Round(0, 0), new Round(98, 100), new Round(98, 100));
    assertThat(StoppingRule.DEFAULT.of(three).advice()).contains("no rounds before those");
    assertThat(StoppingRule.DEFAULT.of(List.of()).enough()).isFalse();
  }
}
