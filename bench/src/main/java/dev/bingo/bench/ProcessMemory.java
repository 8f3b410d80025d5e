package dev.bingo.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What Linux says of this process's memory. */
final class ProcessMemory {
  private ProcessMemory() {}

  /**
   * A field of {@code /proc/self/status}: VmRSS is resident, VmHWM the most that ever was, mapped
   * files included, RssAnon without them. MiB.
   */
  static double mib(String field) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith(field + ":"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("/proc/self/status names no " + field));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
