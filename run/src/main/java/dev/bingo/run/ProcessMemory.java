package dev.bingo.run;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;

/** The memory of this process and its machine. */
final class ProcessMemory {
  private ProcessMemory() {}

  /** Bytes that were resident at most so far; where the system doesn't say, those that are now. */
  static long most() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
    } catch (IOException e) {
      return Pointer.physicalBytes();
    }
    return Pointer.physicalBytes();
  }

  /** Bytes of the Java heap that are the process's own, and that it has not written to yet. */
  static long unusedHeap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getPeakUsage() != null)
        .mapToLong(pool -> pool.getUsage().getCommitted() - pool.getPeakUsage().getUsed())
        .filter(bytes -> bytes > 0)
        .sum();
  }

  /** Bytes of the machine, or of the container that the process is in. */
  static long total() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }
}
