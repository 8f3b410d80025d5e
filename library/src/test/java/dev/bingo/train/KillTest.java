package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that dies in mid-epoch costs the steps since its last checkpoint, and nothing else. */
class KillTest {
  private static final List<String> JVM = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");
  private static final int EPOCHS = 3;
  // Epoch 2 of 3; the checkpoint before it, of step 16, is in mid-epoch too.
  private static final long KILLED_AT = 18;

  @TempDir Path folder;

  @Test
  void aKilledAndResumedRunEqualsAnUndisturbedOneBitForBit() throws Exception {
    Path killed = folder.resolve("killed");
    Path whole = folder.resolve("whole");

    Process process = start(killed, KILLED_AT);
    try (BufferedReader out = ForkedRun.output(process)) {
      waitFor(out, "step " + KILLED_AT);
      assertThatThrownBy(() -> new RunDirectory(killed))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process is training in this run directory");
    } finally {
      process.destroyForcibly(); // SIGKILL
    }
    assertThat(process.waitFor()).isNotZero();
    assertThat(States.newest(killed)).hasFileName("step-000000016.safetensors");
    assertThat(ToyRun.metrics(killed)).hasSizeGreaterThan(16);

    assertThat(finish(killed)).contains("step 17").doesNotContain("step 16");
    assertThat(finish(whole)).contains("step 1");
    States.assertEqualRuns(killed, whole);
    assertThat(ToyRun.metrics(whole)).hasSize(EPOCHS * (ToyRun.STEPS_PER_EPOCH + 1));
  }

  private static Process start(Path directory, long stopAt) throws IOException {
    return ForkedRun.start(JVM, "kill", directory.toString(), "" + EPOCHS, "" + stopAt);
  }

  private static List<String> finish(Path directory) throws Exception {
    Process process = start(directory, 0);
    try (BufferedReader out = ForkedRun.output(process)) {
      List<String> lines = out.lines().toList();
      assertThat(process.waitFor()).isZero();
      return lines;
    } finally {
      process.destroyForcibly();
    }
  }

  private static void waitFor(BufferedReader out, String line) throws IOException {
    String read = out.readLine();
    while (read != null && !read.equals(line)) {
      read = out.readLine();
    }
    assertThat(read).as("the process ended early").isEqualTo(line);
  }
}
