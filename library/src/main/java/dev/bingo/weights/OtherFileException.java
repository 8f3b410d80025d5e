package dev.bingo.weights;

import dev.bingo.file.Remediable;
import dev.bingo.file.Remedy;
import java.io.IOException;

/** A file that was named is readable and not what is needed: another kind, or of other images. */
public final class OtherFileException extends IOException implements Remediable {
  private static final long serialVersionUID = 1;
  private final Remedy remedy;

  public OtherFileException(String message) {
    this(message, Remedy.NONE);
  }

  public OtherFileException(String message, Remedy remedy) {
    super(message);
    this.remedy = remedy;
  }

  public OtherFileException(String message, Throwable cause) {
    super(message, cause);
    remedy = Remedy.NONE;
  }

  @Override
  public Remedy remedy() {
    return remedy;
  }
}
