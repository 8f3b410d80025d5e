package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.train.Listener.Step;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NeighbourWatchTest {
  private double busy;
  private long now;

  @Test
  void aBusyNeighbourIsNamedOnceWithWhatHelpsByTheRunsOwnFigures() {
    NeighbourWatch watch = watch(2, 2);
    assertThat(after(watch, 0.0, 100)).isEmpty();
    assertThat(after(watch, 1.0, 38))
        .contains("1.0 of 2 processors", "2.6 times as long as alone")
        .contains("train.torch_threads=1", "1.3 times as fast as now");
    assertThat(after(watch, 1.0, 38)).isEmpty();
  }

  @Test
  void whereItWasNeverAloneOurMeasurementIsCited() {
    assertThat(after(watch(2, 2), 1.0, 38)).contains("beside one busy process 1.5 times");
  }

  @Test
  void nothingIsSaidWhereNothingWouldHelp() {
    assertThat(NeighbourWatch.advice(1.0, 2, 1, 50, 100)).as("one thread").isEmpty();
    assertThat(NeighbourWatch.advice(0.3, 2, 2, 50, 100)).as("hardly any load").isEmpty();
    assertThat(NeighbourWatch.advice(4.0, 16, 4, 50, 100)).as("room for all").isEmpty();
    assertThat(NeighbourWatch.advice(1.0, 2, 2, 66, 100)).as("a fair share").isEmpty();
  }

  @Test
  void asManyThreadsAreAdvisedAsProcessorsAreFree() {
    assertThat(NeighbourWatch.advice(2.1, 8, 8, 20, 100)).contains("train.torch_threads=6");
    assertThat(NeighbourWatch.advice(9.0, 8, 8, 2, 100)).contains("train.torch_threads=1");
    assertThat(NeighbourWatch.advice(0.6, 8, 8, 20, 100)).contains("train.torch_threads=7");
  }

  @Test
  void aMomentIsNoEvidence() {
    NeighbourWatch watch = watch(2, 2);
    busy = 1.0;
    now += 1_000_000_000L;
    assertThat(watch.look(step(10))).isEmpty();
  }

  private NeighbourWatch watch(int threads, int processors) {
    return new NeighbourWatch(() -> busy, () -> now, threads, processors);
  }

  private String after(NeighbourWatch watch, double others, double imagesPerSecond) {
    busy = others;
    now += 20_000_000_000L;
    return watch.look(step(imagesPerSecond));
  }

  private static Step step(double imagesPerSecond) {
    return new Step(0, 1, 1, 10, 1, 1, 0.1, imagesPerSecond, 0, Map.of());
  }
}
