package dev.bingo.format;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads PNGs. Of an animation that is the still picture that it has for readers who know of none;
 * transparency is dropped, 16 bits become their upper eight.
 *
 * <p>Rows are inflated one at a time, and none behind the last: what a file claims or inflates to
 * beyond its picture costs nothing.
 */
public final class Png {
  /** Adam7: of each pass the first column and row, and the steps to the next. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int[][] WHOLE = {{0, 0, 1, 1}};

  private final PngChunks chunks;
  private final PngHeader header;
  private final Inflater inflater;
  private final Deadline deadline;
  private final byte[] palette = new byte[3 * 256]; // what is missing is black
  private int chunk;
  private boolean inPixels;

  private Png(PngChunks chunks, PngHeader header, Inflater inflater, Deadline deadline) {
    this.chunks = chunks;
    this.header = header;
    this.inflater = inflater;
    this.deadline = deadline;
  }

  /**
   * Reads the pixels.
   *
   * @param data the file, from 0 to the limit; its size is within the limits
   * @param rgb takes {@code [height, width, 3]}
   */
  public static void read(ByteBuffer data, Deadline deadline, byte[] rgb) throws BadBytes {
    Inflater inflater = new Inflater();
    try {
      PngChunks chunks = new PngChunks(data);
      PngHeader header = PngHeader.read(chunks);
      chunks.checkSum();
      new Png(chunks, header, inflater, deadline).read(rgb);
    } catch (DataFormatException e) {
      throw new BadBytes("corrupt PNG: its pixels don't inflate: " + e.getMessage());
    } catch (IndexOutOfBoundsException e) {
      throw new BadBytes(Truncation.truncated(data.limit()));
    } finally {
      inflater.end();
    }
  }

  private void read(byte[] rgb) throws BadBytes, DataFormatException {
    findPixels();
    int width = header.width();
    int sampleBits = header.samples() * header.bits();
    for (int[] pass : header.interlaced() ? PASSES : WHOLE) {
      int across = (width - pass[0] + pass[2] - 1) / pass[2];
      int down = (header.height() - pass[1] + pass[3] - 1) / pass[3];
      if (across <= 0 || down <= 0) {
        continue;
      }
      int bytes = (int) (((long) across * sampleBits + 7) / 8);
      byte[] row = new byte[bytes + 1];
      byte[] above = new byte[bytes + 1];
      for (int y = 0; y < down; y++) {
        deadline.check();
        inflate(row);
        PngFilter.undo(row, above, Math.max(1, sampleBits / 8));
        int at = 3 * ((pass[1] + y * pass[3]) * width + pass[0]);
        place(row, across, rgb, at, 3 * pass[2]);
        byte[] free = above;
        above = row;
        row = free;
      }
    }
    checkEnd();
  }

  private void findPixels() throws BadBytes {
    boolean hasPalette = false;
    for (next(); chunk != PngChunks.IDAT; next()) {
      if (chunk == PngChunks.IEND) {
        throw new BadBytes("corrupt PNG: it has no pixels");
      }
      if (chunk == PngChunks.PLTE && header.colour() == PngHeader.PALETTE) {
        chunks.checkSum();
        ByteBuffer entries = chunks.content();
        if (hasPalette || entries.limit() % 3 != 0 || entries.limit() > palette.length) {
          throw new BadBytes("corrupt PNG: two palettes, or one of " + entries.limit() + " bytes");
        }
        entries.get(0, palette, 0, entries.limit());
        hasPalette = true;
      }
    }
    if (header.colour() == PngHeader.PALETTE && !hasPalette) {
      throw new BadBytes("corrupt PNG: it has no palette");
    }
    feed();
  }

  /** Moves to the next chunk. Those that may be passed over have a small first letter. */
  private void next() throws BadBytes {
    int before = chunk;
    chunk = chunks.next();
    if (chunk == PngChunks.IHDR) {
      throw new BadBytes("corrupt PNG: it has two headers");
    }
    if (inPixels && chunk == PngChunks.IDAT && before != PngChunks.IDAT) {
      throw new BadBytes("corrupt PNG: its pixels are interrupted");
    }
    inPixels |= chunk == PngChunks.IDAT;
    if (!PngChunks.canBePassedOver(chunk)) {
      throw new BadBytes("corrupt PNG: an unknown chunk that counts");
    }
  }

  private void feed() throws BadBytes {
    chunks.checkSum();
    inflater.setInput(chunks.content());
  }

  /** Inflates a row, with its filter's number before it. */
  private void inflate(byte[] row) throws BadBytes, DataFormatException {
    int n = 0;
    while (n < row.length) {
      n += inflater.inflate(row, n, row.length - n);
      if (n < row.length && !more()) {
        throw new BadBytes("corrupt PNG: fewer pixels than its header says");
      }
    }
  }

  /** Whether there is more to inflate. */
  private boolean more() throws BadBytes, DataFormatException {
    if (inflater.needsDictionary()) {
      throw new DataFormatException("with a dictionary");
    }
    if (inflater.finished()) {
      return false;
    }
    if (inflater.needsInput() && chunk == PngChunks.IDAT) {
      next();
      if (chunk == PngChunks.IDAT) {
        feed();
      }
    }
    return chunk == PngChunks.IDAT;
  }

  /** Has the pixels' own checksum compared, if they end where they should, and finds the end. */
  private void checkEnd() throws BadBytes, DataFormatException {
    byte[] beyond = new byte[1];
    while (inflater.inflate(beyond) == 0 && more()) {}
    while (chunk != PngChunks.IEND) {
      deadline.check();
      next();
    }
  }

  private void place(byte[] row, int count, byte[] rgb, int start, int step) {
    int bits = header.bits();
    if (header.colour() == PngHeader.RGB && bits == 8 && step == 3) {
      System.arraycopy(row, 1, rgb, start, 3 * count);
      return;
    }
    int from = 1;
    int at = start;
    int sample = bits / 8; // 16 bits begin with the upper eight
    int pixel = sample * header.samples();
    switch (header.colour()) {
      case PngHeader.RGB, PngHeader.RGB_ALPHA -> {
        for (int x = 0; x < count; x++, from += pixel, at += step) {
          rgb[at] = row[from];
          rgb[at + 1] = row[from + sample];
          rgb[at + 2] = row[from + 2 * sample];
        }
      }
      case PngHeader.GREY, PngHeader.GREY_ALPHA -> {
        int scale = bits >= 8 ? 1 : 255 / ((1 << bits) - 1);
        for (int x = 0; x < count; x++, at += step) {
          byte grey = bits >= 8 ? row[from + x * pixel] : (byte) (index(row, x, bits) * scale);
          rgb[at] = grey;
          rgb[at + 1] = grey;
          rgb[at + 2] = grey;
        }
      }
      default -> {
        for (int x = 0; x < count; x++, at += step) {
          int entry = 3 * index(row, x, bits);
          rgb[at] = palette[entry];
          rgb[at + 1] = palette[entry + 1];
          rgb[at + 2] = palette[entry + 2];
        }
      }
    }
  }

  /** Sample {@code x} of up to eight bits. */
  private static int index(byte[] row, int x, int bits) {
    int bit = x * bits;
    return (row[1 + (bit >> 3)] >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
  }
}
