package dev.bingo.render;

/**
 * PIL's Gaussian blur, bit for bit: three box blurs across, then three down, each rounded to eight
 * bits (Gwosdek et al., "Theoretical Foundations of Gaussian Convolution by Extended Box
 * Filtering").
 *
 * <p>Row after row goes through all six: of each blur down only the rows that the next one needs
 * are kept, in rings. A row is its red values, then its green, then its blue ones.
 *
 * <p>One thread's: it keeps its buffers.
 */
final class Blur {
  private static final int PASSES = 3;
  private static final int ROUND = 1 << 23;

  /** What is blurred across, and the results of two blurs down. */
  private final int[][][] rings = new int[PASSES][0][];

  private int[] last = new int[0];
  private int[] sums = new int[0];
  private int[] before = new int[0];
  private int[] after = new int[0];

  // The box: r whole pixels either side, and a part of the next.
  private int radius;
  private int whole;
  private int part;

  /**
   * Blurs in place.
   *
   * @param sigma in pixels
   */
  void apply(Planes image, double sigma) {
    box((float) sigma);
    if (part == 0 && radius == 0) {
      return;
    }
    int reach = radius + 1;
    int height = image.height;
    grow(3 * image.width, 2 * reach + 1);
    for (int t = 0; t < height + PASSES * reach; t++) {
      if (t < height) {
        int[] row = ring(0, t);
        take(image, t, row);
        across(row, image.width);
      }
      for (int pass = 1; pass <= PASSES; pass++) {
        int y = t - pass * reach;
        if (y >= 0 && y < height) {
          down(pass - 1, y, height, 3 * image.width, pass == PASSES ? last : ring(pass, y));
        }
      }
      if (t >= PASSES * reach) {
        put(last, image, t - PASSES * reach);
      }
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

  private int[] ring(int pass, int y) {
    int[][] ring = rings[pass];
    return ring[y % ring.length];
  }

  private static void take(Planes image, int y, int[] row) {
    int width = image.width;
    System.arraycopy(image.red, y * width, row, 0, width);
    System.arraycopy(image.green, y * width, row, width, width);
    System.arraycopy(image.blue, y * width, row, 2 * width, width);
  }

  private static void put(int[] row, Planes image, int y) {
    int width = image.width;
    System.arraycopy(row, 0, image.red, y * width, width);
    System.arraycopy(row, width, image.green, y * width, width);
    System.arraycopy(row, 2 * width, image.blue, y * width, width);
  }

  /**
   * One row, three times. The neighbours come from copies of the row moved by a pixel: reading one
   * array at several offsets would keep the JIT from using SIMD, a copy costs next to nothing.
   */
  private void across(int[] row, int width) {
    int n = 3 * width;
    for (int pass = 0; pass < PASSES; pass++) {
      int[] middle = row;
      if (radius > 0) {
        middle = sums;
        System.arraycopy(row, 0, sums, 0, n);
        for (int k = 1; k <= radius; k++) {
          move(row, k, width);
          addTwo(sums, before, after, n);
        }
      }
      move(row, radius + 1, width);
      mix(middle, before, after, whole, part, n, row);
    }
  }

  /** Fills {@code before} and {@code after} with the row moved by some pixels either way. */
  private void move(int[] row, int pixels, int width) {
    int by = Math.min(pixels, width);
    int n = 3 * width;
    System.arraycopy(row, 0, before, by, n - by);
    System.arraycopy(row, by, after, 0, n - by);
    for (int end = width; end <= n; end += width) {
      for (int i = 0; i < by; i++) {
        before[end - width + i] = row[end - width];
        after[end - 1 - i] = row[end - 1];
      }
    }
  }

  private void down(int pass, int y, int height, int n, int[] out) {
    int[] above = ring(pass, Math.max(0, y - radius - 1));
    int[] below = ring(pass, Math.min(height - 1, y + radius + 1));
    int[] middle = ring(pass, y);
    if (radius > 0) {
      System.arraycopy(middle, 0, sums, 0, n);
      middle = sums;
      for (int k = 1; k <= radius; k++) {
        addTwo(sums, ring(pass, Math.max(0, y - k)), ring(pass, Math.min(height - 1, y + k)), n);
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

  private void grow(int n, int kept) {
    for (int pass = 0; pass < PASSES; pass++) {
      rings[pass] = Planes.grown(rings[pass], kept);
      for (int i = 0; i < rings[pass].length; i++) {
        rings[pass][i] = Planes.grown(rings[pass][i], n);
      }
    }
    last = Planes.grown(last, n);
    sums = Planes.grown(sums, n);
    before = Planes.grown(before, n);
    after = Planes.grown(after, n);
  }
}
