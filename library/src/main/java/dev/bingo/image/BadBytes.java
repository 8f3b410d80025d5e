package dev.bingo.image;

/** Why some bytes are no image that we read; becomes a {@link BadImageException} with the id. */
final class BadBytes extends Exception {
  private static final long serialVersionUID = 1L;

  BadBytes(String reason) {
    // No stack trace: this is a verdict on a file, not a fault of the program.
    super(reason, null, false, false);
  }
}
