package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A long training with loader threads, queue, evaluation and checkpoints: memory, native objects,
 * threads, open files and step time stay flat. By a flag alone: {@code -Dsoak=20000}; the figures
 * go to {@code target/soak.tsv}.
 */
class SoakTest {
  private static final int STEPS = Integer.getInteger("soak", 0);
  private static final List<String> JVM =
      List.of(
          "-Xms64m",
          "-Xmx64m",
          "-XX:+AlwaysPreTouch",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");

  @TempDir Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void longTrainingsStayFlat() throws Exception {
    assumeThat(STEPS).as("-Dsoak=STEPS").isPositive();
    Process process = ForkedRun.start(JVM, "soak", folder.toString(), "" + STEPS);
    List<String> lines;
    try (BufferedReader out = ForkedRun.output(process)) {
      lines = out.lines().toList();
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
    Files.write(Path.of("target", "soak.tsv"), lines);
    List<long[]> all =
        lines.stream()
            .map(l -> Arrays.stream(l.split(" ", -1)).mapToLong(Long::parseLong).toArray())
            .filter(s -> s[0] % 100 == 0)
            .toList();
    List<long[]> warm = all.subList(all.size() / 4, all.size());
    int half = warm.size() / 2;
    // Resident KiB: the second half's lowest is no higher than the first's highest, and some.
    assertThat(lowest(warm.subList(half, warm.size()), s -> s[1]))
        .isLessThan(highest(warm.subList(0, half), s -> s[1]) + 4096);
    // Native objects, to the last one.
    assertThat(highest(warm, s -> s[2])).isEqualTo(lowest(warm, s -> s[2]));
    // File handles and threads: some come and go with a checkpoint, none may stay.
    for (int column : new int[] {3, 4}) {
      assertThat(highest(warm.subList(half, warm.size()), s -> s[column]))
          .as("column %d of target/soak.tsv", column)
          .isLessThanOrEqualTo(highest(warm.subList(0, half), s -> s[column]) + 2);
    }
  }

  private static long highest(List<long[]> samples, ToLongFunction<long[]> value) {
    return samples.stream().mapToLong(value).max().orElseThrow();
  }

  private static long lowest(List<long[]> samples, ToLongFunction<long[]> value) {
    return samples.stream().mapToLong(value).min().orElseThrow();
  }
}
