package dev.bingo.group;

/** A rank failed, and with it all of them. */
public final class RankException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RankException(String message, Throwable cause) {
    super(message, cause);
  }
}
