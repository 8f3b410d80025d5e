package dev.bingo.render;

import dev.bingo.image.Pixels;

/**
 * PIL's resize, bit for bit: across, then down, each pass rounded to eight bits. Reads straight
 * from a region of the decoded image.
 *
 * <p>One thread's: prepare {@link #across} and {@link #down}, then {@link #run}.
 */
final class Resampler {
  final Axis across = new Axis();
  final Axis down = new Axis();
  private final Strip strip = new Strip();
  private int[][] rows = new int[0][];
  private int[] sums = new int[0];
  private int[] red = new int[0];
  private int[] green = new int[0];
  private int[] blue = new int[0];

  /**
   * Resizes as the two axes were prepared.
   *
   * @param mirrored left and right change places
   * @param out is resized to {@code down.count} rows of {@code across.count}
   */
  void run(Pixels pixels, boolean mirrored, Planes out) {
    int width = across.count;
    out.resize(width, down.count);
    grow(width);
    strip.reset();
    int ready = down.first[0];
    int end = down.first[down.count - 1] + down.taps;
    for (int y = 0; y < down.count; y++) {
      int low = down.first[y];
      int high = low + down.taps;
      for (ready = Math.max(ready, low); ready < high; ready++) {
        int[] packed = strip.row(pixels, across, ready, end, mirrored);
        spread(packed, width, rows[ready % rows.length]);
      }
      Sums.of(rows, low, down, y * down.taps, 3 * width, sums);
      System.arraycopy(sums, 0, out.red, y * width, width);
      System.arraycopy(sums, width, out.green, y * width, width);
      System.arraycopy(sums, 2 * width, out.blue, y * width, width);
    }
  }

  /** A row's red values, then its green, then its blue ones. */
  private void spread(int[] packed, int width, int[] row) {
    Strip.unpack(packed, width, red, green, blue);
    System.arraycopy(red, 0, row, 0, width);
    System.arraycopy(green, 0, row, width, width);
    System.arraycopy(blue, 0, row, 2 * width, width);
  }

  private void grow(int width) {
    rows = Planes.grown(rows, down.taps);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Planes.grown(rows[i], 3 * width);
    }
    sums = Planes.grown(sums, 3 * width);
    red = Planes.grown(red, width);
    green = Planes.grown(green, width);
    blue = Planes.grown(blue, width);
  }
}
