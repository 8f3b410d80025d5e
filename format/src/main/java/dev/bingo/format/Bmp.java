package dev.bingo.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads BMPs, of Windows and OS/2: palettes, masks, run lengths. What a file's run lengths leave
 * out has the palette's first colour; alpha is dropped.
 */
public final class Bmp {
  private static final int FILE_HEADER = 14;
  private static final int RLE8 = 1;
  private static final int RLE4 = 2;
  private static final int MASKS = 3;
  private static final int MASKS_AND_ALPHA = 6;

  /** Length of OS/2's second header, where compressions mean something else. */
  private static final int OS2 = 64;

  private final ByteBuffer data;
  private final Deadline deadline;
  private final int headerBytes;
  private final boolean old;
  private final int width;
  private final int height;
  private final boolean fromTop;
  private final int bits;
  private final int compression;
  private final int pixels;

  private Bmp(ByteBuffer whole, Deadline deadline) throws BadBytes {
    this.deadline = deadline;
    data = whole.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long header = data.getInt(FILE_HEADER) & 0xFFFFFFFFL;
    if (header != 12 && (header < 16 || header > 256)) {
      throw new BadBytes("corrupt BMP: a header of " + header + " bytes");
    }
    headerBytes = (int) header;
    old = headerBytes == 12;
    width = old ? data.getShort(18) & 0xFFFF : data.getInt(18);
    int rows = old ? data.getShort(20) & 0xFFFF : data.getInt(22); // negative: from the top
    height = rows == Integer.MIN_VALUE ? 0 : Math.abs(rows);
    fromTop = rows < 0;
    bits = data.getShort(old ? 24 : 28) & 0xFFFF;
    compression = headerBytes < 20 ? 0 : data.getInt(30);
    pixels = data.getInt(10);
  }

  /** Width and height. */
  static ImageHeader header(ByteBuffer data) throws BadBytes {
    Bmp bmp = new Bmp(data, Deadline.NONE);
    return new ImageHeader(ImageHeader.Format.BMP, bmp.width, bmp.height);
  }

  /** Refuses one whose pixels end too soon, before anything is allocated for them. */
  static void check(ByteBuffer data) throws BadBytes {
    Bmp bmp = new Bmp(data, Deadline.NONE);
    bmp.checkKind();
    long row = (long) bmp.width * bmp.bits;
    long before = (row + 31) / 32 * 4 * (bmp.height - 1L);
    boolean runs = bmp.compression == RLE8 || bmp.compression == RLE4;
    if (!runs && bmp.start() + before + row / 8 > data.limit()) {
      throw new BadBytes(Truncation.truncated(data.limit()));
    }
  }

  /**
   * Reads the pixels.
   *
   * @param data the file, from 0 to the limit; its size is within the limits
   * @param rgb takes {@code [height, width, 3]}
   */
  public static void read(ByteBuffer data, Deadline deadline, byte[] rgb) throws BadBytes {
    Bmp bmp = new Bmp(data, deadline);
    try {
      bmp.read(rgb);
    } catch (IndexOutOfBoundsException e) {
      throw new BadBytes(Truncation.truncated(data.limit()));
    }
  }

  private void read(byte[] rgb) throws BadBytes {
    checkKind();
    if (compression == RLE8 || compression == RLE4) {
      runs(palette(), rgb);
    } else if (bits <= 8) {
      indices(palette(), rgb);
    } else if (bits == 24) {
      whole(rgb);
    } else {
      masked(masks(), rgb);
    }
  }

  private void checkKind() throws BadBytes {
    boolean known =
        switch (compression) {
          case 0 -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || wide() || bits == 24;
          case RLE8 -> bits == 8;
          case RLE4 -> bits == 4;
          case MASKS, MASKS_AND_ALPHA -> wide() && headerBytes >= 40 && headerBytes != OS2;
          default -> false;
        };
    if (!known) {
      String what =
          switch (compression) {
            case MASKS -> headerBytes == OS2 ? "OS/2's Huffman coding" : "masks";
            case 4 -> headerBytes == OS2 ? "OS/2's 24-bit run lengths" : "a JPEG inside";
            case 5 -> "a PNG inside";
            default -> "compression " + compression;
          };
      throw new BadBytes("a BMP with " + what + ", " + bits + " bits a pixel: not supported");
    }
  }

  private boolean wide() {
    return bits == 16 || bits == 32;
  }

