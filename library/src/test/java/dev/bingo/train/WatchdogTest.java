package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.file.PlainFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WatchdogTest {
  @TempDir Path folder;

  /** The listener stands still in step 3 until the watchdog has spoken. */
  @Test
  void aStalledStepIsWrittenDownWithStacksAndIndicesAndTheRunGoesOn() throws Exception {
    BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    Listener listener =
        new Listener() {
          @Override
          public void onStep(Step step) {
            if (step.step() == 3) {
              waitForANotice(notices);
            }
          }

          @Override
          public void onNotice(String message) {
            notices.add(message);
          }
        };
    Path directory = folder.resolve("run");
    try (RunDirectory run = new RunDirectory(directory)) {
      Trainer trainer =
          ToyRun.trainer(new ToyMethod(), ToyRun.SGD, ToyRun.config(1), run, listener);
      trainer.watch(Duration.ofMillis(200));
      assertThat(trainer.train()).isEqualTo(Trainer.Outcome.DONE);
    }
    String stalls = Files.readString(directory.resolve("stalls.txt"));
    assertThat(stalls)
        .contains("no step has ended for 0.2 s")
        .containsPattern("indices of the last batch: \\[\\d+, \\d+, \\d+, \\d+]")
        .contains("dev.bingo.train.WatchdogTest.waitForANotice")
        .contains("dev.bingo.train.Trainer.step");
    assertThat(stalls.split("indices of the last batch", -1)).hasSize(2);
  }

  @Test
  void nothingIsSaidOfStepsThatEndAndOfWhatIsNoStep() throws Exception {
    BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    Listener listener =
        new Listener() {
          @Override
          public void onNotice(String message) {
            notices.add(message);
          }
        };
    try (Watchdog dog = new Watchdog(new PlainFolder(folder), Duration.ofMillis(50), listener)) {
      assertThat(notices.poll(200, TimeUnit.MILLISECONDS)).isNull();
      dog.beat(1);
      dog.pause();
      assertThat(notices.poll(200, TimeUnit.MILLISECONDS)).isNull();
      dog.beat(1, new long[] {7});
      assertThat(notices.poll(20, TimeUnit.SECONDS)).contains("after step 1");
      assertThat(notices.poll(200, TimeUnit.MILLISECONDS)).as("once a stall").isNull();
    }
    try (Watchdog off =
        new Watchdog(new PlainFolder(folder.resolve("off")), Duration.ZERO, listener)) {
      off.beat(1);
      assertThat(notices.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }
  }

  private static void waitForANotice(BlockingQueue<String> notices) {
    try {
      assertThat(notices.poll(50, TimeUnit.SECONDS)).contains("stalls.txt");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
