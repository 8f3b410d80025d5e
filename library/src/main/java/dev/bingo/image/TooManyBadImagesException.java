package dev.bingo.image;

import dev.bingo.file.Remedy;

/** More images of a set are bad than {@link BadImages} lets pass. */
public final class TooManyBadImagesException extends ImageSetException {
  private static final long serialVersionUID = 1L;
  private final int count;

  TooManyBadImagesException(String message, int count, Remedy remedy, String share) {
    super(message, remedy, share);
    this.count = count;
  }

  /** How many images were found bad. */
  public int count() {
    return count;
  }
}
