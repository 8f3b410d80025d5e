package dev.bingo.render;

import java.util.Arrays;

/** Weighted sums of lines of pixels, all of one weight a line: what both passes of a resize do. */
final class Sums {
  private Sums() {}

  /**
   * Writes to {@code out} the lines {@code first … first + taps}, kept at their number modulo
   * {@code lines.length}, each times its weight, rounded to eight bits.
   *
   * @param at the first line's weight
   */
  static void of(int[][] lines, int first, Axis axis, int at, int n, int[] out) {
    int taps = axis.taps;
    int[] weights = axis.weights;
    int done = taps & 1;
    if (done == 1) {
      start(out, weights[at], lines[first % lines.length], n);
    } else {
      Arrays.fill(out, 0, n, Axis.HALF);
    }
    for (; done < taps; done += 2) {
      int[] a = lines[(first + done) % lines.length];
      int[] b = lines[(first + done + 1) % lines.length];
      add(out, weights[at + done], a, weights[at + done + 1], b, n);
    }
    if (axis.signed) {
      clipped(out, n);
    } else {
      whole(out, n);
    }
  }

  private static void start(int[] sums, int w, int[] line, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] = Axis.HALF + w * line[i];
    }
  }

  private static void add(int[] sums, int v, int[] a, int w, int[] b, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] += v * a[i] + w * b[i];
    }
  }

  private static void whole(int[] sums, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] >>= Axis.BITS;
    }
  }

  private static void clipped(int[] sums, int n) {
    for (int i = 0; i < n; i++) {
      sums[i] = clip(sums[i] >> Axis.BITS);
    }
  }

  /** To 0 … 255, by masks: the JIT doesn't turn {@code Math.min} into SIMD. */
  static int clip(int value) {
    int positive = value & ~(value >> 31);
    int over = 255 - positive;
    return positive + (over & (over >> 31));
  }
}
