package dev.bingo.format;

/** Why some bytes are no image that we read; who reads adds which image. */
public final class BadBytes extends Exception {
  private static final long serialVersionUID = 1L;

  public BadBytes(String reason) {
    // No stack trace: this is a verdict on a file, not a fault of the program.
    super(reason, null, false, false);
  }
}
