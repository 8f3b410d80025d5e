package dev.bingo.format;

import java.time.Duration;

/** When reading an image has to be done; whoever loops over its bytes asks. */
public final class Deadline {
  /** There is time enough. */
  public static final Deadline NONE = new Deadline(Duration.ofNanos(Long.MAX_VALUE));

  private final Duration allowed;
  private final long start = System.nanoTime();

  private Deadline(Duration allowed) {
    this.allowed = allowed;
  }

  /** From now on. */
  public static Deadline in(Duration allowed) {
    return new Deadline(allowed);
  }

  /**
   * Asks.
   *
   * @throws BadBytes where the time is over
   */
  public void check() throws BadBytes {
    if (System.nanoTime() - start > allowed.toNanos()) {
      throw new BadBytes(
          "decoding takes more than the " + allowed.toMillis() + " ms that are allowed");
    }
  }
}
