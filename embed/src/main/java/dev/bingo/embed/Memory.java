package dev.bingo.embed;

import dev.bingo.format.BadBytes;
import dev.bingo.format.ImageLimits;

/** What decoding one JPEG may take beside its file. */
final class Memory {
  private Memory() {}

  static void check(long bytes, ImageLimits limits) throws BadBytes {
    long most = limits.decodingBytes();
    if (bytes > most) {
      throw new BadBytes(
          "its pixels take %d bytes while they are decoded; allowed are %d".formatted(bytes, most));
    }
  }
}
