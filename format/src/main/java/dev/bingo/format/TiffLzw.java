package dev.bingo.format;

import java.nio.ByteBuffer;

/**
 * TIFF's LZW: codes of 9 to 12 bits, the first bit the highest, which grow one code early; and the
 * older kind, whose first bit is the lowest and whose codes grow in time.
 */
final class TiffLzw implements TiffBytes {
  private static final int CLEAR = 256;
  private static final int END = 257;
  private static final int CODES = 1 << 12;

  private final short[] prefix = new short[CODES];
  private final byte[] last = new byte[CODES];
  private final short[] length = new short[CODES];
  private final byte[] pending = new byte[CODES];
  private ByteBuffer data;
  private boolean old;
  private int pendingFrom;
  private int pendingTo;
  private int bits;
  private int bitCount;
  private int width;
  private int free;
  private int previous;
  private boolean ended;

  TiffLzw() {
    for (int i = 0; i < 256; i++) {
      last[i] = (byte) i;
      length[i] = 1;
    }
  }

  @Override
  public void begin(ByteBuffer data) {
    this.data = data;
    old = data.limit() > 1 && data.get(0) == 0 && (data.get(1) & 1) == 1;
    pendingFrom = 0;
    pendingTo = 0;
    bits = 0;
    bitCount = 0;
    ended = false;
    clear();
  }

  @Override
  public int read(byte[] into, int count) throws BadBytes {
    int n = 0;
    while (n < count) {
      if (pendingFrom == pendingTo && !next()) {
        break;
      }
      int some = Math.min(count - n, pendingTo - pendingFrom);
      System.arraycopy(pending, pendingFrom, into, n, some);
      pendingFrom += some;
      n += some;
    }
    return n;
  }

  /** Spells out the next code that stands for bytes; false at the end. */
  private boolean next() throws BadBytes {
    while (!ended) {
      int code = code();
      if (code < 0 || code == END) {
        ended = true;
      } else if (code == CLEAR) {
        clear();
      } else {
        spell(code);
        return true;
      }
    }
    return false;
  }

  private void clear() {
    width = 9;
    free = END + 1;
    previous = -1;
  }

  private void spell(int code) throws BadBytes {
    boolean known = code < 256 || (code > END && code < free);
    if (!known && (code != free || previous < 0)) {
      throw new BadBytes("corrupt TIFF: a code in its LZW pixels that stands for nothing");
    }
    int from = known ? code : previous;
    int n = length[from];
    for (int at = n - 1, c = from; at >= 0; at--, c = prefix[c]) {
      pending[at] = last[c];
    }
    if (!known) { // the previous string and its own first byte
      pending[n++] = pending[0];
    }
    pendingFrom = 0;
    pendingTo = n;
    if (previous >= 0 && free < CODES) {
      prefix[free] = (short) previous;
      last[free] = pending[0];
      length[free] = (short) (length[previous] + 1);
      free++;
      if (free == (1 << width) - (old ? 0 : 1) && width < 12) {
        width++;
      }
    }
    previous = code;
  }

  private int code() {
    while (bitCount < width) {
      if (!data.hasRemaining()) {
        return -1;
      }
      int b = data.get() & 0xFF;
      bits = old ? bits | (b << bitCount) : (bits << 8) | b;
      bitCount += 8;
    }
    bitCount -= width;
    int mask = (1 << width) - 1;
    int code = (old ? bits : bits >> bitCount) & mask;
    bits = old ? bits >>> width : bits & ((1 << bitCount) - 1);
    return code;
  }
}
