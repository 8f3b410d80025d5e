package dev.bingo.render;

import dev.bingo.image.Pixels;

/**
 * The pass across for a strip of rows. SIMD wants the pixels that share a weight side by side,
 * which are those of a column: so the strip is turned on its side, summed, and turned back.
 *
 * <p>While it is turned a pixel is one int, red in the lowest byte.
 */
final class Strip {
  /** So many source pixels at a time stay in a core's cache. */
  private static final int MOST_PIXELS = 1 << 17;

  private static final int LEAST_ROWS = 16;
  private static final int MOST_ROWS = 512;

  private int[][] columns = new int[0][];
  private int[][] results = new int[0][];
  private int[][] rows = new int[0][];
  private int[] packed = new int[0];
  private int[] sums = new int[0];
  private int[] green = new int[0];
  private int[] blue = new int[0];
  private int top;
  private int count;

  /** Begins an image, in which no row is ready. */
  void reset() {
    count = 0;
  }

  /**
   * Row {@code y} of the source with its new width. Rows are asked for in order.
   *
   * @param end the source row after the last that will be asked for
   */
  int[] row(Pixels pixels, Axis axis, int y, int end, boolean mirrored) {
    if (count == 0 || y >= top + count) {
      make(pixels, axis, y, end, mirrored);
    }
    return rows[y - top];
  }

  private void make(Pixels pixels, Axis axis, int y, int end, boolean mirrored) {
    int left = axis.first[0];
    int width = axis.first[axis.count - 1] + axis.taps - left;
    top = y;
    count = Math.min(end - y, Math.max(LEAST_ROWS, Math.min(MOST_ROWS, MOST_PIXELS / width)));
    grow(width, axis.count);
    turn(pixels, left, width);
    for (int x = 0; x < axis.count; x++) {
      Sums.of(columns, axis.first[x] - left, axis, x * axis.taps, 3 * count, sums);
      System.arraycopy(sums, count, green, 0, count);
      System.arraycopy(sums, 2 * count, blue, 0, count);
      Planes.pack(sums, green, blue, count, results[mirrored ? axis.count - 1 - x : x]);
    }
    turnBack(axis.count);
  }

  /** Fills the columns, each with its red, then green, then blue values. */
  private void turn(Pixels pixels, int left, int width) {
    byte[] rgb = pixels.rgb();
    int stride = pixels.width() * 3;
    int start = top * stride + left * 3;
    int y = 0;
    for (; y + 4 <= count; y += 4) {
      turnFour(rgb, start + y * stride, stride, width - 1, y);
    }
    for (; y < count; y++) {
      for (int x = 0; x < width - 1; x++) {
        columns[x][y] = Planes.pixel(rgb, start + y * stride + x * 3);
      }
    }
    for (y = 0; y < count; y++) {
      int last = width - 1;
      columns[last][y] = Planes.anyPixel(rgb, start + y * stride + last * 3);
    }
    for (int x = 0; x < width; x++) {
      unpack(columns[x], count, packed, green, blue);
      System.arraycopy(packed, 0, columns[x], 0, count);
      System.arraycopy(green, 0, columns[x], count, count);
      System.arraycopy(blue, 0, columns[x], 2 * count, count);
    }
  }

  private void turnFour(byte[] rgb, int start, int stride, int width, int y) {
    for (int x = 0, p = start; x < width; x++, p += 3) {
      int[] column = columns[x];
      column[y] = Planes.pixel(rgb, p);
      column[y + 1] = Planes.pixel(rgb, p + stride);
      column[y + 2] = Planes.pixel(rgb, p + 2 * stride);
      column[y + 3] = Planes.pixel(rgb, p + 3 * stride);
    }
  }

  private void turnBack(int width) {
    int y = 0;
    for (; y + 4 <= count; y += 4) {
      int[] a = rows[y];
      int[] b = rows[y + 1];
      int[] c = rows[y + 2];
      int[] d = rows[y + 3];
      for (int x = 0; x < width; x++) {
        int[] result = results[x];
        a[x] = result[y];
        b[x] = result[y + 1];
        c[x] = result[y + 2];
        d[x] = result[y + 3];
      }
    }
    for (; y < count; y++) {
      for (int x = 0; x < width; x++) {
        rows[y][x] = results[x][y];
      }
    }
  }

  /** Takes packed pixels apart. */
  static void unpack(int[] packed, int n, int[] red, int[] green, int[] blue) {
    // Three loops: the JIT makes no SIMD of one.
    for (int i = 0; i < n; i++) {
      red[i] = packed[i] & 0xFF;
    }
    for (int i = 0; i < n; i++) {
      green[i] = (packed[i] >> 8) & 0xFF;
    }
    for (int i = 0; i < n; i++) {
      blue[i] = packed[i] >>> 16;
    }
  }

  private void grow(int width, int out) {
    columns = Planes.grown(columns, width);
    for (int x = 0; x < width; x++) {
      columns[x] = Planes.grown(columns[x], 3 * count);
    }
    results = Planes.grown(results, out);
    for (int x = 0; x < out; x++) {
      results[x] = Planes.grown(results[x], count);
    }
    rows = Planes.grown(rows, count);
    for (int y = 0; y < count; y++) {
      rows[y] = Planes.grown(rows[y], out);
    }
    packed = Planes.grown(packed, count);
    sums = Planes.grown(sums, 3 * count);
    green = Planes.grown(green, count);
    blue = Planes.grown(blue, count);
  }
}
