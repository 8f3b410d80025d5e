package dev.bingo.format;

/**
 * Bounds that an image is held to before anything of it is decoded.
 *
 * @param maxFileBytes largest encoded size, bytes
 * @param maxSide largest width and height, pixels
 * @param maxPixels largest width × height; an image of this many takes three times as many bytes
 */
public record ImageLimits(long maxFileBytes, int maxSide, long maxPixels) {
  /** 256 MiB, 65,500 a side (JPEG's own bound), and the pixel count at which PIL warns. */
  public static final ImageLimits DEFAULT = new ImageLimits(256L << 20, 65_500, 89_478_485);

  public ImageLimits {
    if (maxFileBytes < 1 || maxFileBytes > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "maxFileBytes: expected 1 to " + (Integer.MAX_VALUE - 64) + ", got " + maxFileBytes);
    }
    if (maxSide < 1) {
      throw new IllegalArgumentException("maxSide: expected at least 1, got " + maxSide);
    }
    // Three bytes a pixel must fit one Java array.
    if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 3) {
      throw new IllegalArgumentException(
          "maxPixels: expected 1 to " + Integer.MAX_VALUE / 3 + ", got " + maxPixels);
    }
  }

  /** Bytes that decoding an image may take where its file gives no reason for more. */
  public long decodingBytes() {
    return 5 * maxPixels;
  }
}
