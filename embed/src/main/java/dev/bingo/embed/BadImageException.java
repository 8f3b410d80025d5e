package dev.bingo.embed;

import dev.bingo.format.BadBytes;
import java.io.IOException;

/** An image that can't be embedded: no image, damaged, of an unknown format, or too large. */
public final class BadImageException extends IOException {
  private static final long serialVersionUID = 1;

  BadImageException(String message) {
    super(message);
  }

  BadImageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** An image that others may read, of a kind that would not surely be read as in training. */
  static BadBytes notRead(String kind) {
    return new BadBytes(
        "it is a " + kind + ", which isn't read here: decode it yourself and give its pixels");
  }
}
