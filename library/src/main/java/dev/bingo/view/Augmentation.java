package dev.bingo.view;

import dev.bingo.render.CropBox;
import dev.bingo.render.ViewDraw;
import dev.bingo.render.ViewDraw.Colour;
import dev.bingo.torch.Draws;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The random changes of one view, with torchvision's parameter distributions, applied in MoCo v2's
 * order: crop, colour jitter, greyscale, blur, solarise, flip.
 *
 * @param cropMin smallest share of the image's area that a crop covers
 * @param cropMax largest share
 * @param flip probability of a horizontal flip
 * @param jitter probability that colours are jittered at all
 * @param brightness factor drawn from 1 ± this; likewise {@code contrast} and {@code saturation}
 * @param hue shift drawn from ± this, in turns (0.5 is half the circle)
 * @param grey probability of greyscale
 * @param blur probability of a Gaussian blur, σ drawn from 0.1 … 2 pixels
 * @param solarise probability that values of 128 and more are inverted
 */
public record Augmentation(
    double cropMin,
    double cropMax,
    double flip,
    double jitter,
    double brightness,
    double contrast,
    double saturation,
    double hue,
    double grey,
    double blur,
    double solarise) {
  private static final List<Colour> COLOURS = List.of(Colour.values());
  private static final double LEAST_SIGMA = 0.1;
  private static final double MOST_SIGMA = 2.0;

  public Augmentation {
    if (!(cropMin > 0 && cropMin <= cropMax && cropMax <= 1)) {
      throw new IllegalArgumentException(
          "crop: expected 0 < least <= most <= 1, got " + cropMin + " to " + cropMax);
    }
    within("flip", flip, 1);
    within("jitter", jitter, 1);
    within("brightness", brightness, 10);
    within("contrast", contrast, 10);
    within("saturation", saturation, 10);
    within("hue", hue, .5);
    within("grey", grey, 1);
    within("blur", blur, 1);
    within("solarise", solarise, 1);
  }

  /** MoCo v2 and BINGO at 224 pixels. */
  public static final Augmentation MOCO2 =
      new Augmentation(.2, 1, .5, .8, .4, .4, .4, .1, .2, .5, 0);

  /** MoCo v2 at 32 pixels (Meta's CIFAR notebook): a smaller least crop, no blur. */
  public static final Augmentation MOCO2_SMALL =
      new Augmentation(.08, 1, .5, .8, .4, .4, .4, .1, .2, 0, 0);

  /** SimCLR as WCL uses it. */
  public static final Augmentation SIMCLR =
      new Augmentation(.08, 1, .5, .8, .8, .8, .8, .2, .2, .5, 0);

  /** SwAV's large crops. */
  public static final Augmentation SWAV = SIMCLR.withCrop(.14, 1);

  /** Crop and flip alone, for linear probes. */
  public static final Augmentation CROP_FLIP = new Augmentation(.08, 1, .5, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Those above, by the names that recipes have for them. */
  public static final Map<String, Augmentation> NAMED =
      Collections.unmodifiableMap(
          new TreeMap<>(
              Map.of(
                  "moco2", MOCO2,
                  "moco2-small", MOCO2_SMALL,
                  "simclr", SIMCLR,
                  "swav", SWAV,
                  "crop-flip", CROP_FLIP)));

  /** The same but for the share of the area that crops cover. */
  public Augmentation withCrop(double least, double most) {
    return new Augmentation(
        least, most, flip, jitter, brightness, contrast, saturation, hue, grey, blur, solarise);
  }

  /**
   * Draws a view, with torchvision's distributions.
   *
   * @param width columns of the image as stored
   * @param height rows of the image as stored
   */
  public ViewDraw draw(int width, int height, Draws draws) {
    CropBox crop = CropBox.random(width, height, cropMin, cropMax, draws);
    List<Colour> colours = draws.chance(jitter) ? order(draws) : List.of();
    // Drawn always, so that the draws that follow don't depend on what came before.
    double brighter = factor(brightness, draws);
    double starker = factor(contrast, draws);
    double deeper = factor(saturation, draws);
    double turn = draws.uniform(-hue, hue);
    boolean colourless = draws.chance(grey);
    boolean blurred = draws.chance(blur);
    double sigma = draws.uniform(LEAST_SIGMA, MOST_SIGMA);
    return new ViewDraw(
        crop,
        colours,
        brighter,
        starker,
        deeper,
        turn,
        colourless,
        blurred ? sigma : 0,
        draws.chance(solarise),
        draws.chance(flip));
  }

  private static double factor(double range, Draws draws) {
    return draws.uniform(Math.max(0, 1 - range), 1 + range);
  }

  /** A random order of the operations that do anything: a strength of 0 leaves one out. */
  private List<Colour> order(Draws draws) {
    double[] strengths = {brightness, contrast, saturation, hue};
    List<Colour> order = new ArrayList<>(strengths.length);
    for (int i : draws.permutation(strengths.length)) {
      if (strengths[i] > 0) {
        order.add(COLOURS.get(i));
      }
    }
    return List.copyOf(order);
  }

  private static void within(String name, double value, double most) {
    if (!(value >= 0 && value <= most)) {
      throw new IllegalArgumentException(name + ": expected 0 to " + most + ", got " + value);
    }
  }
}
