package dev.bingo.embed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** The first directory of a TIFF; values are read where they lie, so that no count costs memory. */
final class TiffTags {
  /** Bytes of a value, by its type. */
  private static final int[] SIZES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};

  private final ByteBuffer data;
  private final Map<Integer, Integer> entries = new HashMap<>();

  /** Reads it; an {@link IndexOutOfBoundsException} means that the file ends too soon. */
  TiffTags(byte[] file) throws BadImageException {
    data = ByteBuffer.wrap(file);
    data.order(file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int at = data.getInt(4);
    int count = data.getShort(at) & 0xFFFF;
    for (int e = 0; e < count; e++) {
      int entry = at + 2 + 12 * e;
      int tag = data.getShort(entry) & 0xFFFF;
      if (entries.put(tag, entry) != null) {
        throw new BadImageException("corrupt TIFF: its tag " + tag + " comes twice");
      }
    }
  }

  boolean has(int tag) {
    return entries.containsKey(tag);
  }

  /** How many values a tag has, 0 where it isn't there. */
  long count(int tag) {
    Integer entry = entries.get(tag);
    return entry == null ? 0 : data.getInt(entry + 4) & 0xFFFFFFFFL;
  }

  /** A tag's first value, or {@code otherwise}. */
  long first(int tag, long otherwise) throws BadImageException {
    return count(tag) == 0 ? otherwise : value(tag, 0);
  }

  /** Value {@code i} of a tag of whole numbers; they lie in the entry where four bytes do. */
  long value(int tag, int i) throws BadImageException {
    Integer entry = entries.get(tag);
    int type = entry == null ? 0 : data.getShort(entry + 2);
    if (type != 1 && type != 3 && type != 4) {
      throw new BadImageException(
          "corrupt TIFF: its tag " + tag + (entry == null ? " is missing" : " has type " + type));
    }
    long size = SIZES[type];
    long count = count(tag);
    long start = count * size <= 4 ? entry + 8 : data.getInt(entry + 8) & 0xFFFFFFFFL;
    long at = start + i * size;
    if (i >= count || at > data.limit()) {
      throw new IndexOutOfBoundsException("value " + i + " of tag " + tag);
    }
    return switch (type) {
      case 1 -> data.get((int) at) & 0xFF;
      case 3 -> data.getShort((int) at) & 0xFFFF;
      default -> data.getInt((int) at) & 0xFFFFFFFFL;
    };
  }
}
