package dev.bingo.render;

/** PIL's blend of each pixel with its luma. */
final class Saturation implements Tint {
  private static final int BITS = 20;

  /** Up to here sums of whole numbers fit an int. */
  private static final float MOST = 3.9f;

  /** Above the spacing of floats at the largest sum. */
  private static final double NEAR = 0x1p-15;

  private int[] luma = new int[0];
  private float factor;
  private int slope;
  private boolean whole;

  void prepare(float factor) {
    this.factor = factor;
    slope = Math.round(factor * (1 << BITS));
    whole = factor <= MOST && inWholeNumbers();
  }

  /**
   * Whether luma + factor · d in float32, truncated, is luma + ⌊slope · d⌋ for all differences d:
   * not where a product is so little below a whole number that the sum would be rounded up to it.
   */
  private boolean inWholeNumbers() {
    for (int d = -255; d <= 255; d++) {
      float product = factor * d;
      double floor = Math.floor(product);
      if (product - floor > 1 - NEAR || (int) floor != (slope * d) >> BITS) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void apply(Planes image) {
    int n = image.size();
    luma = Planes.grown(luma, n);
    Luma.of(image, luma);
    if (whole) {
      inWholeNumbers(image.red, luma, n, slope);
      inWholeNumbers(image.green, luma, n, slope);
      inWholeNumbers(image.blue, luma, n, slope);
    } else {
      inFloats(image.red, n);
      inFloats(image.green, n);
      inFloats(image.blue, n);
    }
  }

  private static void inWholeNumbers(int[] plane, int[] luma, int n, int slope) {
    for (int i = 0; i < n; i++) {
      plane[i] = Sums.clip(luma[i] + ((slope * (plane[i] - luma[i])) >> BITS));
    }
  }

  private void inFloats(int[] plane, int n) {
    for (int i = 0; i < n; i++) {
      plane[i] = Sums.clip((int) (luma[i] + factor * (plane[i] - luma[i])));
    }
  }
}
