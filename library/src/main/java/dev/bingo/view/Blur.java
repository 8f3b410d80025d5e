package dev.bingo.view;

/**
 * PIL's Gaussian blur, bit for bit: three box blurs across, then three down, each rounded to eight
 * bits (Gwosdek et al., "Theoretical Foundations of Gaussian Convolution by Extended Box
 * Filtering").
 *
 * <p>One thread's: it keeps its buffers. The loops run over int arrays, which the JIT turns into
 * SIMD.
 */
final class Blur {
  private static final int PASSES = 3;
  private static final int ROUND = 1 << 23;
  private int[][] rows = new int[0][];
  private int[][] spare = new int[0][];
  private int[] sums = new int[0];
  private int[] before = new int[0];
  private int[] after = new int[0];

  // The box: r whole pixels either side, and a part of the next.
  private int radius;
  private int whole;
  private int part;

  /**
   * Blurs {@code [height, width, 3]} bytes in place.
   *
   * @param sigma in pixels
   */
  void apply(byte[] rgb, int width, int height, double sigma) {
    box((float) sigma);
    if (part == 0 && radius == 0) {
      return;
    }
    int n = width * 3;
    grow(n, height);
    for (int y = 0; y < height; y++) {
      across(rgb, y * n, n, rows[y]);
    }
    for (int pass = 0; pass < PASSES; pass++) {
      for (int y = 0; y < height; y++) {
        down(y, height, n, spare[y]);
      }
      int[][] swap = rows;
      rows = spare;
      spare = swap;
    }
    for (int y = 0; y < height; y++) {
      store(rows[y], rgb, y * n, n);
    }
  }

  /** The box whose three-fold blur has the variance of the Gaussian. */
  private void box(float sigma) {
    float variance = sigma * sigma / PASSES;
    float length = (float) Math.sqrt(12.0 * variance + 1.0);
    float l = (float) Math.floor((length - 1.0) / 2.0);
    float a = (2 * l + 1) * (l * (l + 1) - 3 * variance);
    a /= 6 * (variance - (l + 1) * (l + 1));
    float real = l + a;
    radius = (int) real;
    whole = (int) ((1 << 24) / (real * 2 + 1));
    part = ((1 << 24) - (radius * 2 + 1) * whole) / 2;
  }

  /**
   * One row, three times. The neighbours come from copies of the row moved by a pixel: reading one
   * array at several offsets would keep the JIT from using SIMD, a copy costs next to nothing.
   */
  private void across(byte[] rgb, int at, int n, int[] target) {
    for (int x = 0; x < n; x++) {
      target[x] = rgb[at + x] & 0xFF;
    }
    for (int pass = 0; pass < PASSES; pass++) {
      System.arraycopy(target, 0, sums, 0, n);
      for (int k = 1; k <= radius; k++) {
        move(target, k, n);
        addTwo(sums, before, after, n);
      }
      move(target, radius + 1, n);
      mix(sums, before, after, whole, part, n, target);
    }
  }

  /** Fills {@code before} and {@code after} with the row moved by some pixels either way. */
  private void move(int[] row, int pixels, int n) {
    int by = Math.min(pixels * 3, n);
    System.arraycopy(row, 0, before, by, n - by);
    System.arraycopy(row, by, after, 0, n - by);
    for (int i = 0; i < by; i++) {
      before[i] = row[i % 3];
      after[n - by + i] = row[n - 3 + i % 3];
    }
  }

  private void down(int y, int height, int n, int[] out) {
    int[] above = rows[Math.max(0, y - radius - 1)];
    int[] below = rows[Math.min(height - 1, y + radius + 1)];
    int[] middle = rows[y];
    if (radius > 0) {
      middle = sums;
      System.arraycopy(rows[y], 0, sums, 0, n);
      for (int k = 1; k <= radius; k++) {
        addTwo(sums, rows[Math.max(0, y - k)], rows[Math.min(height - 1, y + k)], n);
      }
    }
    mix(middle, above, below, whole, part, n, out);
  }

  private static void addTwo(int[] sums, int[] a, int[] b, int n) {
    for (int x = 0; x < n; x++) {
      sums[x] += a[x] + b[x];
    }
  }

  private static void mix(
      int[] middle, int[] above, int[] below, int whole, int part, int n, int[] out) {
    for (int x = 0; x < n; x++) {
      out[x] = (whole * middle[x] + part * (above[x] + below[x]) + ROUND) >>> 24;
    }
  }

  private static void store(int[] row, byte[] rgb, int at, int n) {
    for (int x = 0; x < n; x++) {
      rgb[at + x] = (byte) row[x];
    }
  }

  private void grow(int n, int height) {
    if (sums.length < n || rows.length < height) {
      int w = Math.max(n, sums.length);
      int h = Math.max(height, rows.length);
      sums = new int[w];
      before = new int[w];
      after = new int[w];
      rows = new int[h][w];
      spare = new int[h][w];
    }
  }
}
