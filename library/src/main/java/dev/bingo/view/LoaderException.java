package dev.bingo.view;

/** A loader thread failed; the message says at which image, the cause why. */
public final class LoaderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LoaderException(String message, Throwable cause) {
    super(message, cause);
  }
}
