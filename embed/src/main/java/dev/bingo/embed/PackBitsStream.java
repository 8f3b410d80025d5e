package dev.bingo.embed;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** Runs of literal and of repeated bytes. */
final class PackBitsStream extends InputStream {
  private final ByteBuffer data;
  private int literal;
  private int repeated;
  private int value;

  PackBitsStream(ByteBuffer data) {
    this.data = data;
  }

  @Override
  public int read() {
    while (literal == 0 && repeated == 0) {
      if (!data.hasRemaining()) {
        return -1;
      }
      int count = data.get();
      if (count >= 0) {
        literal = count + 1;
      } else if (count != Byte.MIN_VALUE && data.hasRemaining()) {
        repeated = 1 - count;
        value = data.get() & 0xFF;
      }
    }
    if (repeated > 0) {
      repeated--;
      return value;
    }
    literal--;
    return data.hasRemaining() ? data.get() & 0xFF : -1;
  }
}
