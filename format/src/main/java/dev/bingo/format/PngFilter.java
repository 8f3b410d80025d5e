package dev.bingo.format;

/** PNG's filters: bytes are stored as the difference to what their neighbours foretell. */
final class PngFilter {
  private PngFilter() {}

  /**
   * Makes the bytes of a row from the differences.
   *
   * @param row the filter's number and the differences; then the bytes
   * @param above the row above, of the same form; zeros above the first
   * @param pixel bytes of a pixel, at least 1
   */
  static void undo(byte[] row, byte[] above, int pixel) throws BadBytes {
    switch (row[0]) {
      case 0 -> {}
      case 1 -> left(row, pixel);
      case 2 -> {
        for (int i = 1; i < row.length; i++) {
          row[i] += above[i];
        }
      }
      case 3 -> average(row, above, pixel);
      case 4 -> paeth(row, above, pixel);
      default -> throw new BadBytes("corrupt PNG: a row's filter is " + (row[0] & 0xFF));
    }
  }

  private static void left(byte[] row, int pixel) {
    for (int i = 1 + pixel; i < row.length; i++) {
      row[i] += row[i - pixel];
    }
  }

  private static void average(byte[] row, byte[] above, int pixel) {
    int first = Math.min(row.length, 1 + pixel);
    for (int i = 1; i < first; i++) {
      row[i] += (byte) ((above[i] & 0xFF) >> 1);
    }
    for (int i = first; i < row.length; i++) {
      row[i] += (byte) (((row[i - pixel] & 0xFF) + (above[i] & 0xFF)) >> 1);
    }
  }

  /** Channel by channel, so that what lies at the left stays in a register. */
  private static void paeth(byte[] row, byte[] above, int pixel) {
    for (int channel = 1; channel <= pixel; channel++) {
      int a = 0;
      int c = 0;
      for (int i = channel; i < row.length; i += pixel) {
        int b = above[i] & 0xFF;
        int toA = Math.abs(b - c);
        int toB = Math.abs(a - c);
        int toC = Math.abs(a + b - 2 * c);
        int near = toB <= toC ? b : c;
        int guess = toA <= Math.min(toB, toC) ? a : near;
        a = (row[i] + guess) & 0xFF;
        row[i] = (byte) a;
        c = b;
      }
    }
  }
}
