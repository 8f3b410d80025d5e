package dev.bingo.embed;

/**
 * Rows of packed samples to RGB, as the trainer has it: grey is replicated and spread over 0 … 255,
 * palettes are looked up, 16 bits cut to their upper byte, samples after the colours dropped.
 *
 * @param bits of a sample: 1, 2, 4, 8, or 16 with the upper byte first
 * @param palette {@code [256, 3]}, or null where samples are colours
 * @param channels samples a pixel; one or two are grey
 */
record Samples(int bits, byte[] palette, int channels) {

  /**
   * Writes a row.
   *
   * @param at where in {@code rgb} the first pixel goes
   * @param apart bytes from one pixel to the next
   */
  void write(byte[] row, int columns, byte[] rgb, int at, int apart) {
    int to = at;
    if (bits >= 8) {
      int bytes = bits / 8;
      int green = channels < 3 ? 0 : bytes;
      int pixel = channels * bytes;
      for (int x = 0, from = 0; x < columns; x++, from += pixel, to += apart) {
        if (palette != null) {
          look(row[from] & 0xFF, rgb, to);
        } else {
          rgb[to] = row[from];
          rgb[to + 1] = row[from + green];
          rgb[to + 2] = row[from + 2 * green];
        }
      }
      return;
    }
    int most = (1 << bits) - 1;
    for (int x = 0; x < columns; x++, to += apart) {
      int bit = x * bits;
      int value = (row[bit >> 3] >> (8 - bits - (bit & 7))) & most;
      if (palette != null) {
        look(value, rgb, to);
      } else {
        byte grey = (byte) (value * (255 / most));
        rgb[to] = grey;
        rgb[to + 1] = grey;
        rgb[to + 2] = grey;
      }
    }
  }

  private void look(int index, byte[] rgb, int to) {
    rgb[to] = palette[3 * index];
    rgb[to + 1] = palette[3 * index + 1];
    rgb[to + 2] = palette[3 * index + 2];
  }
}
