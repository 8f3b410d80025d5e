package dev.bingo.torch;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.Locale;

/**
 * The processors that this process may use, which is how many threads anything here takes unless a
 * user says otherwise: LibTorch, OpenBLAS, ONNX Runtime, a loader. More threads than processors
 * wait for each other at every operation: a training is several times slower.
 *
 * @param count at least 1
 * @param machine processors of the machine
 * @param reason why it is not all of the machine's; empty where it is
 */
public record Processors(int count, int machine, String reason) {
  private static final Processors AVAILABLE =
      read(Path.of("/"), Runtime.getRuntime().availableProcessors());

  /** Of this process, as it was when it began. */
  public static Processors available() {
    return AVAILABLE;
  }

  /**
   * What LibTorch begins with: {@code OMP_NUM_THREADS} where a user set it.
   *
   * @param wish the variable's value, or null
   */
  static int threads(String wish, Processors processors) {
    try {
      // A list is of levels of nesting; the first is the outermost.
      return Math.max(1, Integer.parseInt(wish == null ? "" : wish.split(",", -1)[0].strip()));
    } catch (NumberFormatException e) {
      return processors.count;
    }
  }

  /** What LibTorch begins with here. */
  public static int threads() {
    return threads(System.getenv("OMP_NUM_THREADS"), AVAILABLE);
  }

  /** Affinity and control groups where Linux tells them; elsewhere the JVM's count. */
  static Processors read(Path root, int jvm) {
    int online = 0;
    int allowed = allowed(root).cardinality();
    for (String line : ControlGroups.lines(root.resolve("sys/devices/system/cpu/online"))) {
      online = ControlGroups.count(line);
    }
    ControlGroups groups = new ControlGroups(root);
    return decide(online, allowed, groups.cpuset(), groups.quota(), jvm);
  }

  /** Those that affinity allows; none where it isn't known. */
  static BitSet allowed(Path root) {
    for (String line : ControlGroups.lines(root.resolve("proc/self/status"))) {
      if (line.startsWith("Cpus_allowed_list:")) {
        return ControlGroups.members(line.substring(line.indexOf(':') + 1));
      }
    }
    return new BitSet();
  }

  /**
   * The least of all limits.
   *
   * @param online of the machine; 0: unknown
   * @param allowed by affinity, which a cpuset narrows; 0: unknown
   * @param cpuset of the control group; 0: unknown
   * @param quota time of so many processors
   * @param jvm what the JVM counts, which a user may have set
   */
  static Processors decide(int online, int allowed, int cpuset, double quota, int jvm) {
    int machine = online > 0 ? online : jvm;
    int count = machine;
    String reason = "";
    if (allowed > 0 && allowed < count) {
      count = allowed;
      reason = cpuset == allowed ? "the control group's cpuset" : "affinity";
    }
    if (quota < count) {
      // Half a processor more is worth a thread of its own, a quarter is not.
      count = (int) Math.max(1, Math.round(quota));
      reason = String.format(Locale.ROOT, "the control group's quota of %.3g", quota);
    }
    if (jvm < count) {
      count = jvm;
      reason = "the JVM's count (-XX:ActiveProcessorCount?)";
    }
    return new Processors(count, machine, reason);
  }

  /** For people: {@code 2 of 8 processors: affinity}. */
  @Override
  public String toString() {
    String all = machine + (machine == 1 ? " processor" : " processors");
    return reason.isEmpty() ? all : count + " of " + all + ": " + reason;
  }
}
