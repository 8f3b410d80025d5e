package dev.bingo.method.part;

/** Bounds of settings, refused with the setting's name. */
public final class Check {
  private Check() {}

  public static void positive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + ": expected a number above 0, got " + value);
    }
  }

  public static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": expected at least " + least + ", got " + value);
    }
  }

  public static void range(String name, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new IllegalArgumentException(
          name
              + ": expected a number from "
              + shown(low)
              + " to "
              + shown(high)
              + ", got "
              + shown(value));
    }
  }

  private static String shown(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? String.valueOf((long) number)
        : String.valueOf(number);
  }

  /** A queue must hold fewer keys than there are images, and at least a batch of them. */
  public static void queue(String name, int queue, int images, int pushed) {
    if (queue >= images) {
      int fits = Math.max(pushed, Integer.highestOneBit(Math.max(1, images / 4)));
      throw new IllegalArgumentException(
          name
              + ": a queue of "
              + queue
              + " keys for "
              + images
              + " images: every image would meet its own older key among them; "
              + fits
              + " would fit");
    }
    if (queue < pushed) {
      throw new IllegalArgumentException(
          name
              + ": a queue of "
              + queue
              + " keys can't take the "
              + pushed
              + " of one batch; "
              + pushed
              + " would fit");
    }
  }

  /**
   * Prototypes are for many images each, and must not be many more than the images that are shared
   * out over them in one step.
   */
  public static void prototypes(String name, int prototypes, int images, int assigned) {
    int most = Math.min(images / 4, 16 * assigned);
    if (prototypes > most) {
      int fits = Math.max(2, Integer.highestOneBit(Math.max(1, Math.min(images / 16, assigned))));
      throw new IllegalArgumentException(
          name
              + ": "
              + prototypes
              + " prototypes for "
              + images
              + " images, "
              + assigned
              + " of them (batch and queue) assigned at a time: most prototypes would never be anyone's,"
              + " and the loss stays at ln("
              + prototypes
              + "); "
              + fits
              + " would fit");
    }
  }

  public static void neighbours(String name, int neighbours, int images) {
    if (neighbours >= images) {
      int fits = Math.max(1, Math.min(4, images / 2));
      throw new IllegalArgumentException(
          "%s: %d nearest of %d images; %d would fit".formatted(name, neighbours, images, fits));
    }
  }

  public static void batch(int batch, int groups) {
    if (batch < 2 * groups || batch % groups != 0) {
      throw new IllegalArgumentException(
          "train.batch: "
              + batch
              + " images can't be split into "
              + groups
              + " batch-norm groups of at least two; choose a multiple of "
              + groups
              + " from "
              + 2 * groups
              + " on");
    }
  }
}
