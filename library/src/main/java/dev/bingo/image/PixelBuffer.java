package dev.bingo.image;

import java.nio.ByteBuffer;

/**
 * Memory for encoded images and decoded pixels that one thread uses for image after image.
 *
 * <p>What a read with it returns is good until the next read with it.
 */
public final class PixelBuffer {
  /** Larger ones are not kept: one huge image would be paid for ever after. */
  private static final int MOST_KEPT = 1 << 24;

  private final int mostKept;
  private byte[] kept = new byte[0];
  private ByteBuffer encoded = ByteBuffer.allocate(0);

  /** For image after image. */
  public PixelBuffer() {
    this(MOST_KEPT);
  }

  private PixelBuffer(int mostKept) {
    this.mostKept = mostKept;
  }

  /** For a single image: all of it on the heap. */
  static PixelBuffer once() {
    return new PixelBuffer(0);
  }

  /** At least so many bytes, whose content is whatever. */
  byte[] atLeast(int bytes) {
    if (kept.length >= bytes) {
      return kept;
    }
    byte[] fresh = new byte[bytes];
    if (bytes <= mostKept) {
      kept = fresh;
    }
    return fresh;
  }

  /** So many bytes outside the heap, where decoders take them from; on it where they are many. */
  ByteBuffer encoded(int bytes) {
    if (bytes > mostKept) {
      return ByteBuffer.allocate(bytes);
    }
    if (encoded.capacity() < bytes) {
      encoded = ByteBuffer.allocateDirect(Math.max(1 << 16, 2 * Integer.highestOneBit(bytes)));
    }
    return encoded.clear().limit(bytes);
  }
}
