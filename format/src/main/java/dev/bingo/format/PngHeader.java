package dev.bingo.format;

import java.nio.ByteBuffer;

/**
 * What a PNG's first chunk says.
 *
 * @param bits of a sample
 * @param colour {@link #GREY} and so on
 * @param interlaced in Adam7's passes
 */
record PngHeader(int width, int height, int bits, int colour, boolean interlaced) {
  static final int GREY = 0;
  static final int RGB = 2;
  static final int PALETTE = 3;
  static final int GREY_ALPHA = 4;
  static final int RGB_ALPHA = 6;

  private static final int LENGTH = 13;

  /** Reads the first chunk. */
  static PngHeader read(PngChunks chunks) throws BadBytes {
    if (chunks.next() != PngChunks.IHDR || chunks.content().limit() != LENGTH) {
      throw new BadBytes("corrupt PNG: no IHDR chunk at the start");
    }
    ByteBuffer header = chunks.content();
    int bits = header.get(8);
    int colour = header.get(9);
    boolean known =
        switch (colour) {
          case GREY -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
          case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
          case RGB, GREY_ALPHA, RGB_ALPHA -> bits == 8 || bits == 16;
          default -> false;
        };
    int interlace = header.get(12);
    if (!known || header.get(10) != 0 || header.get(11) != 0 || interlace < 0 || interlace > 1) {
      throw new BadBytes("corrupt PNG: its header says what no PNG has");
    }
    return new PngHeader(header.getInt(0), header.getInt(4), bits, colour, interlace == 1);
  }

  int samples() {
    return switch (colour) {
      case GREY_ALPHA -> 2;
      case RGB -> 3;
      case RGB_ALPHA -> 4;
      default -> 1;
    };
  }
}
