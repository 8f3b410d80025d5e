package dev.bingo.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds images that end too soon, in the containers that say how long they are. OpenCV finds a
 * JPEG's missing end itself; here it only gets its name.
 */
public final class Truncation {
  private Truncation() {}

  /**
   * Refuses a file that ends too soon.
   *
   * @param bytes the whole file
   */
  public static void check(ImageHeader header, ByteBuffer bytes) throws BadBytes {
    ByteBuffer data = bytes.duplicate();
    long missing;
    try {
      missing =
          switch (header.format()) {
            case TIFF -> 0;
            case JPEG -> crowded(header, data, 64 * 8); // a bit for a block of 64
            case BMP -> {
              Bmp.check(data);
              yield 0;
            }
            case PNG -> Math.max(png(data), crowded(header, data, 8 * 1_040)); // Deflate's best
            case WEBP -> webp(data);
          };
    } catch (IndexOutOfBoundsException e) {
      missing = 1;
    }
    if (missing > 0) {
      throw new BadBytes(truncated(bytes.limit()));
    }
  }

  /** Bytes that are missing for so many pixels, packed as tightly as can be. */
  private static long crowded(ImageHeader header, ByteBuffer data, long pixelsByByte) {
    return (long) header.width() * header.height() / pixelsByByte - data.limit();
  }

  /** Why a decoder gave nothing back. */
  public static String afterFailure(ImageHeader header, ByteBuffer bytes) {
    boolean cutOff = header.format() == ImageHeader.Format.JPEG && !hasJpegEnd(bytes);
    return cutOff
        ? truncated(bytes.limit())
        : "corrupt " + header.format() + ": it can't be decoded";
  }

  /** What is said of a file that ends too soon. */
  public static String truncated(int length) {
    return "truncated: the image goes on after the file's " + length + " bytes";
  }

  private static long png(ByteBuffer data) {
    long at = 8;
    while (true) {
      int type = data.getInt(Math.toIntExact(at + 4));
      at += 12 + (data.getInt((int) at) & 0xFFFFFFFFL);
      if (type == 0x49454E44) { // IEND; some writers leave its checksum out
        return at - 4 - data.limit();
      }
      if (at > data.limit()) {
        return at - data.limit();
      }
    }
  }

  private static long webp(ByteBuffer data) {
    // The last chunk's padding byte may be left out.
    return 7 + (data.order(ByteOrder.LITTLE_ENDIAN).getInt(4) & 0xFFFFFFFFL) - data.limit();
  }

  private static boolean hasJpegEnd(ByteBuffer bytes) {
    for (int i = bytes.limit() - 2; i >= 2; i--) {
      if (bytes.get(i) == (byte) 0xFF && bytes.get(i + 1) == (byte) 0xD9) {
        return true;
      }
    }
    return false;
  }
}
