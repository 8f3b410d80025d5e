package dev.bingo.image;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * How often a JPEG's pixels are gone over: a progressive one has a scan for each refinement, about
 * ten; a hostile one of a few kilobytes has thousands, and each costs the whole image.
 */
final class JpegScans {
  /** Times the pixels that are allowed; ten scans of the largest image are ordinary. */
  private static final int MOST = 16;

  private JpegScans() {}

  static void check(ImageHeader header, ByteBuffer data, ImageLimits limits) throws BadBytes {
    if (header.format() != ImageHeader.Format.JPEG) {
      return;
    }
    long pixels = (long) header.width() * header.height();
    long most = MOST * limits.maxPixels() / pixels;
    if (count(data, most + 1) > most) {
      throw new BadBytes(
          String.format(
              Locale.ROOT,
              "its %dx%d pixels are refined more than %d times, which no ordinary JPEG does",
              header.width(),
              header.height(),
              most));
    }
  }

  /**
   * Scans in a file, 1 where the first holds all components of a sequential one: decoders stop
   * after it.
   *
   * @param enough counting ends there
   */
  static long count(ByteBuffer data, long enough) {
    boolean sequential = false;
    int components = 0;
    long scans = 0;
    int at = 2;
    while (at + 4 <= data.limit() && scans < enough) {
      int marker = data.get(at) == (byte) 0xFF ? data.get(at + 1) & 0xFF : 0;
      boolean alone = marker <= 0x01 || marker == 0xFF || (marker >= 0xD0 && marker <= 0xD8);
      if (alone) { // entropy-coded data, a fill byte or a restart
        at++;
        continue;
      }
      if (marker == 0xD9) {
        break;
      }
      int length = ((data.get(at + 2) & 0xFF) << 8) | (data.get(at + 3) & 0xFF);
      if (marker == 0xC0 || marker == 0xC1) {
        sequential = true;
        components = at + 9 < data.limit() ? data.get(at + 9) & 0xFF : 0;
      } else if (marker == 0xDA) {
        scans++;
        if (sequential && at + 4 < data.limit() && (data.get(at + 4) & 0xFF) == components) {
          return 1;
        }
      }
      at += 2 + Math.max(2, length);
    }
    return scans;
  }
}
