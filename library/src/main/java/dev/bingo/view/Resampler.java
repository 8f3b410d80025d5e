package dev.bingo.view;

import dev.bingo.image.Pixels;
import java.util.Arrays;

/**
 * PIL's resize, bit for bit: across, then down, each pass rounded to eight bits. Reads straight
 * from a region of the decoded image and keeps only the few rows that the second pass needs.
 *
 * <p>One thread's: prepare {@link #across} and {@link #down}, then {@link #run}.
 */
final class Resampler {
  final Axis across = new Axis();
  final Axis down = new Axis();
  private int[][] rows = new int[0][];
  private int[] sums = new int[0];

  /**
   * Resizes as the two axes were prepared.
   *
   * @param mirrored left and right change places
   * @param out {@code [down.count, across.count, 3]}
   */
  void run(Pixels pixels, boolean mirrored, byte[] out) {
    int width = across.count * 3;
    grow(width);
    int ready = down.first[0];
    for (int y = 0; y < down.count; y++) {
      int low = down.first[y];
      int high = low + down.taps;
      for (ready = Math.max(ready, low); ready < high; ready++) {
        row(pixels.rgb(), ready * pixels.width() * 3, mirrored, rows[ready % rows.length]);
      }
      column(y, low, width);
      if (down.signed) {
        clipped(sums, out, y * width, width);
      } else {
        store(sums, out, y * width, width);
      }
    }
  }

  /** One source row to {@code across.count} pixels. */
  private void row(byte[] rgb, int base, boolean mirrored, int[] target) {
    int at = mirrored ? (across.count - 1) * 3 : 0;
    int step = mirrored ? -3 : 3;
    // The common reductions, up to two to one, have loops of their own without an inner loop; with
    // weights of one sign nothing has to be clipped.
    switch (across.signed ? 0 : across.taps) {
      case 2 -> two(rgb, base, at, step, target);
      case 3 -> three(rgb, base, at, step, target);
      case 4 -> four(rgb, base, at, step, target);
      default -> many(rgb, base, at, step, target);
    }
  }

  private void two(byte[] rgb, int base, int at, int step, int[] target) {
    int[] first = across.first;
    int[] weights = across.weights;
    for (int x = 0, k = 0; x < across.count; x++, at += step, k += 2) {
      int p = base + first[x] * 3;
      int v = weights[k];
      int w = weights[k + 1];
      for (int c = 0; c < 3; c++) {
        int sum = v * (rgb[p + c] & 0xFF) + w * (rgb[p + c + 3] & 0xFF);
        target[at + c] = (sum + Axis.HALF) >> Axis.BITS;
      }
    }
  }

  private void three(byte[] rgb, int base, int at, int step, int[] target) {
    int[] first = across.first;
    int[] weights = across.weights;
    for (int x = 0, k = 0; x < across.count; x++, at += step, k += 3) {
      int p = base + first[x] * 3;
      int u = weights[k];
      int v = weights[k + 1];
      int w = weights[k + 2];
      for (int c = 0; c < 3; c++) {
        int sum =
            u * (rgb[p + c] & 0xFF) + v * (rgb[p + c + 3] & 0xFF) + w * (rgb[p + c + 6] & 0xFF);
        target[at + c] = (sum + Axis.HALF) >> Axis.BITS;
      }
    }
  }

  private void four(byte[] rgb, int base, int at, int step, int[] target) {
    int[] first = across.first;
    int[] weights = across.weights;
    for (int x = 0, k = 0; x < across.count; x++, at += step, k += 4) {
      int p = base + first[x] * 3;
      int t = weights[k];
      int u = weights[k + 1];
      int v = weights[k + 2];
      int w = weights[k + 3];
      for (int c = 0; c < 3; c++) {
        int sum =
            t * (rgb[p + c] & 0xFF)
                + u * (rgb[p + c + 3] & 0xFF)
                + v * (rgb[p + c + 6] & 0xFF)
                + w * (rgb[p + c + 9] & 0xFF);
        target[at + c] = (sum + Axis.HALF) >> Axis.BITS;
      }
    }
  }

  private void many(byte[] rgb, int base, int at, int step, int[] target) {
    int[] first = across.first;
    int[] weights = across.weights;
    int taps = across.taps;
    for (int x = 0, k = 0; x < across.count; x++, at += step) {
      int p = base + first[x] * 3;
      int r = Axis.HALF;
      int g = Axis.HALF;
      int b = Axis.HALF;
      for (int end = k + taps; k < end; k++, p += 3) {
        int w = weights[k];
        r += w * (rgb[p] & 0xFF);
        g += w * (rgb[p + 1] & 0xFF);
        b += w * (rgb[p + 2] & 0xFF);
      }
      target[at] = clip(r);
      target[at + 1] = clip(g);
      target[at + 2] = clip(b);
    }
  }

  /** The sums of one output row; plain loops over int arrays, which the JIT turns into SIMD. */
  private void column(int y, int low, int width) {
    int taps = down.taps;
    int k = y * taps;
    int[] weights = down.weights;
    int done = taps & 1;
    if (done == 1) {
      start(sums, weights[k], rows[low % rows.length], width);
    } else {
      Arrays.fill(sums, 0, width, Axis.HALF);
    }
    for (; done < taps; done += 2) {
      int[] a = rows[(low + done) % rows.length];
      int[] b = rows[(low + done + 1) % rows.length];
      add(sums, weights[k + done], a, weights[k + done + 1], b, width);
    }
  }

  private static void start(int[] sums, int w, int[] row, int width) {
    for (int x = 0; x < width; x++) {
      sums[x] = Axis.HALF + w * row[x];
    }
  }

  private static void add(int[] sums, int v, int[] a, int w, int[] b, int width) {
    for (int x = 0; x < width; x++) {
      sums[x] += v * a[x] + w * b[x];
    }
  }

  private static void store(int[] sums, byte[] out, int at, int width) {
    for (int x = 0; x < width; x++) {
      out[at + x] = (byte) (sums[x] >> Axis.BITS);
    }
  }

  private static void clipped(int[] sums, byte[] out, int at, int width) {
    for (int x = 0; x < width; x++) {
      out[at + x] = (byte) clip(sums[x]);
    }
  }

  private static int clip(int sum) {
    return Math.max(0, Math.min(255, sum >> Axis.BITS));
  }

  private void grow(int width) {
    if (sums.length < width || rows.length < down.taps) {
      int n = Math.max(rows.length, down.taps);
      int w = Math.max(sums.length, width);
      sums = new int[w];
      rows = new int[n][w];
    }
  }
}
