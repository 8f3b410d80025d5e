package dev.bingo.render;

import java.util.List;

/**
 * All that is random in one view of one image, drawn before the image is decoded: the crop decides
 * how small it may be decoded.
 *
 * @param crop in pixels of the image as stored
 * @param jitter the colour operations to apply, in this order; empty for none
 * @param brightness factor, 1 leaves the image as it is; so for {@code contrast} and {@code
 *     saturation}
 * @param hue shift in turns
 * @param grey to greyscale
 * @param sigma of the blur in output pixels; 0 for none
 * @param solarise values of 128 and more are inverted
 * @param flip left and right change places
 */
public record ViewDraw(
    CropBox crop,
    List<Colour> jitter,
    double brightness,
    double contrast,
    double saturation,
    double hue,
    boolean grey,
    double sigma,
    boolean solarise,
    boolean flip) {
  /** The operations of colour jitter. */
  public enum Colour {
    BRIGHTNESS,
    CONTRAST,
    SATURATION,
    HUE
  }

  /**
   * How far the image may be shrunk while it is decoded: the crop must still hold at least as many
   * pixels either way as the view.
   *
   * @param size output side
   * @return 1, 2, 4 or 8
   */
  public int divisor(int size) {
    int side = Math.min(crop.width(), crop.height());
    int divisor = 8;
    while (divisor > 1 && side / divisor < size) {
      divisor /= 2;
    }
    return divisor;
  }
}
