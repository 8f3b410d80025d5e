package dev.bingo.view;

/**
 * PIL's colour operations on RGB bytes in place, bit for bit.
 *
 * <p>One thread's: it keeps the table of the last operation.
 */
final class Colours {
  /** From here on {@link #solarise} inverts. */
  private static final int SOLARISE_FROM = 128;

  private final byte[] table = new byte[256];

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
  static void saturation(byte[] rgb, int bytes, double factor) {
    float f = (float) factor;
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
}
