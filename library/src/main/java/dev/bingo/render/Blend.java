package dev.bingo.render;

/** PIL's blend with one grey level: brightness (with black) and contrast (with the mean). */
final class Blend implements Tint {
  /** Fractional bits: sums fit an int where the factor is at most {@link #MOST}. */
  private static final int BITS = 20;

  private static final float MOST = 3.9f;

  private final int[] table = new int[256];
  private int slope;
  private int offset;
  private boolean linear;

  /**
   * Prepares it.
   *
   * @param base the level
   * @param factor weight of the image; the level has what is left of 1
   */
  void prepare(int base, float factor) {
    slope = Math.round(factor * (1 << BITS));
    offset = (base << BITS) - base * slope;
    linear = factor <= MOST;
    for (int v = 0; v < 256; v++) {
      table[v] = Math.max(0, Math.min(255, (int) (base + factor * (v - base))));
      linear &= table[v] == Sums.clip((offset + slope * v) >> BITS);
    }
  }

  @Override
  public void apply(Planes image) {
    int n = image.size();
    // In whole numbers where that is the same, because SIMD can't look up.
    if (linear) {
      line(image.red, n, slope, offset);
      line(image.green, n, slope, offset);
      line(image.blue, n, slope, offset);
    } else {
      look(image.red, n);
      look(image.green, n);
      look(image.blue, n);
    }
  }

  private static void line(int[] plane, int n, int slope, int offset) {
    for (int i = 0; i < n; i++) {
      plane[i] = Sums.clip((offset + slope * plane[i]) >> BITS);
    }
  }

  private void look(int[] plane, int n) {
    for (int i = 0; i < n; i++) {
      plane[i] = table[plane[i]];
    }
  }
}
