package dev.bingo.run;

import dev.bingo.train.Listener;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Notices that a training shares its processors with other processes, and says once what helps. It
 * changes nothing itself: the number of threads is part of what a training comes out as.
 */
final class NeighbourWatch {
  private static final long INTERVAL_NANOS = 10_000_000_000L;

  /** Of others' processors: below this a training is as good as alone. */
  private static final double QUIET = 0.2;

  /** From here on they are in the way. */
  private static final double BUSY = 0.5;

  /** Advice that wins less is not worth a restart. */
  private static final double LEAST_GAIN = 1.15;

  private final DoubleSupplier busy;
  private final LongSupplier clock;
  private final int threads;
  private final int processors;
  private long begun;
  private double images;
  private int reports;
  private double alone;
  private boolean said;

  /**
   * Begins to watch.
   *
   * @param busy how many processors others took since it was asked before
   * @param clock nanoseconds
   * @param threads of the training
   * @param processors that it may use
   */
  NeighbourWatch(DoubleSupplier busy, LongSupplier clock, int threads, int processors) {
    this.busy = busy;
    this.clock = clock;
    this.threads = threads;
    this.processors = processors;
    begun = clock.getAsLong();
  }

  /** What there is to say after a step; mostly empty. */
  String look(Listener.Step step) {
    images += step.imagesPerSecond();
    reports++;
    if (said || clock.getAsLong() - begun < INTERVAL_NANOS) {
      return "";
    }
    double others = busy.getAsDouble();
    double pace = images / reports;
    begun = clock.getAsLong();
    images = 0;
    reports = 0;
    if (others < QUIET) {
      alone = Math.max(alone, pace);
      return "";
    }
    String advice = advice(others, processors, threads, pace, alone);
    said = !advice.isEmpty();
    return advice;
  }

  /**
   * What helps, and by how much.
   *
   * @param others processors that other processes keep busy
   * @param pace images a second now
   * @param alone images a second while nobody else was there; 0: never seen
   * @return empty where nothing is in the way, or fewer threads would not be faster
   */
  static String advice(double others, int processors, int threads, double pace, double alone) {
    double free = processors - others;
    if (others < BUSY || threads == 1 || free > threads - BUSY) {
      return "";
    }
    // Rounded up a little: a processor that is nearly free is as good as free.
    int fewer = Math.max(1, Math.min(threads - 1, (int) Math.floor(free + QUIET)));
    // Fewer threads are at least as fast as their share.
    double gain = alone * fewer / threads / pace;
    if (alone > 0 && gain < LEAST_GAIN) {
      return "";
    }
    String by =
        alone > 0
            ? String.format(
                Locale.ROOT,
                "a step takes %.1f times as long as alone, and with train.torch_threads=%d it"
                    + " would be some %.1f times as fast as now",
                alone / pace,
                fewer,
                gain)
            : String.format(
                Locale.ROOT,
                "train.torch_threads=%d would be faster (on two processors beside one busy process"
                    + " 1.5 times)",
                fewer);
    return String.format(
        Locale.ROOT,
        "other processes keep %.1f of %d processors busy, and %d threads wait for one another at"
            + " every operation: %s. Ctrl-C, then --resume with it; weights then differ in their"
            + " last bits",
        others,
        processors,
        threads,
        by);
  }
}
