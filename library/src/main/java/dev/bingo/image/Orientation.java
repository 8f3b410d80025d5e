package dev.bingo.image;

import dev.bingo.format.BadBytes;
import dev.bingo.format.PngChunks;
import dev.bingo.format.TiffDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** How an image is to be turned to stand upright: EXIF's and TIFF's tag 274, 1 to 8. */
final class Orientation {
  private static final int UPRIGHT = 1;
  private static final byte[] PREFIX = {'E', 'x', 'i', 'f', 0, 0};

  private Orientation() {}

  /** Of a TIFF; what is none of the eight is upright. */
  static int of(TiffDirectory tags) {
    try {
      long value = tags.optional(TiffDirectory.ORIENTATION, UPRIGHT);
      return value >= 1 && value <= 8 ? (int) value : UPRIGHT;
    } catch (BadBytes | IndexOutOfBoundsException e) {
      return UPRIGHT;
    }
  }

  /** Of a WebP, whose EXIF chunk some writers begin as JPEG's segments begin. */
  static int ofWebp(ByteBuffer whole) {
    ByteBuffer data = whole.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long at = 12;
    while (at + 8 <= data.limit()) {
      int start = (int) at + 8;
      long size = data.getInt((int) at + 4) & 0xFFFFFFFFL;
      if (data.getInt((int) at) == 0x46495845) { // EXIF
        int end = (int) Math.min(data.limit(), start + size);
        return ofExif(data.position(start).limit(end).slice());
      }
      at = start + size + (size & 1);
    }
    return UPRIGHT;
  }

  /**
   * Of a PNG: its EXIF chunk, or EXIF as a text of hexadecimal digits, as ImageMagick writes it.
   */
  static int ofPng(ByteBuffer data) throws BadBytes {
    PngChunks chunks = new PngChunks(data);
    for (int name = chunks.next(); name != PngChunks.IEND; name = chunks.next()) {
      if (name == PngChunks.EXIF) {
        return ofExif(chunks.content());
      }
      boolean compressed = name == PngChunks.COMPRESSED_TEXT;
      if (compressed || name == PngChunks.TEXT) {
        ByteBuffer exif = PngText.exif(chunks.content(), compressed);
        if (exif != null) {
          return ofExif(exif);
        }
      }
    }
    return UPRIGHT;
  }

  private static int ofExif(ByteBuffer exif) {
    boolean prefixed =
        exif.limit() > PREFIX.length
            && exif.slice(0, PREFIX.length).equals(ByteBuffer.wrap(PREFIX));
    ByteBuffer tiff = prefixed ? exif.position(PREFIX.length).slice() : exif;
    try {
      return TiffDirectory.isTiff(tiff.getInt(0)) ? of(TiffDirectory.read(tiff)) : UPRIGHT;
    } catch (BadBytes | IndexOutOfBoundsException e) {
      return UPRIGHT; // as without EXIF
    }
  }

  /** Whether width and height change places. */
  static boolean swaps(int orientation) {
    return orientation >= 5;
  }

  /**
   * Turns an image.
   *
   * @param rgb {@code [height, width, 3]}
   * @return the image upright: {@code [width, height, 3]} where the orientation {@link #swaps}
   */
  static byte[] upright(byte[] rgb, int width, int height, int orientation) {
    // Where the upright image's pixel (x, y) lies: from + x · right + y · down.
    int row = 3 * width;
    int lastColumn = 3 * (width - 1);
    int lastRow = (height - 1) * row;
    int from =
        switch (orientation) {
          case 2, 8 -> lastColumn;
          case 3, 7 -> lastColumn + lastRow;
          case 4, 6 -> lastRow;
          default -> 0;
        };
    int right =
        switch (orientation) {
          case 2, 3 -> -3;
          case 5, 8 -> row;
          case 6, 7 -> -row;
          default -> 3;
        };
    int down =
        switch (orientation) {
          case 3, 4 -> -row;
          case 5, 6 -> 3;
          case 7, 8 -> -3;
          default -> row;
        };
    int across = swaps(orientation) ? height : width;
    int rows = swaps(orientation) ? width : height;
    byte[] out = new byte[3 * width * height];
    for (int y = 0, at = 0; y < rows; y++) {
      int pixel = from + y * down;
      for (int x = 0; x < across; x++, pixel += right, at += 3) {
        out[at] = rgb[pixel];
        out[at + 1] = rgb[pixel + 1];
        out[at + 2] = rgb[pixel + 2];
      }
    }
    return out;
  }
}
