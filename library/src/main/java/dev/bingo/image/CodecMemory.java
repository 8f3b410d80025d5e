package dev.bingo.image;

import dev.bingo.format.BadBytes;
import dev.bingo.format.ImageHeader;
import dev.bingo.format.ImageLimits;
import dev.bingo.format.JpegScans;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * What OpenCV's codecs take beside the file: their picture and our copy of it at least. It has to
 * be in proportion to the file, so that no small one takes much.
 */
final class CodecMemory {
  /** An ordinary photograph has a byte for every four to twenty pixels. */
  private static final long MOST_A_BYTE = 128;

  // Bytes a pixel, as measured at 89 million of them; the process's own are not among them.
  private static final int JPEG = 8;
  private static final int TIFF = 9;
  private static final int WEBP = 9;
  private static final int ANIMATED_WEBP = 14;

  /** Progressive JPEGs keep all coefficients until the last scan. */
  private static final int COEFFICIENT = 2;

  private CodecMemory() {}

  /**
   * Refuses a file that takes much more than its size gives reason for.
   *
   * @param data the whole file, of a format that OpenCV reads
   */
  static void check(ImageHeader header, ByteBuffer data, ImageLimits limits) throws BadBytes {
    long pixels = (long) header.width() * header.height();
    long bytes = pixels * bytesPerPixel(header, data);
    if (bytes > Math.max(limits.decodingBytes(), MOST_A_BYTE * data.limit())) {
      throw new BadBytes(
          String.format(
              Locale.ROOT,
              "its %dx%d pixels in %d bytes would take %d MB to decode, far more than such a file"
                  + " should; save it as PNG, or smaller",
              header.width(),
              header.height(),
              data.limit(),
              bytes / 1_000_000));
    }
  }

  private static int bytesPerPixel(ImageHeader header, ByteBuffer data) {
    return switch (header.format()) {
      case JPEG ->
          JPEG + (JpegScans.count(data, 2) > 1 ? COEFFICIENT * JpegScans.components(data) : 0);
      case WEBP -> isAnimated(data) ? ANIMATED_WEBP : WEBP;
      case TIFF -> TIFF;
      case PNG, BMP -> throw new IllegalArgumentException(header.format() + " is not OpenCV's");
    };
  }

  private static boolean isAnimated(ByteBuffer data) {
    boolean extended = data.limit() > 20 && data.get(15) == 'X';
    return extended && (data.get(20) & 2) != 0;
  }
}
