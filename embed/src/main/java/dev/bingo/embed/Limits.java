package dev.bingo.embed;

/**
 * Bounds that an image is held to before anything of it is decoded.
 *
 * @param maxBytes largest encoded size
 * @param maxSide largest width and height, pixels
 * @param maxPixels largest width × height; decoding takes up to eight bytes a pixel
 */
public record Limits(long maxBytes, int maxSide, long maxPixels) {
  /** 64 MiB, 65,500 a side (JPEG's own bound), and the pixel count at which PIL warns. */
  public static final Limits DEFAULT = new Limits(64L << 20, 65_500, 89_478_485);

  public Limits {
    if (maxBytes < 1 || maxSide < 1 || maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 3) {
      throw new IllegalArgumentException(
          "expected bounds of at least 1, and at most "
              + Integer.MAX_VALUE / 3
              + " pixels, got "
              + maxBytes
              + " bytes, side "
              + maxSide
              + ", "
              + maxPixels
              + " pixels");
    }
  }

  void checkLength(long bytes) throws BadImageException {
    if (bytes == 0) {
      throw new BadImageException("the file is empty (0 bytes)");
    }
    if (bytes > maxBytes) {
      throw new BadImageException("the image has " + bytes + " bytes; allowed are " + maxBytes);
    }
  }

  void check(int width, int height) throws BadImageException {
    if (width < 1 || height < 1) {
      throw new BadImageException("the image has " + width + "x" + height + " pixels");
    }
    if (width > maxSide || height > maxSide || (long) width * height > maxPixels) {
      throw new BadImageException(
          "the image has %dx%d pixels; allowed are %d a side and %d in all"
              .formatted(width, height, maxSide, maxPixels));
    }
  }
}
