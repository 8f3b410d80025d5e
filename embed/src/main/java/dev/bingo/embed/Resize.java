package dev.bingo.embed;

/**
 * PIL's antialiased bilinear resize with its fixed-point weights, of which only the centre is
 * computed: across, then down, each rounded to eight bits. Equal to the trainer's, byte for byte.
 */
final class Resize {
  private static final int BITS = 22;
  private static final int HALF = 1 << (BITS - 1);

  private Resize() {}

  /**
   * Resizes the short side and cuts out the centre.
   *
   * @param resize length of the short side
   * @param size side of the centre
   * @return {@code [size, size, 3]}
   */
  static byte[] centre(Rgb image, int resize, int size) {
    return part(image, resize, size, size);
  }

  /**
   * The same with a margin around the centre, so that it is as wide as the short side: of it the
   * same centre can be cut out.
   *
   * @return {@code [resize, resize, 3]}
   */
  static byte[] square(Rgb image, int resize, int size) {
    return part(image, resize, size, resize);
  }

  /** The centre in the middle of a square of so many pixels. */
  private static byte[] part(Rgb image, int resize, int size, int side) {
    int w = image.width();
    int h = image.height();
    int margin = start(side, size);
    int wide = w <= h ? resize : longer(resize, w, h);
    int high = h <= w ? resize : longer(resize, h, w);
    Axis across = new Axis(w, wide, start(wide, size) - margin, side);
    Axis down = new Axis(h, high, start(high, size) - margin, side);
    byte[] narrow = across(image, across, down.lowest(), down.highest());
    return down(narrow, down, side);
  }

  /** Where the centre begins; halves go to the even side. */
  private static int start(int length, int size) {
    return (int) Math.rint((length - size) / 2.0);
  }

  private static int longer(int resize, int longSide, int shortSide) {
    return (int) ((double) ((long) resize * longSide) / shortSide);
  }

  /** Rows {@code [low, high)}, resized across: {@code [high − low, size, 3]}. */
  private static byte[] across(Rgb image, Axis axis, int low, int high) {
    byte[] in = image.bytes();
    int size = axis.first.length;
    byte[] out = new byte[(high - low) * size * 3];
    for (int y = low, at = 0; y < high; y++) {
      for (int x = 0; x < size; x++) {
        int from = (y * image.width() + axis.first[x]) * 3;
        int r = HALF;
        int g = HALF;
        int b = HALF;
        for (int weight : axis.weights[x]) {
          r += weight * (in[from] & 0xFF);
          g += weight * (in[from + 1] & 0xFF);
          b += weight * (in[from + 2] & 0xFF);
          from += 3;
        }
        out[at++] = clip(r);
        out[at++] = clip(g);
        out[at++] = clip(b);
      }
    }
    return out;
  }

  private static byte[] down(byte[] in, Axis axis, int size) {
    int low = axis.lowest();
    int width = size * 3;
    byte[] out = new byte[size * width];
    for (int y = 0; y < size; y++) {
      int[] weights = axis.weights[y];
      for (int x = 0; x < width; x++) {
        int sum = HALF;
        int from = (axis.first[y] - low) * width + x;
        for (int weight : weights) {
          sum += weight * (in[from] & 0xFF);
          from += width;
        }
        out[y * width + x] = clip(sum);
      }
    }
    return out;
  }

  private static byte clip(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> BITS));
  }

  /** Which pixels each output pixel of the centre is made of, and with what weight. */
  private static final class Axis {
    final int[] first;
    final int[][] weights;

    /**
     * @param in pixels there are
     * @param out pixels they become
     * @param start the first that is wanted
     * @param size how many are
     */
    Axis(int in, int out, int start, int size) {
      first = new int[size];
      weights = new int[size][];
      double scale = (double) in / out;
      double support = Math.max(scale, 1);
      for (int i = 0; i < size; i++) {
        double centre = (start + i + 0.5) * scale;
        first[i] = Math.max((int) (centre - support + 0.5), 0);
        int end = Math.min((int) (centre + support + 0.5), in);
        weights[i] = triangle(first[i] - centre + 0.5, end - first[i], 1 / support);
      }
    }

    private static int[] triangle(double distance, int count, double shrink) {
      double[] exact = new double[count];
      double sum = 0;
      for (int k = 0; k < count; k++) {
        exact[k] = Math.max(0, 1 - Math.abs((k + distance) * shrink));
        sum += exact[k];
      }
      int[] weights = new int[count];
      for (int k = 0; k < count; k++) {
        double weight = sum == 0 ? exact[k] : exact[k] * (1 / sum);
        weights[k] = (int) (weight * (1 << BITS) + 0.5);
      }
      return weights;
    }

    int lowest() {
      return first[0];
    }

    int highest() {
      int last = first.length - 1;
      return first[last] + weights[last].length;
    }
  }
}
