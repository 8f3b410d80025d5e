package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.method.Progress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The schedules of the official codes, value for value. */
class ScheduleGoldenTest {
  private final Golden golden = Golden.load("15-eval/schedules");
  private final int epochs = (int) golden.scalar("epochs");
  private final int perEpoch = (int) golden.scalar("iterations_per_epoch");
  private final double lr = golden.scalar("base_lr");
  private final double end = golden.scalar("final_lr");
  private final double warmup = golden.scalar("warmup_epochs");
  private final double start = golden.scalar("start_warmup");

  @Test
  void mocoAndBingosCosineChangesOnceAnEpoch() {
    perEpoch("moco_cos", Schedule.cosine(lr, 0, false));
    perEpoch("torch_cosine_annealing", Schedule.cosine(lr, end, false));
  }

  @Test
  void mocosStepScheduleDividesByTen() {
    perEpoch("moco_step_4_7", Schedule.step(lr, 0.1, List.of(4, 7)));
  }

  @Test
  void swavAndDinoWarmUpToTheBaseInclusive() {
    Schedule schedule = Schedule.cosine(lr, end, true).warmup(warmup, start, true);
    perStep("swav", schedule);
    perStep("dino", schedule);
  }

  @Test
  void mocoV3AndWclWarmUpFromZero() {
    Schedule schedule = Schedule.cosine(lr, 0, true).warmup(warmup, 0, false);
    perStep("mocov3", schedule);
    perStep("wcl", schedule);
    perStep("msvq", Schedule.cosine(lr, 0, true).warmup(5, 0, false));
  }

  @Test
  void momentaRiseToOneByACosine() {
    perStep("dino_momentum", Schedule.cosine(0.996, 1, true));
    perStep("mocov3_momentum", Schedule.cosine(golden.scalar("moco_momentum_base"), 1, true));
  }

  @Test
  void barlowTwinsScalesWithTheBatch() {
    JsonNode expected = golden.json().path("float64_values").path("barlowtwins_every_3rd_step");
    double[] base = {0.2 * 1024 / 256, 0.0048 * 1024 / 256};
    for (int column = 0; column < 2; column++) {
      Schedule schedule =
          Schedule.cosine(base[column], 0.001 * base[column], true).warmup(10, 0, false);
      for (int i = 0; i < expected.size() / 2; i++) {
        int step = 3 * i;
        double value = schedule.at(new Progress(step / perEpoch, step, perEpoch, 30, 1));
        assertThat(value).isCloseTo(expected.get(2 * i + column).asDouble(), within(1e-12));
      }
    }
  }

  private void perEpoch(String name, Schedule schedule) {
    JsonNode expected = golden.json().path("float64_values").path(name);
    for (int e = 0; e < epochs; e++) {
      for (int s : new int[] {0, perEpoch - 1}) {
        double value = schedule.at(new Progress(e, (long) e * perEpoch + s, perEpoch, epochs, 1));
        assertThat(value)
            .as("%s, epoch %d", name, e)
            .isCloseTo(expected.get(e).asDouble(), within(1e-12));
      }
    }
  }

  private void perStep(String name, Schedule schedule) {
    JsonNode expected = golden.json().path("float64_values").path(name);
    assertThat(expected.size()).isEqualTo(epochs * perEpoch);
    for (int i = 0; i < expected.size(); i++) {
      double value = schedule.at(new Progress(i / perEpoch, i, perEpoch, epochs, 1));
      assertThat(value)
          .as("%s, step %d", name, i)
          .isCloseTo(expected.get(i).asDouble(), within(1e-12));
    }
  }
}
