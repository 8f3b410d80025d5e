package dev.bingo.train;

import dev.bingo.file.Remediable;
import dev.bingo.file.Remedy;

/** A training had to stop; the message says at which step, why, and what to do. */
public final class TrainingException extends RuntimeException implements Remediable {
  private static final long serialVersionUID = 1L;
  private final Remedy remedy;
  private final String subject;

  public TrainingException(String message) {
    this(message, Remedy.NONE, "");
  }

  TrainingException(String message, Remedy remedy, String subject) {
    super(message);
    this.remedy = remedy;
    this.subject = subject;
  }

  @Override
  public Remedy remedy() {
    return remedy;
  }

  @Override
  public String subject() {
    return subject;
  }
}
