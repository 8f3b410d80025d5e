package dev.bingo.render;

import java.util.Arrays;

/**
 * Which source pixels each output pixel of one axis is made of, and with what weight: PIL's
 * fixed-point coefficients. Reused from image to image.
 */
final class Axis {
  /** Fractional bits of a weight: a sum of weights × bytes fits an int. */
  static final int BITS = 22;

  /** Half a grey level, to round by. */
  static final int HALF = 1 << (BITS - 1);

  /** Output pixels. */
  int count;

  /** How many source pixels each output pixel is made of; the same for all, some weigh nothing. */
  int taps;

  /** Whether weights may be below zero, and sums outside of a byte. */
  boolean signed;

  /** First source pixel of each output pixel. */
  int[] first = new int[0];

  /** Weights, {@code [count, taps]}. */
  int[] weights = new int[0];

  private int[] used = new int[0];
  private double[] exact = new double[0];

  /**
   * Prepares the window {@code [from, from + count)} of the stretch of source pixels {@code [start,
   * start + length)} resized to {@code out} pixels.
   *
   * @param start may lie between pixels; nothing outside of the pixels that the stretch touches is
   *     used
   * @param limit number of source pixels there are
   */
  void prepare(
      Filter filter, double start, double length, int limit, int out, int from, int count) {
    int origin = Math.max(0, (int) Math.floor(start));
    int available = Math.min(limit, (int) Math.ceil(start + length)) - origin;
    double offset = start - origin;
    double scale = length / out;
    double stretch = Math.max(scale, 1);
    double support = filter.support * stretch;
    this.count = count;
    signed = filter == Filter.BICUBIC;
    grow();
    taps = 0;
    for (int i = 0; i < count; i++) {
      double centre = offset + (from + i + 0.5) * scale;
      first[i] = Math.max((int) (centre - support + 0.5), 0);
      used[i] = Math.min((int) (centre + support + 0.5), available) - first[i];
      taps = Math.max(taps, used[i]);
    }
    if (weights.length < count * taps) {
      weights = new int[count * taps];
    }
    if (exact.length < taps) {
      exact = new double[taps];
    }
    for (int i = 0; i < count; i++) {
      double centre = offset + (from + i + 0.5) * scale;
      int low = first[i];
      int begin = Math.min(low, available - taps);
      first[i] = origin + begin;
      fill(filter, i * taps, low - begin, used[i], low - centre + 0.5, 1 / stretch);
    }
  }

  private void fill(Filter filter, int at, int shift, int n, double distance, double shrink) {
    double sum = 0;
    for (int k = 0; k < n; k++) {
      exact[k] = filter.weight((k + distance) * shrink);
      sum += exact[k];
    }
    Arrays.fill(weights, at, at + taps, 0);
    for (int k = 0; k < n; k++) {
      double w = sum == 0 ? exact[k] : exact[k] * (1 / sum);
      weights[at + shift + k] = (int) (w * (1 << BITS) + (w < 0 ? -0.5 : 0.5));
    }
  }

  private void grow() {
    if (first.length < count) {
      first = new int[count];
      used = new int[count];
    }
  }
}
