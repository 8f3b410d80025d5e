package dev.bingo.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The pixels of a TIFF as 8-bit RGB. Samples of fewer bits are scaled to 255, of more they become
 * their upper eight. Alpha is dropped, and divided out where colours are multiplied by it.
 *
 * <p>Rows are uncompressed one at a time: beside the image itself that takes no memory to speak of,
 * whatever the file says of its strips and tiles.
 */
public final class Tiff {
  /** Bytes that LZW makes of one at best; Deflate makes fewer. */
  private static final int MOST_PACKED = 2_750;

  private final ByteBuffer data;
  private final TiffDirectory tags;
  private final TiffLayout layout;
  private final TiffColours colours;
  private final Deadline deadline;
  private final byte[] rgb;
  private final byte[] row;

  /** One for each plane; null where its samples are not looked at. */
  private final TiffBytes[] planes;

  private Tiff(
      ByteBuffer data, TiffDirectory tags, TiffLayout layout, Deadline deadline, byte[] rgb)
      throws BadBytes {
    this.deadline = deadline;
    this.data = tags.optional(TiffDirectory.FILL_ORDER, 1) == 2 ? reversed(data) : data;
    this.tags = tags;
    this.layout = layout;
    this.colours = new TiffColours(tags, layout);
    this.rgb = rgb;
    row = new byte[layout.rowBytes()];
    planes = new TiffBytes[layout.planar() ? layout.samples() : 1];
    for (int p = 0; p < planes.length; p++) {
      boolean wanted = !layout.planar() || colours.uses(p);
      planes[p] = wanted ? TiffBytes.of(layout.compression()) : null;
    }
  }

  /**
   * Reads the pixels.
   *
   * @param data the file, from 0 to the limit
   * @param layout none that {@link TiffLayout#needsCodec}
   * @param rgb takes {@code [height, width, 3]}
   */
  public static void read(
      ByteBuffer data, TiffDirectory tags, TiffLayout layout, Deadline deadline, byte[] rgb)
      throws BadBytes {
    Tiff tiff = new Tiff(data, tags, layout, deadline, rgb);
    try {
      for (int y = 0; y < layout.down(); y++) {
        for (int x = 0; x < layout.across(); x++) {
          tiff.place(x, y);
        }
      }
    } finally {
      tiff.close();
    }
  }

  /**
   * Refuses one that would take more time than its pixels, or has too few bytes for them.
   *
   * @param data the file
   */
  public static void check(ByteBuffer data, TiffLayout layout, ImageLimits limits) throws BadBytes {
    long pieces = (long) layout.across() * layout.down() * (layout.planar() ? layout.samples() : 1);
    long rows = layout.planar() ? (long) layout.height() * layout.samples() : layout.height();
    long bytes = rows * layout.across() * layout.rowBytes();
    // Sixteen bits of red, green, blue and alpha take eight a pixel.
    if (bytes > 8 * limits.maxPixels() || pieces > limits.maxPixels()) {
      throw new BadBytes("its pixels take " + bytes + " bytes in " + pieces + " pieces");
    }
    long most = layout.compression() == 1 ? 1 : MOST_PACKED;
    if ((long) layout.width() * layout.height() * layout.bits() / 8 > most * data.limit()) {
      throw new BadBytes(Truncation.truncated(data.limit()));
    }
  }

  /** Reads what lies at one place: one piece, or one of each sample. */
  private void place(int across, int down) throws BadBytes {
    int perPlane = layout.across() * layout.down();
    for (int p = 0; p < planes.length; p++) {
      if (planes[p] != null) {
        planes[p].begin(compressed(p * perPlane + down * layout.across() + across));
      }
    }
    rows(across * layout.pieceWidth(), down * layout.pieceHeight());
  }

  private void close() {
    for (TiffBytes plane : planes) {
      if (plane != null) {
        plane.close();
      }
    }
  }

