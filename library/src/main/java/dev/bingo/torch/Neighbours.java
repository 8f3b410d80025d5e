package dev.bingo.torch;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/**
 * Other processes on the processors that this one may use, as Linux counts their time. Elsewhere
 * none are ever seen.
 */
public final class Neighbours {
  /** A tick of the kernel's is a hundredth of a second: less time says little. */
  private static final long LEAST_TICKS = 20;

  private final Path root;
  private final BitSet allowed;
  private Counters last;
  private double busy;

  /** Begins to look. */
  public Neighbours() {
    this(Path.of("/"));
  }

  Neighbours(Path root) {
    this.root = root;
    allowed = Processors.allowed(root);
    last = read();
  }

  /** How many processors' time others have taken since the look before, on average. */
  public synchronized double busy() {
    Counters now = read();
    if (now.ticks - last.ticks >= LEAST_TICKS) {
      busy = now.others(last);
      last = now;
    }
    return busy;
  }

  private Counters read() {
    List<String> self = ControlGroups.lines(root.resolve("proc/self/stat"));
    return Counters.of(
        ControlGroups.lines(root.resolve("proc/stat")), self.isEmpty() ? "" : self.get(0), allowed);
  }

  /**
   * Time since the machine's start, in ticks.
   *
   * @param ticks of the clock
   * @param all taken by any process, or by the host of a virtual machine, on all processors
   * @param own taken by this process
   */
  record Counters(long ticks, long all, long own) {
    /**
     * Reads them.
     *
     * @param stat lines of {@code /proc/stat}
     * @param self the line of {@code /proc/self/stat}
     * @param allowed processors that count
     */
    static Counters of(List<String> stat, String self, BitSet allowed) {
      long total = 0;
      long busy = 0;
      int processors = 0;
      for (String line : stat) {
        String[] fields = line.split("\\s+", -1);
        if (fields.length >= 9
            && fields[0].matches("cpu[0-9]{1,5}")
            && allowed.get(Integer.parseInt(fields[0].substring(3)))) {
          processors++;
          // user nice system idle iowait irq softirq steal; guests' time is in user's already.
          for (int i = 1; i <= 8; i++) {
            long ticks = Long.parseLong(fields[i]);
            total += ticks;
            busy += i == 4 || i == 5 ? 0 : ticks;
          }
        }
      }
      // A name in parentheses, which may hold anything, comes before the numbers.
      String[] own = self.substring(self.lastIndexOf(')') + 1).strip().split(" ", -1);
      long ours = own.length > 12 ? Long.parseLong(own[11]) + Long.parseLong(own[12]) : 0;
      return processors == 0 || own.length <= 12
          ? new Counters(0, 0, 0)
          : new Counters(total / processors, busy, ours);
    }

    double others(Counters before) {
      long taken = (all - before.all) - (own - before.own);
      return Math.max(0, (double) taken / (ticks - before.ticks));
    }
  }
}
