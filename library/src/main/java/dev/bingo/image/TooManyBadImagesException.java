package dev.bingo.image;

/** More images of a set are bad than {@link BadImages} lets pass. */
public final class TooManyBadImagesException extends ImageSetException {
  private static final long serialVersionUID = 1L;
  private final int count;

  TooManyBadImagesException(String message, int count) {
    super(message);
    this.count = count;
  }

  /** How many images were found bad. */
  public int count() {
    return count;
  }
}
