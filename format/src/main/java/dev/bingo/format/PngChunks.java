package dev.bingo.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG, one after the other. An {@link IndexOutOfBoundsException} means that the
 * file ends too soon.
 */
public final class PngChunks {
  static final int IHDR = name("IHDR");
  static final int PLTE = name("PLTE");
  static final int IDAT = name("IDAT");
  public static final int IEND = name("IEND");
  public static final int EXIF = name("eXIf");
  public static final int TEXT = name("tEXt");
  public static final int COMPRESSED_TEXT = name("zTXt");

  private static final int SIGNATURE = 8;

  private final ByteBuffer data;
  private int start;
  private long next = SIGNATURE;

  /**
   * @param data a PNG from its first byte
   */
  public PngChunks(ByteBuffer data) {
    this.data = data;
  }

  private static int name(String four) {
    return ByteBuffer.wrap(four.getBytes(StandardCharsets.US_ASCII)).getInt();
  }

  /** Whether a reader may leave a chunk out, or knows it. */
  static boolean canBePassedOver(int name) {
    boolean small = (name & 0x20000000) != 0;
    return small || name == IHDR || name == PLTE || name == IDAT || name == IEND;
  }

  /** Moves to the next chunk and says its name. */
  public int next() {
    start = Math.toIntExact(next);
    next = start + 12 + (data.getInt(start) & 0xFFFFFFFFL);
    int name = data.getInt(start + 4);
    // Some writers leave the last checksum out.
    if (next - (name == IEND ? 4 : 0) > data.limit()) {
      throw new IndexOutOfBoundsException("the chunk at byte " + start);
    }
    return name;
  }

  /** The present chunk's data, from 0 to the limit. */
  public ByteBuffer content() {
    return data.slice(start + 8, data.getInt(start));
  }

  /** Refuses a present chunk that is damaged. */
  void checkSum() throws BadBytes {
    CRC32 sum = new CRC32();
    sum.update(data.slice(start + 4, data.getInt(start) + 4));
    if ((int) sum.getValue() != data.getInt((int) next - 4)) {
      throw new BadBytes("corrupt PNG: a wrong checksum in the chunk at byte " + start);
    }
  }
}