  private void rows(int left, int top) throws BadBytes {
    int width = Math.min(layout.pieceWidth(), layout.width() - left);
    int height = Math.min(layout.pieceHeight(), layout.height() - top);
    int[][] samples = new int[layout.samples()][];
    for (int s = 0; s < samples.length; s++) {
      samples[s] = colours.uses(s) ? new int[width] : null;
    }
    for (int y = top; y < top + height; y++) {
      deadline.check();
      for (int p = 0; p < planes.length; p++) {
        if (planes[p] == null) {
          continue;
        }
        int got = planes[p].read(row, row.length);
        // A last row's padding at the right may be left out.
        if (got < needed(width)) {
          throw new BadBytes("truncated: the pixels end in row " + y + " of " + layout.height());
        }
        if (layout.differences()) {
          sum(row);
        }
        for (int s = 0; s < layout.interleaved(); s++) {
          int[] out = samples[layout.planar() ? p : s];
          if (out != null) {
            unpack(row, s, out);
          }
        }
      }
      colours.toRgb(samples, width, rgb, 3 * (y * layout.width() + left));
    }
  }

  private int needed(int width) {
    return (int) (((long) width * layout.interleaved() * layout.bits() + 7) / 8);
  }

  private ByteBuffer compressed(int piece) throws BadBytes {
    int offsets = layout.tiled() ? TiffDirectory.TILE_OFFSETS : TiffDirectory.STRIP_OFFSETS;
    int counts = layout.tiled() ? TiffDirectory.TILE_BYTES : TiffDirectory.STRIP_BYTES;
    if (!tags.has(offsets)) {
      throw new BadBytes("corrupt TIFF: it doesn't say where its pixels are (tag " + offsets + ")");
    }
    long start = tags.value(offsets, piece);
    // Without compression the size is known; some writers leave the counts out or at zero.
    long count = layout.compression() != 1 && tags.has(counts) ? tags.value(counts, piece) : 0;
    long end = count == 0 ? data.limit() : start + count;
    if (start > data.limit() || end > data.limit()) {
      throw new BadBytes(Truncation.truncated(data.limit()));
    }
    return data.duplicate().position((int) start).limit((int) end).slice();
  }

  private static ByteBuffer reversed(ByteBuffer data) {
    byte[] bytes = new byte[data.limit()];
    data.get(0, bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (Integer.reverse(bytes[i]) >>> 24);
    }
    return ByteBuffer.wrap(bytes);
  }

  /** Undoes the differences from sample to sample. */
  private void sum(byte[] row) {
    int step = layout.interleaved();
    if (layout.bits() == 8) {
      for (int i = step; i < row.length; i++) {
        row[i] += row[i - step];
      }
      return;
    }
    boolean little = tags.order() == ByteOrder.LITTLE_ENDIAN;
    int high = little ? 1 : 0;
    int low = little ? 0 : 1;
    for (int i = 2 * step; i + 1 < row.length; i += 2) {
      int before = ((row[i - 2 * step + high] & 0xFF) << 8) | (row[i - 2 * step + low] & 0xFF);
      int sum = before + (((row[i + high] & 0xFF) << 8) | (row[i + low] & 0xFF));
      row[i + high] = (byte) (sum >> 8);
      row[i + low] = (byte) sum;
    }
  }

  /** Every {@code interleaved}-th sample of a row, from the one with number {@code first} on. */
  private void unpack(byte[] row, int first, int[] out) {
    int step = layout.interleaved();
    int bits = layout.bits();
    if (bits == 8) {
      for (int x = 0, at = first; x < out.length; x++, at += step) {
        out[x] = row[at] & 0xFF;
      }
    } else if (bits == 16) {
      boolean little = tags.order() == ByteOrder.LITTLE_ENDIAN;
      int high = little ? 1 : 0;
      for (int x = 0, at = 2 * first; x < out.length; x++, at += 2 * step) {
        out[x] = ((row[at + high] & 0xFF) << 8) | (row[at + 1 - high] & 0xFF);
      }
    } else {
      for (int x = 0; x < out.length; x++) {
        out[x] = sample(row, ((long) x * step + first) * bits, bits);
      }
    }
  }

  /** A sample of any number of bits; the first is the highest, in either byte order. */
  private static int sample(byte[] row, long bit, int bits) {
    int at = (int) (bit >> 3);
    int three = (row[at] & 0xFF) << 16;
    if (at + 1 < row.length) {
      three |= (row[at + 1] & 0xFF) << 8;
    }
    if (at + 2 < row.length) {
      three |= row[at + 2] & 0xFF;
    }
    return (three >> (24 - (int) (bit & 7) - bits)) & ((1 << bits) - 1);
  }
}
