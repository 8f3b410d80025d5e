package dev.bingo.weights;

import dev.bingo.file.Remediable;
import dev.bingo.file.Remedy;

/** A model took longer than it may. */
public final class SlowModelException extends IllegalStateException implements Remediable {
  private static final long serialVersionUID = 1L;

  SlowModelException(String message, Throwable cause) {
    super(message, cause);
  }

  @Override
  public Remedy remedy() {
    return Remedy.MORE_TIME;
  }
}
