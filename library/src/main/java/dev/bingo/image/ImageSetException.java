package dev.bingo.image;

/**
 * A set of images can't be opened or used as asked; the message says what was expected, what was
 * found and what to do.
 */
public class ImageSetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ImageSetException(String message) {
    super(message);
  }

  public ImageSetException(String message, Throwable cause) {
    super(message, cause);
  }
}