  private byte[][] palette() {
    int entry = old ? 3 : 4;
    int start = FILE_HEADER + headerBytes;
    long said = headerBytes < 36 ? 0 : data.getInt(46) & 0xFFFFFFFFL;
    long count = said == 0 ? 1L << bits : Math.min(said, 1L << bits);
    int end = pixels < start + entry ? data.limit() : Math.min(pixels, data.limit());
    count = Math.min(count, (end - start) / entry);
    byte[][] palette = new byte[3][1 << bits]; // what is missing is black
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < 3; c++) {
        palette[c][i] = data.get(start + i * entry + 2 - c);
      }
    }
    return palette;
  }

  /** Where the pixels begin; right behind the headers where the file says nonsense. */
  private int start() {
    int least = FILE_HEADER + headerBytes;
    return pixels < least ? least : pixels;
  }

  private void indices(byte[][] palette, byte[] rgb) throws BadBytes {
    int mask = (1 << bits) - 1;
    for (int y = 0; y < height; y++) {
      deadline.check();
      int from = row(y);
      int at = place(y);
      for (int x = 0; x < width; x++, at += 3) {
        int bit = x * bits;
        int index = (data.get(from + (bit >> 3)) >> (8 - bits - (bit & 7))) & mask;
        rgb[at] = palette[0][index];
        rgb[at + 1] = palette[1][index];
        rgb[at + 2] = palette[2][index];
      }
    }
  }

  private void whole(byte[] rgb) throws BadBytes {
    byte[] row = new byte[3 * width];
    for (int y = 0; y < height; y++) {
      deadline.check();
      data.get(row(y), row);
      int at = place(y);
      for (int x = 0; x < row.length; x += 3) {
        rgb[at + x] = row[x + 2];
        rgb[at + x + 1] = row[x + 1];
        rgb[at + x + 2] = row[x];
      }
    }
  }

  private void masked(int[] masks, byte[] rgb) throws BadBytes {
    int bytes = bits / 8;
    byte[] row = new byte[bytes * width];
    ByteBuffer values = ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
    int[] shifts = new int[3];
    long[] most = new long[3];
    for (int c = 0; c < 3; c++) {
      shifts[c] = masks[c] == 0 ? 0 : Integer.numberOfTrailingZeros(masks[c]);
      most[c] = Math.max(1, (masks[c] >>> shifts[c]) & 0xFFFFFFFFL);
    }
    for (int y = 0; y < height; y++) {
      deadline.check();
      data.get(row(y), row);
      int at = place(y);
      for (int x = 0; x < width; x++) {
        int value = bytes == 2 ? values.getShort(2 * x) & 0xFFFF : values.getInt(4 * x);
        for (int c = 0; c < 3; c++) {
          long channel = ((value & masks[c]) >>> shifts[c]) & 0xFFFFFFFFL;
          rgb[at++] = (byte) ((channel * 255 + most[c] / 2) / most[c]);
        }
      }
    }
  }

  /** Which bits are red, green and blue. */
  private int[] masks() throws BadBytes {
    if (compression == 0) {
      return bits == 16 ? new int[] {0x7C00, 0x3E0, 0x1F} : new int[] {0xFF0000, 0xFF00, 0xFF};
    }
    // Behind the first header, or in the later ones at the same place.
    int[] masks = new int[3];
    for (int c = 0; c < 3; c++) {
      masks[c] = data.getInt(54 + 4 * c);
      if (bits == 16 && masks[c] >>> 16 != 0) {
        throw new BadBytes("corrupt BMP: a mask of more bits than a pixel has");
      }
      int ones = masks[c] >>> (masks[c] == 0 ? 0 : Integer.numberOfTrailingZeros(masks[c]));
      if ((ones & (ones + 1)) != 0) {
        throw new BadBytes("corrupt BMP: a mask with holes");
      }
    }
    if ((masks[0] & masks[1]) != 0 || ((masks[0] | masks[1]) & masks[2]) != 0) {
      throw new BadBytes("corrupt BMP: masks that share bits");
    }
    return masks;
  }

  /** Where the file has row {@code y}, from above. */
  private int row(int y) {
    long stride = ((long) width * bits + 31) / 32 * 4;
    long at = start() + stride * (fromTop ? y : height - 1 - y);
    if (at > data.limit()) {
      throw new IndexOutOfBoundsException(Long.toString(at));
    }
    return (int) at;
  }

  /** Where {@code rgb} has row {@code y}. */
  private int place(int y) {
    return 3 * y * width;
  }

  /** Run lengths. What reaches over a row's end is lost, for writers count its padding in. */
  private void runs(byte[][] palette, byte[] rgb) throws BadBytes {
    for (int at = 0; at < 3 * width * height; at++) {
      rgb[at] = palette[at % 3][0];
    }
    int at = start();
    int x = 0;
    int y = 0; // from below
    // A last row that is full needs no end.
    while (y < height && (at + 1 < data.limit() || y < height - 1 || x < width)) {
      int count = data.get(at) & 0xFF;
      int value = data.get(at + 1) & 0xFF;
      at += 2;
      if (count > 0) {
        for (int i = 0; i < count; i++) {
          set(rgb, palette, x++, y, index(value, i));
        }
      } else if (value == 0) {
        deadline.check();
        x = 0;
        y++;
      } else if (value == 1) {
        return;
      } else if (value == 2) {
        x += data.get(at) & 0xFF;
        y += data.get(at + 1) & 0xFF;
        at += 2;
      } else {
        for (int i = 0; i < value; i++) {
          int two = data.get(at + (bits == 8 ? i : i / 2)) & 0xFF;
          set(rgb, palette, x++, y, index(two, i));
        }
        at += ((bits == 8 ? value : (value + 1) / 2) + 1) / 2 * 2;
      }
    }
  }

  /** Of a byte of two pixels the first, or the second. */
  private int index(int value, int i) {
    return bits == 8 ? value : (i & 1) == 0 ? value >> 4 : value & 15;
  }

  private void set(byte[] rgb, byte[][] palette, int x, int y, int index) {
    if (x < width) {
      int at = place(fromTop ? y : height - 1 - y) + 3 * x;
      rgb[at] = palette[0][index];
      rgb[at + 1] = palette[1][index];
      rgb[at + 2] = palette[2][index];
    }
  }
}
