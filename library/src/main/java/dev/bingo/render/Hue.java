package dev.bingo.render;

/**
 * torchvision's hue shift on PIL images, bit for bit: RGB to 8-bit HSV, the hue moved on its circle
 * of 256, and back. A shift of 0 is not the identity: the round trip loses bits.
 *
 * <p>Only what looks something up goes pixel by pixel; the loops before and after it are short so
 * that each becomes SIMD.
 */
final class Hue implements Tint {
  // A power of two, and the masks: the JIT then leaves the bounds checks out.
  private static final int HUES = 1 << 19;

  /** H by (chroma, signed difference of the two smaller channels + 256, which is the largest). */
  private static final byte[] HUE = hues();

  /** S by (largest channel, chroma). */
  private static final byte[] SATURATION = saturations();

  /**
   * Of each H: how far, in 85ths of the way down, each channel is from the largest; a byte each.
   */
  private static final int[] FRACTIONS = fractions();

  private static final int SECTOR = 85;
  private static final int FULL = SECTOR * 255;

  private final int[] turned = new int[256];
  private int[] largest = new int[0];
  private int[] chroma = new int[0];
  private int[] other = new int[0];
  private int[] key = new int[0];

  /**
   * Prepares it.
   *
   * @param turns in −0.5 … 0.5, half the circle either way
   */
  void prepare(double turns) {
    int shift = (int) (255 * turns);
    for (int h = 0; h < 256; h++) {
      turned[h] = FRACTIONS[(h + shift) & 0xFF];
    }
  }

  @Override
  public void apply(Planes image) {
    int n = image.size();
    largest = Planes.grown(largest, n);
    chroma = Planes.grown(chroma, n);
    other = Planes.grown(other, n);
    key = Planes.grown(key, n);
    largest(image.red, image.green, image.blue, n, largest);
    chroma(image.red, image.green, image.blue, largest, n, chroma);
    differences(image.red, image.green, image.blue, largest, n, other);
    differencesOfBlue(image.red, image.green, largest, n, other);
    keys(image.red, image.green, largest, n, key);
    addChromas(largest, chroma, other, n, key);
    look(n);
    drops(largest, key, n, other);
    channel(0, n, image.red);
    channel(8, n, image.green);
    channel(16, n, image.blue);
  }

  // Masks instead of branches: x >> 31 is −1 where x is below 0, and else 0.

  private static void largest(int[] red, int[] green, int[] blue, int n, int[] out) {
    for (int i = 0; i < n; i++) {
      int d = red[i] - green[i];
      int max = red[i] - (d & (d >> 31));
      int e = max - blue[i];
      out[i] = max - (e & (e >> 31));
    }
  }

  private static void chroma(int[] red, int[] green, int[] blue, int[] largest, int n, int[] out) {
    for (int i = 0; i < n; i++) {
      int d = red[i] - green[i];
      int min = green[i] + (d & (d >> 31));
      int e = min - blue[i];
      out[i] = largest[i] - blue[i] - (e & (e >> 31));
    }
  }

  /** Where red is the largest green − blue, elsewhere blue − red. */
  private static void differences(
      int[] red, int[] green, int[] blue, int[] largest, int n, int[] out) {
    for (int i = 0; i < n; i++) {
      int notRed = (red[i] - largest[i]) >> 31;
      int d = green[i] - blue[i];
      out[i] = d + ((blue[i] - red[i] - d) & notRed);
    }
  }

  /** Where blue is the largest red − green. */
  private static void differencesOfBlue(
      int[] red, int[] green, int[] largest, int n, int[] differences) {
    for (int i = 0; i < n; i++) {
      int isBlue = ((red[i] - largest[i]) >> 31) & ((green[i] - largest[i]) >> 31);
      int d = differences[i];
      differences[i] = d + ((red[i] - green[i] - d) & isBlue);
    }
  }

  /** Which channel is the largest. */
  private static void keys(int[] red, int[] green, int[] largest, int n, int[] key) {
    for (int i = 0; i < n; i++) {
      int notRed = (red[i] - largest[i]) >> 31;
      int notGreen = (green[i] - largest[i]) >> 31;
      key[i] = notRed & (1 - notGreen);
    }
  }

  private static void addChromas(int[] largest, int[] chroma, int[] differences, int n, int[] key) {
    for (int i = 0; i < n; i++) {
      key[i] += (largest[i] << 19) + (chroma[i] << 11) + ((256 + differences[i]) << 2);
    }
  }

  /** From keys to fractions, with the saturation above them. */
  private void look(int n) {
    int[] k = key;
    int[] fractions = turned;
    for (int i = 0; i < n; i++) {
      int at = k[i];
      int saturation = SATURATION[(at >> 11) & 0xFFFF];
      int hue = HUE[at & (HUES - 1)] & 0xFF;
      k[i] = (saturation << 24) | fractions[hue];
    }
  }

  private static void drops(int[] largest, int[] key, int n, int[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = largest[i] * (key[i] >>> 24);
    }
  }

  private void channel(int shift, int n, int[] out) {
    switch (shift) {
      case 0 -> first(key, n, chroma);
      case 8 -> second(key, n, chroma);
      default -> third(key, n, chroma);
    }
    scale(other, n, chroma);
    lower(largest, chroma, n, out);
  }

  private static void first(int[] key, int n, int[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = key[i] & 0xFF;
    }
  }

  private static void second(int[] key, int n, int[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = (key[i] >> 8) & 0xFF;
    }
  }

  private static void third(int[] key, int n, int[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = (key[i] >> 16) & 0xFF;
    }
  }

  /** No tie can occur (85 · 255 is odd), so PIL's rounding in floats gives the same. */
  private static void scale(int[] drops, int n, int[] fractions) {
    for (int i = 0; i < n; i++) {
      fractions[i] = drops[i] * fractions[i] + FULL / 2;
    }
  }

  /** The largest less ⌊drop / 21675⌋, by a product that is at most one too small. */
  private static void lower(int[] largest, int[] drops, int n, int[] out) {
    for (int i = 0; i < n; i++) {
      int drop = drops[i];
      int least = ((drop >> 7) * 12384) >> 21;
      out[i] = largest[i] - least - 1 - ((drop - (least + 1) * FULL) >> 31);
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
        int at = (chroma << 11) + ((256 + d) << 2);
        table[at] = hue(up - down);
        table[at + 1] = hue((float) (2.0 + up - down));
        table[at + 2] = hue((float) (4.0 + up - down));
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

  private static int[] fractions() {
    int[] largest = {0, 8, 8, 16, 16, 0};
    int[] middle = {8, 0, 16, 8, 0, 16};
    int[] table = new int[256];
    for (int h = 0; h < 256; h++) {
      int sector = h * 6 / 255;
      int k = (h * 6 - sector * 255) / 3;
      int fraction = sector % 2 == 0 ? SECTOR - k : k;
      int l = largest[sector % 6];
      int m = middle[sector % 6];
      table[h] = (fraction << m) | (SECTOR << (24 - l - m));
    }
    return table;
  }
}
