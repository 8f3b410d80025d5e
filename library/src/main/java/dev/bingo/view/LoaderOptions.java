package dev.bingo.view;

/**
 * How a loader works. None but {@code seed} and {@code batch} changes what it delivers.
 *
 * @param batch samples of a batch
 * @param seed of the order, the mates and the views
 * @param threads that decode and render; one a core is right
 * @param prefetch batches made ahead; each holds all views of a batch in memory. Larger: evens out
 *     slow images; 2 is enough where the loader is faster than the step
 * @param dropLast leaves out the last, smaller batch; the queue methods need it
 */
public record LoaderOptions(int batch, long seed, int threads, int prefetch, boolean dropLast) {
  public LoaderOptions {
    check("batch", batch, 1 << 20);
    check("threads", threads, 1024);
    check("prefetch", prefetch, 1024);
  }

  private static void check(String name, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "loader " + name + ": expected 1 to " + most + ", got " + value);
    }
  }
}
