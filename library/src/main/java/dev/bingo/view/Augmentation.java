package dev.bingo.view;

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

  /** The same but for the share of the area that crops cover. */
  public Augmentation withCrop(double least, double most) {
    return new Augmentation(
        least, most, flip, jitter, brightness, contrast, saturation, hue, grey, blur, solarise);
  }

  private static void within(String name, double value, double most) {
    if (!(value >= 0 && value <= most)) {
      throw new IllegalArgumentException(name + ": expected 0 to " + most + ", got " + value);
    }
  }
}
