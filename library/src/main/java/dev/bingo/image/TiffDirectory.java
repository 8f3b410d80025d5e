package dev.bingo.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * What we need of a TIFF's first directory.
 *
 * @param photometric 2 is RGB
 * @param bits per sample, of the first sample
 * @param end first byte after all the strips or tiles
 */
record TiffDirectory(int width, int height, int photometric, int samples, int bits, long end) {

  /** Bytes of a value, by its type. */
  private static final int[] SIZES = {1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};

  /** Reads it; an {@link IndexOutOfBoundsException} means that the file ends too soon. */
  static TiffDirectory read(ByteBuffer whole) throws BadBytes {
    ByteBuffer data = whole.duplicate();
    data.order(data.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int at = data.getInt(4);
    int entries = data.getShort(at) & 0xFFFF;
    long[] values = new long[6];
    values[3] = 1;
    values[4] = 1;
    int offsets = -1;
    int counts = -1;
    BitSet seen = new BitSet();
    for (int e = 0; e < entries; e++) {
      int entry = at + 2 + 12 * e;
      checkInside(data, entry);
      int tag = data.getShort(entry) & 0xFFFF;
      if (seen.get(tag)) { // libtiff takes the first, others the last
        throw new BadBytes("ambiguous TIFF: its tag " + tag + " comes twice");
      }
      seen.set(tag);
      if (tag == 256 || tag == 257) {
        checkType(data, entry, tag);
      }
      switch (tag) {
        case 256 -> values[0] = value(data, entry, 0);
        case 257 -> values[1] = value(data, entry, 0);
        case 258 -> values[4] = value(data, entry, 0);
        case 262 -> values[2] = value(data, entry, 0);
        case 277 -> values[3] = value(data, entry, 0);
        case 273, 324 -> offsets = entry;
        case 279, 325 -> counts = entry;
        default -> {}
      }
    }
    long end = offsets < 0 || counts < 0 ? 0 : end(data, offsets, counts);
    return new TiffDirectory(
        side(values[0]), side(values[1]), (int) values[2], (int) values[3], (int) values[4], end);
  }

  private static void checkType(ByteBuffer data, int entry, int tag) throws BadBytes {
    int type = data.getShort(entry + 2);
    if ((type != 3 && type != 4) || data.getInt(entry + 4) != 1) {
      throw new BadBytes("ambiguous TIFF: its tag " + tag + " is no single SHORT or LONG");
    }
  }

  private static void checkInside(ByteBuffer data, int entry) {
    int type = data.getShort(entry + 2);
    long size = type < 0 || type >= SIZES.length ? 1 : SIZES[type];
    long bytes = size * (data.getInt(entry + 4) & 0xFFFFFFFFL);
    if (bytes > 4 && (data.getInt(entry + 8) & 0xFFFFFFFFL) + bytes > data.limit()) {
      throw new IndexOutOfBoundsException("values of the entry at byte " + entry);
    }
  }

  private static int side(long value) {
    return (int) Math.min(value, Integer.MAX_VALUE);
  }

  private static long end(ByteBuffer data, int offsets, int counts) {
    int n = Math.min(data.getInt(offsets + 4), data.getInt(counts + 4));
    long end = 0;
    for (int i = 0; i < n; i++) {
      end = Math.max(end, value(data, offsets, i) + value(data, counts, i));
    }
    return end;
  }

  /** Value {@code i} of an entry of SHORT or LONG; they lie in the entry where four bytes do. */
  private static long value(ByteBuffer data, int entry, int i) {
    int size = data.getShort(entry + 2) == 3 ? 2 : 4;
    long count = data.getInt(entry + 4) & 0xFFFFFFFFL;
    long at =
        (count * size <= 4 ? entry + 8 : data.getInt(entry + 8) & 0xFFFFFFFFL) + (long) i * size;
    if (at > Integer.MAX_VALUE) {
      throw new IndexOutOfBoundsException(Long.toString(at));
    }
    return size == 2 ? data.getShort((int) at) & 0xFFFF : data.getInt((int) at) & 0xFFFFFFFFL;
  }
}
