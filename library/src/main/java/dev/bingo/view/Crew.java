package dev.bingo.view;

/**
 * How many of a loader's threads work at a time.
 *
 * <p>Beside a GPU the host's own thread is what a step waits for: it hands in thousands of small
 * operations, and loader threads on its core, or on the other half of it, slow all of them down. So
 * a sparing crew begins with a quarter of the threads, twice as many work after a batch that was
 * waited for, and one less after a row of batches that were not. What is delivered stays the same.
 */
final class Crew {
  private static final int CALM = 16;
  private final int threads;
  private final boolean sparing;
  private int working;
  private int calm;

  private Crew(int threads, boolean sparing) {
    this.threads = threads;
    this.sparing = sparing;
    working = sparing ? Math.max(1, threads / 4) : threads;
  }

  /** All of them, always. */
  static Crew all(int threads) {
    return new Crew(threads, false);
  }

  /** As few as keep the reader from waiting. */
  static Crew sparing(int threads) {
    return new Crew(threads, true);
  }

  synchronized boolean works(int thread) {
    return thread < working;
  }

  /** Takes notice of a batch that was ready when it was asked for, or was not. */
  synchronized void taken(boolean ready) {
    if (!sparing) {
      return;
    }
    if (!ready) {
      working = Math.min(threads, 2 * working);
      calm = 0;
    } else if (++calm == CALM) {
      working = Math.max(1, working - 1);
      calm = 0;
    }
  }

  synchronized int working() {
    return working;
  }
}
