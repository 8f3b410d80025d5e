package dev.bingo.view;

/**
 * torchvision's hue shift on PIL images, bit for bit: RGB to 8-bit HSV, the hue moved on its circle
 * of 256, and back. A shift of 0 is not the identity: the round trip loses bits.
 */
final class Hue {
  // A power of two, and the masks: the JIT then leaves the bounds checks out.
  private static final int HUES = 1 << 19;

  /** H by (which channel is largest, chroma, signed difference of the other two + 256). */
  private static final byte[] HUE = hues();

  /** S by (largest channel, chroma). */
  private static final byte[] SATURATION = saturations();

  /**
   * Of each H: by how many bits the largest, the middle and the smallest channel are shifted in a
   * pixel (a byte each), and how far, in 85ths, the middle is from the largest (the top byte).
   */
  private static final int[] LAYOUT = layouts();

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
      // Masks instead of branches: which channel is the largest is hard to predict.
      int notRed = (r - max) >> 31;
      int notGreen = (g - max) >> 31;
      int sector = notRed & (1 - notGreen);
      int difference =
          ((g - b) & ~notRed) | ((b - r) & notRed & ~notGreen) | ((r - g) & notRed & notGreen);
      int saturation = SATURATION[((max << 8) | chroma) & 0xFFFF] & 0xFF;
      int hue = HUE[((sector << 17) + (chroma << 9) + 256 + difference) & (HUES - 1)];
      int layout = LAYOUT[(hue + shift) & 0xFF];
      int drop = max * saturation;
      // No tie can occur here (85 · 255 is odd), so PIL's rounding in floats gives the same.
      int middle = max - (drop * (layout >>> 24) + SECTOR * 255 / 2) / (SECTOR * 255);
      int smallest = max - (drop + 127) / 255;
      int pixel = (max << layout) | (middle << (layout >> 8)) | (smallest << (layout >> 16));
      rgb[i] = (byte) pixel;
      rgb[i + 1] = (byte) (pixel >> 8);
      rgb[i + 2] = (byte) (pixel >> 16);
    }
  }

  private static byte[] hues() {
    byte[] table = new byte[HUES];
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

  private static int[] layouts() {
    int[] largest = {0, 8, 8, 16, 16, 0};
    int[] middle = {8, 0, 16, 8, 0, 16};
    int[] table = new int[256];
    for (int h = 0; h < 256; h++) {
      int sector = h * 6 / 255;
      int k = (h * 6 - sector * 255) / 3;
      int fraction = sector % 2 == 0 ? SECTOR - k : k;
      int l = largest[sector % 6];
      int m = middle[sector % 6];
      table[h] = fraction << 24 | (24 - l - m) << 16 | m << 8 | l;
    }
    return table;
  }
}
