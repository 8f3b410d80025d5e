package dev.bingo.embed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** TIFF's LZW: codes of 9 to 12 bits, the upper ones first, each width left one code early. */
final class LzwStream extends InputStream {
  private static final int CLEAR = 256;
  private static final int END = 257;
  private static final int MOST = 1 << 12;

  private final ByteBuffer data;
  private final short[] prefix = new short[MOST];
  private final byte[] last = new byte[MOST];
  private final byte[] string = new byte[MOST];
  private int left;
  private int bits;
  private int held;
  private int width = 9;
  private int free = END + 1;
  private int previous = CLEAR;

  LzwStream(ByteBuffer data) {
    this.data = data;
  }

  @Override
  public int read() throws IOException {
    while (left == 0) {
      int code = code();
      if (code == END) {
        return -1;
      }
      if (code == CLEAR) {
        width = 9;
        free = END + 1;
      } else {
        unroll(code);
      }
      previous = code;
    }
    return string[--left] & 0xFF;
  }

  private int code() {
    while (held < width) {
      if (!data.hasRemaining()) {
        return END;
      }
      bits = bits << 8 | (data.get() & 0xFF);
      held += 8;
    }
    held -= width;
    return bits >> held & ((1 << width) - 1);
  }

  /** A code's string, last byte first, and the new code that it makes with the one before. */
  private void unroll(int code) throws IOException {
    boolean first = previous == CLEAR;
    if (code > free || (code == free && first) || (first && code > 255)) {
      throw new BadImageException("corrupt TIFF: a code of LZW that stands for nothing");
    }
    int at = code;
    if (code == free) { // the string before, and its own first byte
      left++;
      at = previous;
    }
    while (at > 255) {
      string[left++] = last[at];
      at = prefix[at];
    }
    string[left++] = (byte) at;
    if (code == free) {
      string[0] = (byte) at;
    }
    if (!first && free < MOST) {
      prefix[free] = (short) previous;
      last[free++] = (byte) at;
      if (free + 1 == 1 << width && width < 12) {
        width++;
      }
    }
  }
}
