package dev.bingo.weights;

import java.io.IOException;

/** A file that was named is readable and not what is needed: another kind, or of other images. */
public final class OtherFileException extends IOException {
  private static final long serialVersionUID = 1;

  public OtherFileException(String message) {
    super(message);
  }

  public OtherFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
