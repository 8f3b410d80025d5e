package dev.bingo.image;

import java.io.IOException;

/** One image can't be read; the message says why, {@link #id()} which. */
public final class BadImageException extends IOException {
  private static final long serialVersionUID = 1L;
  private final String id;
  private final String reason;

  public BadImageException(String id, String reason, Throwable cause) {
    super(id + ": " + reason, cause);
    this.id = id;
    this.reason = reason;
  }

  /** Why, without the id. */
  public String reason() {
    return reason;
  }

  public String id() {
    return id;
  }
}
