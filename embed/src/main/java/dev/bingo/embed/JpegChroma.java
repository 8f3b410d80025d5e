package dev.bingo.embed;

/**
 * Chroma at half the rows and all the columns, as a camera's upright pictures have it: newer
 * libjpegs, as the trainer's, interpolate it between rows, the JDK's own repeats each.
 */
final class JpegChroma {
  private JpegChroma() {}

  /**
   * Interpolates what was repeated, in place.
   *
   * @param samples {@code [height, width, components]}
   */
  static void smooth(byte[] samples, JpegLayout layout) {
    JpegLayout.Component[] components = layout.components();
    int most = 1;
    int widest = 1;
    for (JpegLayout.Component component : components) {
      most = Math.max(most, component.down());
      widest = Math.max(widest, component.across());
    }
    for (int c = 0; c < components.length; c++) {
      if (components[c].across() == widest && components[c].down() * 2 == most) {
        int row = layout.width() * components.length;
        // A JDK that is linked to a newer libjpeg has done it.
        if (repeated(samples, c, components.length, row)) {
          smooth(samples, c, components.length, row);
        }
      }
    }
  }

  private static boolean repeated(byte[] samples, int first, int bands, int row) {
    for (int at = first; at + row < samples.length; at += 2 * row) {
      for (int x = 0; x < row; x += bands) {
        if (samples[at + x] != samples[at + row + x]) {
          return false;
        }
      }
    }
    return true;
  }

  /** Three parts of the nearest row and one of the next. */
  private static void smooth(byte[] samples, int first, int bands, int row) {
    int rows = samples.length / row;
    for (int x = first; x < row; x += bands) {
      int above = samples[x] & 0xFF;
      for (int y = 0; y < rows; y += 2) {
        int at = y * row + x;
        int here = samples[at] & 0xFF;
        int below = y + 2 < rows ? samples[at + 2 * row] & 0xFF : here;
        samples[at] = (byte) ((3 * here + above + 1) >> 2);
        if (y + 1 < rows) {
          samples[at + row] = (byte) ((3 * here + below + 2) >> 2);
        }
        above = here;
      }
    }
  }
}
