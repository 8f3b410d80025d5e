package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.method.Progress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final int PER_EPOCH = 10;

  @Test
  void theWarmUpRisesAtEveryStepWhateverComesAfter() {
    for (Schedule after :
        List.of(
            Schedule.cosine(1, 0, false),
            Schedule.cosine(1, 0, true),
            Schedule.step(1, 0.1, List.of(9)))) {
      Schedule schedule = after.warmup(1.5, 0.1, false);
      for (int step = 0; step < 15; step++) {
        assertThat(at(schedule, step)).isCloseTo(0.1 + 0.9 * step / 15, within(1e-12));
      }
      assertThat(at(schedule, 15)).isEqualTo(1);
    }
  }

  @Test
  void aCosinePerEpochStandsStillWithinAnEpochAndNeverPassesTheBase() {
    Schedule schedule = Schedule.cosine(1, 0, false).warmup(1.5, 0, false);
    for (int epoch = 2; epoch < 10; epoch++) {
      assertThat(at(schedule, epoch * PER_EPOCH + 9)).isEqualTo(at(schedule, epoch * PER_EPOCH));
      assertThat(at(schedule, epoch * PER_EPOCH)).isBetween(0.0, 1.0);
    }
  }

  @Test
  void aConstantStaysAfterItsWarmUp() {
    Schedule schedule =
        new Schedule(Schedule.Shape.CONSTANT, true, 0.3, 0, 1, 0, true, List.of(), 0.1);
    assertThat(at(schedule, 0)).isZero();
    assertThat(at(schedule, 9)).isEqualTo(0.3);
    assertThat(at(schedule, 99)).isEqualTo(0.3);
  }

  @Test
  void negativeNumbersAreRefused() {
    assertThatThrownBy(() -> Schedule.cosine(-1, 0, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 0");
    assertThatThrownBy(() -> Schedule.cosine(Double.NaN, 0, true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static double at(Schedule schedule, int step) {
    return schedule.at(new Progress(step / PER_EPOCH, step, PER_EPOCH, 10, 1));
  }
}
