package dev.bingo.image;

/**
 * Memory for decoded pixels that one thread uses for image after image.
 *
 * <p>What a read with it returns is good until the next read with it.
 */
public final class PixelBuffer {
  /** Larger ones are not kept: one huge image would be paid for ever after. */
  private static final int MOST_KEPT = 1 << 24;

  private byte[] kept = new byte[0];

  /** At least so many bytes, whose content is whatever. */
  byte[] atLeast(int bytes) {
    if (kept.length >= bytes) {
      return kept;
    }
    byte[] fresh = new byte[bytes];
    if (bytes <= MOST_KEPT) {
      kept = fresh;
    }
    return fresh;
  }
}
