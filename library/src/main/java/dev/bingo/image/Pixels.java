package dev.bingo.image;

/**
 * One decoded image.
 *
 * @param width columns of {@code rgb}
 * @param height rows of {@code rgb}
 * @param fullWidth columns of the image as stored; larger than {@code width} where a JPEG was
 *     decoded at reduced scale
 * @param fullHeight rows of the image as stored
 * @param rgb {@code [height, width, 3]} bytes, red first, not copied: nobody writes to it. Only
 *     where it was read with a {@link PixelBuffer} may more lie behind them
 */
public record Pixels(int width, int height, int fullWidth, int fullHeight, byte[] rgb) {
  public Pixels {
    if (width < 1 || height < 1 || rgb.length < (long) width * height * 3) {
      throw new IllegalArgumentException(
          "expected " + width + "x" + height + "x3 bytes, got " + rgb.length);
    }
  }

  /** An image decoded at full size. */
  public Pixels(int width, int height, byte[] rgb) {
    this(width, height, width, height, rgb);
  }
}
