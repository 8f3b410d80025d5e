package dev.bingo.render;

/**
 * What an image goes through before an encoder is judged on it: the short side resized, then the
 * centre cut out, as torchvision does it on PIL images, bit for bit.
 *
 * @param resize length of the short side; an image that has it already isn't resampled
 * @param size output side, a square
 * @param filter of the resize
 */
public record EvalTransform(int resize, int size, Filter filter) {
  /** Up to this size images are taken as they are: the small sets are not cropped. */
  private static final int SMALL = 64;

  public EvalTransform {
    if (size < 1 || resize < size) {
      throw new IllegalArgumentException(
          "expected 1 <= size <= resize, got size " + size + " and resize " + resize);
    }
  }

  /**
   * The usual transform of a size: 256 → 224 and in that proportion, but nothing cut off up to 64
   * pixels.
   */
  public static EvalTransform of(int size) {
    int resize = size <= SMALL ? size : (int) Math.rint(size * 256 / 224.0);
    return new EvalTransform(resize, size, Filter.BILINEAR);
  }

  /** The width of an image after the resize. */
  int width(int width, int height) {
    return width <= height ? resize : longer(width, height);
  }

  /** The height of an image after the resize. */
  int height(int width, int height) {
    return height <= width ? resize : longer(height, width);
  }

  /** Where the centre starts in {@code length} pixels; halves go to the even side. */
  int start(int length) {
    return (int) Math.rint((length - size) / 2.0);
  }

  private int longer(int longSide, int shortSide) {
    return (int) ((double) ((long) resize * longSide) / shortSide);
  }
}
