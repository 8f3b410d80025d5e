package dev.bingo.embed;

/**
 * How often a JPEG's pixels are gone over: a progressive one has a scan for each refinement, about
 * ten; a hostile one of a few kilobytes has thousands, and each costs the whole image.
 */
final class JpegScans {
  /** Times the pixels that are allowed; ten scans of the largest image are ordinary. */
  private static final int MOST = 16;

  /** Scans of the smallest image; no refinement in single bits of all components has more. */
  private static final int MOST_AT_ALL = 1_000;

  private JpegScans() {}

  static void check(JpegLayout layout, Limits limits) throws BadImageException {
    long pixels = (long) layout.width() * layout.height();
    long most = Math.min(MOST_AT_ALL, MOST * limits.maxPixels() / pixels);
    if (layout.scans().size() > most) {
      throw new BadImageException(
          "the image's %dx%d pixels are refined more than %d times, which no ordinary JPEG does"
              .formatted(layout.width(), layout.height(), most));
    }
  }
}
