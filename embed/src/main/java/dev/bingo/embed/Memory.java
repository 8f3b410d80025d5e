package dev.bingo.embed;

import dev.bingo.format.BadBytes;
import dev.bingo.format.ImageLimits;

/** What decoding one JPEG may take beside its file. */
final class Memory {
  /** Of the largest image; its pixels themselves are three. */
  private static final long BYTES_A_PIXEL = 5;

  private Memory() {}

  static void check(long bytes, ImageLimits limits) throws BadBytes {
    long most = BYTES_A_PIXEL * limits.maxPixels();
    if (bytes > most) {
      throw new BadBytes(
          "its pixels take %d bytes while they are decoded; allowed are %d".formatted(bytes, most));
    }
  }
}
