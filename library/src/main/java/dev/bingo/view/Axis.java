package dev.bingo.view;

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

  /** Room for the weights of one output pixel in {@link #weights}. */
  int room;

  /** First source pixel of each output pixel. */
  int[] first = new int[0];

  /** How many source pixels each is made of. */
  int[] taps = new int[0];

  /** Weights, {@code [count, room]}. */
  int[] weights = new int[0];

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
    room = (int) Math.ceil(support) * 2 + 1;
    grow();
    for (int i = 0; i < count; i++) {
      double centre = offset + (from + i + 0.5) * scale;
      int low = Math.max((int) (centre - support + 0.5), 0);
      int high = Math.min((int) (centre + support + 0.5), available);
      first[i] = origin + low;
      taps[i] = high - low;
      fill(filter, i * room, high - low, low - centre + 0.5, 1 / stretch);
    }
  }

  private void fill(Filter filter, int at, int n, double firstDistance, double shrink) {
    double sum = 0;
    for (int k = 0; k < n; k++) {
      exact[k] = filter.weight((k + firstDistance) * shrink);
      sum += exact[k];
    }
    for (int k = 0; k < n; k++) {
      double w = sum == 0 ? exact[k] : exact[k] * (1 / sum);
      weights[at + k] = (int) (w * (1 << BITS) + (w < 0 ? -0.5 : 0.5));
    }
  }

  /** The source pixel after the last that is used. */
  int end() {
    return first[count - 1] + taps[count - 1];
  }

  private void grow() {
    if (first.length < count) {
      first = new int[count];
      taps = new int[count];
    }
    if (weights.length < count * room) {
      weights = new int[count * room];
    }
    if (exact.length < room) {
      exact = new double[room];
    }
  }
}
