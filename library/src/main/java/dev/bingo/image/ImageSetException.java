package dev.bingo.image;

import dev.bingo.file.Remediable;
import dev.bingo.file.Remedy;

/**
 * A set of images can't be opened or used as asked; the message says what was expected, what was
 * found and what to do.
 */
public class ImageSetException extends RuntimeException implements Remediable {
  private static final long serialVersionUID = 1L;
  private final Remedy remedy;
  private final String subject;

  public ImageSetException(String message) {
    this(message, Remedy.NONE, "");
  }

  ImageSetException(String message, Remedy remedy, String subject) {
    super(message);
    this.remedy = remedy;
    this.subject = subject;
  }

  public ImageSetException(String message, Throwable cause) {
    super(message, cause);
    remedy = Remedy.NONE;
    subject = "";
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
