package dev.bingo.format;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * How often a JPEG's pixels are gone over: a progressive one has a scan for each refinement, about
 * ten; a hostile one of a few kilobytes has thousands, and each costs the whole image.
 */
public final class JpegScans {
  /** Times the pixels that are allowed; ten scans of the largest image are ordinary. */
  private static final int MOST = 16;

  /** The same, of files of hardly any bytes; a second of time. */
  private static final int SPARSE = 4;

  /** Pixels that one byte more may refine; ordinary ones refine fewer than ten. */
  private static final int MOST_A_BYTE = 100;

  /** Scans of the smallest image; every single bit of all components takes fewer. */
  private static final int MOST_AT_ALL = 1_000;

  private JpegScans() {}

  /**
   * Refuses a JPEG that goes over its pixels too often.
   *
   * @param data the whole file, of any format
   */
  public static void check(ImageHeader header, ByteBuffer data, ImageLimits limits)
      throws BadBytes {
    if (header.format() != ImageHeader.Format.JPEG) {
      return;
    }
    long pixels = (long) header.width() * header.height();
    long sparse = SPARSE * limits.maxPixels() + MOST_A_BYTE * (long) data.limit();
    long most = Math.min(MOST_AT_ALL, Math.min(MOST * limits.maxPixels(), sparse) / pixels);
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
  public static long count(ByteBuffer data, long enough) {
    JpegMarkers markers = new JpegMarkers(data);
    int components = -1; // of a sequential frame
    long scans = 0;
    while (scans < enough) {
      int marker = markers.next();
      if (marker < 0 || marker == JpegMarkers.END_OF_IMAGE) {
        break;
      }
      if (marker == 0xC0 || marker == 0xC1 || marker == 0xC9) {
        components = markers.at(5);
      } else if (marker == JpegMarkers.START_OF_SCAN) {
        if (scans == 0 && markers.at(0) == components) {
          return 1;
        }
        scans++;
      }
    }
    return scans;
  }

  /** Components that a JPEG's frame says it has; 0 where there is no frame. */
  public static int components(ByteBuffer data) {
    JpegMarkers markers = new JpegMarkers(data);
    int marker = markers.next();
    while (marker >= 0 && !JpegMarkers.isFrame(marker)) {
      marker = markers.next();
    }
    return marker < 0 ? 0 : Math.max(0, markers.at(5));
  }
}
