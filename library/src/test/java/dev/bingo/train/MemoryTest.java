package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Memory does not grow with the number of steps. The heap is small, of fixed size and touched
 * beforehand, so what grows is native. One view forgotten each step would be 10 MiB over the steps
 * that are watched; smaller things show in the number of native objects that JavaCPP holds.
 */
class MemoryTest {
  private static final int STEPS = 2000;
  private static final long WARM = 500;
  // What the JVM itself still takes for compiled code and statistics.
  private static final long SLACK_KIB = 2048;
  private static final List<String> JVM =
      List.of(
          "-Xms64m",
          "-Xmx64m",
          "-XX:+AlwaysPreTouch",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");

  private record Sample(long step, long residentKib, long natives) {}

  @TempDir Path folder;

  @Test
  @EnabledOnOs(OS.LINUX)
  void twoThousandStepsLeaveNothingBehind() throws Exception {
    Process process = ForkedRun.start(JVM, "memory", folder.toString(), "" + STEPS);
    List<Sample> samples;
    try (BufferedReader out = ForkedRun.output(process)) {
      samples = out.lines().map(MemoryTest::parse).filter(s -> s.step % 100 == 0).toList();
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
    List<Sample> warm = samples.stream().filter(s -> s.step >= WARM).toList();
    Sample first = warm.get(0);
    Sample last = warm.get(warm.size() - 1);
    assertThat(last.step).isGreaterThanOrEqualTo(STEPS);
    assertThat(last.residentKib - first.residentKib).as("%s", warm).isLessThan(SLACK_KIB);
    assertThat(last.natives - first.natives).as("%s", warm).isZero();
  }

  private static Sample parse(String line) {
    String[] parts = line.split(" ", -1);
    return new Sample(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
  }
}
