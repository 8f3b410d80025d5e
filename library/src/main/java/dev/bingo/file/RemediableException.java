package dev.bingo.file;

import java.io.IOException;

/** A file can't be used as it is asked for; something that the caller can say would help. */
public final class RemediableException extends IOException implements Remediable {
  private static final long serialVersionUID = 1L;
  private final Remedy remedy;

  public RemediableException(String message, Remedy remedy) {
    super(message);
    this.remedy = remedy;
  }

  public RemediableException(String message, Remedy remedy, Throwable cause) {
    super(message, cause);
    this.remedy = remedy;
  }

  @Override
  public Remedy remedy() {
    return remedy;
  }
}
