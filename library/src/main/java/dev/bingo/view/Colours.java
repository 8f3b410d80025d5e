package dev.bingo.view;

/**
 * PIL's colour operations on RGB bytes in place, bit for bit.
 *
 * <p>One thread's: it keeps the table of the last operation.
 */
final class Colours {
  /** From here on {@link #solarise} inverts. */
  private static final int SOLARISE_FROM = 128;

  /** Up to here {@link #CLIP} has all results of a blend. */
  private static final int MOST_IN_INTEGERS = 4;

  private static final int OFFSET = 255 * MOST_IN_INTEGERS;

  /** Above the spacing of floats at the largest sum. */
  private static final double NEAR = 0x1p-15;

  /** 0 … 255 and what is cut off either side, from −OFFSET. */
  private static final byte[] CLIP = clips();

  private final byte[] table = new byte[256];
  private final int[] steps = new int[511];

  /** Blend with black. */
  void brightness(byte[] rgb, int bytes, double factor) {
    blendWith(0, (float) factor);
    look(rgb, bytes);
  }

  /** Blend with the mean luma. */
  void contrast(byte[] rgb, int bytes, double factor) {
    long sum = 0;
    for (int i = 0; i < bytes; i += 3) {
      sum += luma(rgb[i] & 0xFF, rgb[i + 1] & 0xFF, rgb[i + 2] & 0xFF);
    }
    int pixels = bytes / 3;
    blendWith((int) ((double) sum / pixels + 0.5), (float) factor);
    look(rgb, bytes);
  }

  /** Blend of each pixel with its luma. */
  void saturation(byte[] rgb, int bytes, double factor) {
    float f = (float) factor;
    if (f <= MOST_IN_INTEGERS && steps(f)) {
      saturateInIntegers(rgb, bytes);
      return;
    }
    for (int i = 0; i < bytes; i += 3) {
      int r = rgb[i] & 0xFF;
      int g = rgb[i + 1] & 0xFF;
      int b = rgb[i + 2] & 0xFF;
      int l = luma(r, g, b);
      rgb[i] = (byte) blend(l, r, f);
      rgb[i + 1] = (byte) blend(l, g, f);
      rgb[i + 2] = (byte) blend(l, b, f);
    }
  }

  private void saturateInIntegers(byte[] rgb, int bytes) {
    int[] step = steps;
    byte[] clip = CLIP;
    for (int i = 0; i < bytes; i += 3) {
      int r = rgb[i] & 0xFF;
      int g = rgb[i + 1] & 0xFF;
      int b = rgb[i + 2] & 0xFF;
      int l = luma(r, g, b);
      rgb[i] = clip[l + step[255 + r - l]];
      rgb[i + 1] = clip[l + step[255 + g - l]];
      rgb[i + 2] = clip[l + step[255 + b - l]];
    }
  }

  /**
   * Tabulates ⌊f · d⌋. Then base + f · d in float32, truncated, is base + ⌊f · d⌋, unless a product
   * is so little below a whole number that the sum would be rounded up to it.
   *
   * @return whether that is so for none
   */
  private boolean steps(float f) {
    for (int d = -255; d <= 255; d++) {
      float product = f * d;
      double whole = Math.floor(product);
      if (product - whole > 1 - NEAR) {
        return false;
      }
      steps[255 + d] = (int) whole + OFFSET;
    }
    return true;
  }

  /** Luma in all three channels. */
  static void grey(byte[] rgb, int bytes) {
    for (int i = 0; i < bytes; i += 3) {
      byte l = (byte) luma(rgb[i] & 0xFF, rgb[i + 1] & 0xFF, rgb[i + 2] & 0xFF);
      rgb[i] = l;
      rgb[i + 1] = l;
      rgb[i + 2] = l;
    }
  }

  /** Inverts what is bright. */
  void solarise(byte[] rgb, int bytes) {
    for (int v = 0; v < 256; v++) {
      table[v] = (byte) (v < SOLARISE_FROM ? v : 255 - v);
    }
    look(rgb, bytes);
  }

  static int luma(int r, int g, int b) {
    return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
  }

  private static int blend(int base, int value, float factor) {
    int mixed = (int) (base + factor * (value - base));
    return Math.max(0, Math.min(255, mixed));
  }

  private void blendWith(int base, float factor) {
    for (int v = 0; v < 256; v++) {
      table[v] = (byte) blend(base, v, factor);
    }
  }

  private void look(byte[] rgb, int bytes) {
    byte[] t = table;
    for (int i = 0; i < bytes; i++) {
      rgb[i] = t[rgb[i] & 0xFF];
    }
  }

  private static byte[] clips() {
    byte[] table = new byte[2 * OFFSET + 256];
    for (int i = 0; i < table.length; i++) {
      table[i] = (byte) Math.max(0, Math.min(255, i - OFFSET));
    }
    return table;
  }
}
