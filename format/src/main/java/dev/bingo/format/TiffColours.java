package dev.bingo.format;

/** A TIFF's samples to 8-bit RGB. */
final class TiffColours {
  private final TiffLayout layout;
  private final int most;

  /** From a sample to eight bits: of grey, or of red, green and blue. */
  private final byte[][] tables;

  TiffColours(TiffDirectory tags, TiffLayout layout) throws BadBytes {
    this.layout = layout;
    this.most = (1 << layout.bits()) - 1;
    this.tables = layout.photometric() == 3 ? palette(tags) : new byte[][] {scale()};
  }

  /** Whether a sample's value matters. */
  boolean uses(int sample) {
    return sample < TiffLayout.colours(layout.photometric()) || sample == layout.associated();
  }

  /** Converts a row. */
  void toRgb(int[][] samples, int width, byte[] rgb, int at) {
    switch (layout.photometric()) {
      case 2 -> lookUp(samples[0], samples[1], samples[2], width, rgb, at);
      case 5 -> cmyk(samples, width, rgb, at);
      default -> lookUp(samples[0], samples[0], samples[0], width, rgb, at);
    }
    if (layout.associated() >= 0) {
      divide(samples[layout.associated()], width, rgb, at);
    }
  }

  private void lookUp(int[] red, int[] green, int[] blue, int width, byte[] rgb, int start) {
    byte[] r = tables[0];
    byte[] g = tables[tables.length == 3 ? 1 : 0];
    byte[] b = tables[tables.length == 3 ? 2 : 0];
    for (int x = 0, at = start; x < width; x++, at += 3) {
      rgb[at] = r[red[x]];
      rgb[at + 1] = g[green[x]];
      rgb[at + 2] = b[blue[x]];
    }
  }

  /** As PIL does it. */
  private void cmyk(int[][] samples, int width, byte[] rgb, int start) {
    byte[] ink = tables[0];
    for (int x = 0; x < width; x++) {
      int light = 255 - (ink[samples[3][x]] & 0xFF);
      for (int c = 0; c < 3; c++) {
        int taken = (ink[samples[c][x]] & 0xFF) * light + 128;
        rgb[start + 3 * x + c] = (byte) Math.max(0, light - (((taken >> 8) + taken) >> 8));
      }
    }
  }

  /** Divides by alpha as PIL does it, in eight bits. */
  private void divide(int[] alphas, int width, byte[] rgb, int start) {
    for (int x = 0, at = start; x < width; x++) {
      int alpha = layout.bits() <= 8 ? alphas[x] * 255 / most : alphas[x] >> (layout.bits() - 8);
      for (int c = 0; c < 3; c++, at++) {
        if (alpha != 0) {
          rgb[at] = (byte) Math.min(255, 255 * (rgb[at] & 0xFF) / alpha);
        }
      }
    }
  }

  private byte[] scale() {
    byte[] table = new byte[most + 1];
    boolean inverted = layout.photometric() == 0;
    for (int v = 0; v <= most; v++) {
      int up = inverted ? most - v : v;
      table[v] = (byte) (layout.bits() <= 8 ? up * 255 / most : up >> (layout.bits() - 8));
    }
    return table;
  }

  private byte[][] palette(TiffDirectory tags) throws BadBytes {
    int[] values = new int[3 * (most + 1)];
    int largest = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) tags.value(TiffDirectory.COLOUR_MAP, i);
      largest = Math.max(largest, values[i]);
    }
    // Entries have 16 bits; some writers use the lower eight alone.
    int shift = largest > 255 ? 8 : 0;
    byte[][] palette = new byte[3][most + 1];
    for (int i = 0; i < values.length; i++) {
      palette[i / (most + 1)][i % (most + 1)] = (byte) (values[i] >> shift);
    }
    return palette;
  }
}
