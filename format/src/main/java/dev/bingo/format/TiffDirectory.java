package dev.bingo.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The first directory of a TIFF, or of EXIF data, which have its form; BigTIFFs too.
 *
 * <p>Readers differ in which of two equal tags they take, so that such a file is refused. An {@link
 * IndexOutOfBoundsException} means that it ends too soon.
 */
public final class TiffDirectory {
  static final int WIDTH = 256;
  static final int HEIGHT = 257;
  static final int BITS = 258;
  static final int COMPRESSION = 259;
  static final int PHOTOMETRIC = 262;
  static final int FILL_ORDER = 266;
  public static final int STRIP_OFFSETS = 273;
  public static final int ORIENTATION = 274;
  static final int SAMPLES = 277;
  static final int ROWS_PER_STRIP = 278;
  public static final int STRIP_BYTES = 279;
  static final int PLANAR = 284;
  static final int PREDICTOR = 317;
  static final int COLOUR_MAP = 320;
  static final int TILE_WIDTH = 322;
  static final int TILE_HEIGHT = 323;
  public static final int TILE_OFFSETS = 324;
  public static final int TILE_BYTES = 325;
  static final int INK_SET = 332;
  static final int EXTRA_SAMPLES = 338;
  static final int SAMPLE_FORMAT = 339;

  private static final Set<Integer> USED =
      Set.of(
          WIDTH,
          HEIGHT,
          BITS,
          COMPRESSION,
          PHOTOMETRIC,
          FILL_ORDER,
          STRIP_OFFSETS,
          ORIENTATION,
          SAMPLES,
          ROWS_PER_STRIP,
          STRIP_BYTES,
          PLANAR,
          PREDICTOR,
          COLOUR_MAP,
          TILE_WIDTH,
          TILE_HEIGHT,
          TILE_OFFSETS,
          TILE_BYTES,
          INK_SET,
          EXTRA_SAMPLES,
          SAMPLE_FORMAT);

  private final ByteBuffer data;
  private final boolean big;
  private final Map<Integer, Integer> entries = new HashMap<>();

  private TiffDirectory(ByteBuffer data, boolean big) {
    this.data = data;
    this.big = big;
  }

  /** Whether this is how a TIFF begins. */
  public static boolean isTiff(int firstFour) {
    return firstFour == 0x49492A00
        || firstFour == 0x4D4D002A
        || firstFour == 0x49492B00
        || firstFour == 0x4D4D002B;
  }

  /** Reads a directory; where {@code whole} begins the TIFF does. */
  public static TiffDirectory read(ByteBuffer whole) throws BadBytes {
    ByteBuffer data = whole.duplicate();
    data.order(data.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    boolean big = data.getShort(2) == 43;
    TiffDirectory directory = new TiffDirectory(data, big);
    int at = position(big ? data.getLong(8) : data.getInt(4) & 0xFFFFFFFFL);
    long count = big ? data.getLong(at) : data.getShort(at) & 0xFFFF;
    if (count < 0 || count > 0xFFFF) {
      throw new BadBytes("corrupt TIFF: a directory of " + count + " entries");
    }
    int entry = at + (big ? 8 : 2);
    for (long e = 0; e < count; e++, entry += big ? 20 : 12) {
      int tag = data.getShort(entry) & 0xFFFF;
      if (USED.contains(tag) && directory.entries.put(tag, entry) != null) {
        throw new BadBytes("ambiguous TIFF: its tag " + tag + " comes twice");
      }
      data.get(entry + (big ? 19 : 11)); // all of it is there
    }
    return directory;
  }

  ByteOrder order() {
    return data.order();
  }

  int width() throws BadBytes {
    return (int) Math.min(required(WIDTH), Integer.MAX_VALUE);
  }

  int height() throws BadBytes {
    return (int) Math.min(required(HEIGHT), Integer.MAX_VALUE);
  }

  boolean has(int tag) {
    return entries.containsKey(tag);
  }

  /** The one value of a tag. */
  long required(int tag) throws BadBytes {
    if (!has(tag)) {
      throw new BadBytes("corrupt TIFF: it has no tag " + tag);
    }
    if (count(tag) != 1) {
      throw new BadBytes("ambiguous TIFF: its tag " + tag + " has " + count(tag) + " values");
    }
    return value(tag, 0);
  }

  /** The one value of a tag that may be missing. */
  public long optional(int tag, long otherwise) throws BadBytes {
    return has(tag) ? required(tag) : otherwise;
  }

  /** How many values a tag has; 0 where it is missing. */
  long count(int tag) {
    Integer entry = entries.get(tag);
    if (entry == null) {
      return 0;
    }
    return big ? data.getLong(entry + 4) : data.getInt(entry + 4) & 0xFFFFFFFFL;
  }

  /** Value {@code i} of a tag. */
  public long value(int tag, long i) throws BadBytes {
    int size = size(tag);
    int at = place(tag, i, size);
    long value =
        switch (size) {
          case 1 -> data.get(at) & 0xFF;
          case 2 -> data.getShort(at) & 0xFFFF;
          case 4 -> data.getInt(at) & 0xFFFFFFFFL;
          default -> data.getLong(at);
        };
    if (value < 0) {
      throw new BadBytes("corrupt TIFF: its tag " + tag + " has the value " + value);
    }
    return value;
  }

  /** A copy of the whole file in which a tag that is there has the value 1. */
  public ByteBuffer withOne(int tag) throws BadBytes {
    byte[] bytes = new byte[data.limit()];
    data.get(0, bytes);
    ByteBuffer copy = ByteBuffer.wrap(bytes).order(data.order());
    int size = size(tag);
    int at = place(tag, 0, size);
    switch (size) {
      case 1 -> copy.put(at, (byte) 1);
      case 2 -> copy.putShort(at, (short) 1);
      case 4 -> copy.putInt(at, 1);
      default -> copy.putLong(at, 1);
    }
    return copy;
  }

  /** Bytes of a value. */
  private int size(int tag) throws BadBytes {
    int type = data.getShort(entries.get(tag) + 2) & 0xFFFF;
    return switch (type) {
      case 1, 6 -> 1;
      case 3, 8 -> 2;
      case 4, 9, 13 -> 4;
      case 16, 17, 18 -> 8;
      default -> throw new BadBytes("corrupt TIFF: its tag " + tag + " has type " + type);
    };
  }

  /** Where value {@code i} lies: in the entry itself, if all of them fit there. */
  private int place(int tag, long i, int size) throws BadBytes {
    int entry = entries.get(tag);
    long count = count(tag);
    if (i >= count) {
      throw new BadBytes("corrupt TIFF: its tag " + tag + " has " + count + " values only");
    }
    int inside = entry + (big ? 12 : 8);
    if (count <= (big ? 8 : 4) / size) {
      return position(inside + i * size);
    }
    long start = big ? data.getLong(inside) : data.getInt(inside) & 0xFFFFFFFFL;
    return position(start + i * size);
  }

  private static int position(long at) {
    if (at < 0 || at > Integer.MAX_VALUE) {
      throw new IndexOutOfBoundsException(Long.toString(at));
    }
    return (int) at;
  }
}
