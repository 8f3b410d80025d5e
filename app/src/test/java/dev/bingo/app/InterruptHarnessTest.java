package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.run.TinyRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two Ctrl-Cs at random moments of trainings whose steps are long and on two native threads: the
 * second, however soon, ends the process by the signal and leaves no crash behind. {@code
 * -Dinterrupts=50} is the long form; beside busy processes, and on another JDK by Maven's
 * JAVA_HOME.
 */
class InterruptHarnessTest {
  private static final int INTERRUPTS = Integer.getInteger("interrupts", 2);
  private static final int LONGEST_WAIT_MILLIS = 300;

  @TempDir Path folder;

  @Test
  void aSecondCtrlCAtAnyMomentEndsAtOnceAndCleanly() throws Exception {
    Path data = TinyRun.data(folder.resolve("data"), 400, 20);
    SplittableRandom random = new SplittableRandom(1);
    List<String> atOnce = new ArrayList<>();
    for (int i = 0; i < INTERRUPTS; i++) {
      Path output = folder.resolve("output-" + i);
      Path out = folder.resolve("run-" + i);
      List<String> jvm = List.of("-XX:ErrorFile=" + folder.resolve("hs_err"));
      try (Forked run = Forked.start(output, "", jvm, training(data, out))) {
        run.await("epochs of");
        run.pause(random.nextInt(2_000));
        run.signal("INT");
        // Every other second one comes before anybody can have seen the first.
        if (i % 2 == 0) {
          run.await("finishing the step");
          run.pause(random.nextInt(LONGEST_WAIT_MILLIS));
        }
        run.signal("INT");
        assertThat(run.ended()).as(run.output()).isEqualTo(130);
        assertThat(run.output()).doesNotContain("SIG");
        if (!run.output().contains("--resume")) {
          atOnce.add(run.output());
        }
      }
      assertThat(folder.resolve("hs_err")).doesNotExist();
    }
    assertThat(atOnce).as("ended by the second, not by the first").isNotEmpty();
  }

  private static String[] training(Path data, Path out) {
    return TinyRun.moco(
            data,
            out,
            "data.size=32",
            "student.arch=resnet18",
            "train.batch=128",
            "train.epochs=1000",
            "moco.queue=256",
            "train.torch_threads=2",
            "train.checkpoint_every_steps=0")
        .toArray(String[]::new);
  }
}
