package dev.bingo.view;

/**
 * torchvision's hue shift on PIL images, bit for bit: RGB to 8-bit HSV, the hue moved on its circle
 * of 256, and back. A shift of 0 is not the identity: the round trip loses bits.
 */
final class Hue {
  /** H by (which channel is largest, chroma, signed difference of the other two + 256). */
  private static final byte[] HUE = hues();

  /** S by (largest channel, chroma). */
  private static final byte[] SATURATION = saturations();

  /** Of each H: where in a pixel the largest, the middle and the smallest channel go. */
  private static final byte[] LARGEST = places(0, 1, 1, 2, 2, 0);

  private static final byte[] MIDDLE = places(1, 0, 2, 1, 0, 2);
  private static final byte[] SMALLEST = places(2, 2, 0, 0, 1, 1);

  /** Of each H: how far, in 85ths, the middle channel is from the largest. */
  private static final byte[] FRACTION = fractions();

  private static final int SECTOR = 85;

  private Hue() {}

  /**
   * Turns the hue of {@code bytes / 3} pixels in place.
   *
   * @param turns in −0.5 … 0.5, half the circle either way
   */
  static void shift(byte[] rgb, int bytes, double turns) {
    int shift = (int) (255 * turns);
    for (int i = 0; i < bytes; i += 3) {
      int r = rgb[i] & 0xFF;
      int g = rgb[i + 1] & 0xFF;
      int b = rgb[i + 2] & 0xFF;
      int max = Math.max(r, Math.max(g, b));
      int chroma = max - Math.min(r, Math.min(g, b));
      if (chroma == 0) {
        continue;
      }
      int saturation = SATURATION[(max << 8) | chroma] & 0xFF;
      int key = (chroma << 9) + 256;
      int hue =
          r == max
              ? HUE[key + g - b]
              : g == max ? HUE[(1 << 17) + key + b - r] : HUE[(2 << 17) + key + r - g];
      hue = (hue + shift) & 0xFF;
      int drop = max * saturation;
      // No tie can occur here (85 · 255 is odd), so PIL's rounding in floats gives the same.
      int middle = (drop * FRACTION[hue] + SECTOR * 255 / 2) / (SECTOR * 255);
      rgb[i + LARGEST[hue]] = (byte) max;
      rgb[i + MIDDLE[hue]] = (byte) (max - middle);
      rgb[i + SMALLEST[hue]] = (byte) (max - (drop + 127) / 255);
    }
  }

  private static byte[] hues() {
    byte[] table = new byte[3 << 17];
    for (int chroma = 1; chroma < 256; chroma++) {
      for (int d = -chroma; d <= chroma; d++) {
        // One of the two others is the smallest, at distance 1; the sign of d says which.
        float near = (float) (chroma - Math.abs(d)) / chroma;
        float up = d >= 0 ? 1 : near;
        float down = d >= 0 ? near : 1;
        int at = (chroma << 9) + 256 + d;
        table[at] = hue(up - down);
        table[(1 << 17) + at] = hue((float) (2.0 + up - down));
        table[(2 << 17) + at] = hue((float) (4.0 + up - down));
      }
    }
    return table;
  }

  private static byte hue(float sixths) {
    float turn = (float) ((sixths / 6.0 + 1.0) % 1.0);
    return (byte) (int) (turn * 255.0);
  }

  private static byte[] saturations() {
    byte[] table = new byte[1 << 16];
    for (int max = 1; max < 256; max++) {
      for (int chroma = 0; chroma <= max; chroma++) {
        table[(max << 8) | chroma] = (byte) (int) ((float) chroma / max * 255.0);
      }
    }
    return table;
  }

  private static byte[] places(int... bySector) {
    byte[] table = new byte[256];
    for (int h = 0; h < 256; h++) {
      table[h] = (byte) bySector[h * 6 / 255 % 6];
    }
    return table;
  }

  private static byte[] fractions() {
    byte[] table = new byte[256];
    for (int h = 0; h < 256; h++) {
      int sector = h * 6 / 255;
      int k = (h * 6 - sector * 255) / 3;
      table[h] = (byte) (sector % 2 == 0 ? 85 - k : k);
    }
    return table;
  }
}
