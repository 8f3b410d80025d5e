package dev.bingo.view;

import dev.bingo.torch.Draws;
import java.util.ArrayList;
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
  private static final List<Colour> COLOURS = List.of(Colour.values());
  private static final double LEAST_SIGMA = 0.1;
  private static final double MOST_SIGMA = 2.0;

  /** The operations of colour jitter. */
  public enum Colour {
    BRIGHTNESS,
    CONTRAST,
    SATURATION,
    HUE
  }

  /**
   * Draws a view, with torchvision's distributions.
   *
   * @param width columns of the image as stored
   * @param height rows of the image as stored
   */
  public static ViewDraw of(Augmentation a, int width, int height, Draws draws) {
    CropBox crop = CropBox.random(width, height, a.cropMin(), a.cropMax(), draws);
    boolean jittered = draws.chance(a.jitter());
    List<Colour> jitter = jittered ? order(a, draws) : List.of();
    // Drawn always, so that the draws that follow don't depend on what came before.
    double brightness = factor(a.brightness(), draws);
    double contrast = factor(a.contrast(), draws);
    double saturation = factor(a.saturation(), draws);
    double hue = draws.uniform(-a.hue(), a.hue());
    boolean grey = draws.chance(a.grey());
    boolean blurred = draws.chance(a.blur());
    double sigma = draws.uniform(LEAST_SIGMA, MOST_SIGMA);
    return new ViewDraw(
        crop,
        jitter,
        brightness,
        contrast,
        saturation,
        hue,
        grey,
        blurred ? sigma : 0,
        draws.chance(a.solarise()),
        draws.chance(a.flip()));
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

  private static double factor(double range, Draws draws) {
    return draws.uniform(Math.max(0, 1 - range), 1 + range);
  }

  /** A random order of the operations that do anything: a strength of 0 leaves one out. */
  private static List<Colour> order(Augmentation a, Draws draws) {
    double[] strengths = {a.brightness(), a.contrast(), a.saturation(), a.hue()};
    List<Colour> order = new ArrayList<>(strengths.length);
    for (int i : draws.permutation(strengths.length)) {
      if (strengths[i] > 0) {
        order.add(COLOURS.get(i));
      }
    }
    return List.copyOf(order);
  }
}
