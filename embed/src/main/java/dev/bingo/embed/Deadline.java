package dev.bingo.embed;

import java.time.Duration;

/** When decoding an image has to be done; whoever loops over its bytes asks. */
final class Deadline {
  private final Duration allowed;
  private final long start = System.nanoTime();

  private Deadline(Duration allowed) {
    this.allowed = allowed;
  }

  /** From now on. */
  static Deadline in(Duration allowed) {
    return new Deadline(allowed);
  }

  void check() throws BadImageException {
    if (System.nanoTime() - start > allowed.toNanos()) {
      throw new BadImageException(
          "decoding takes more than the " + allowed.toMillis() + " ms that are allowed");
    }
  }
}
