package dev.bingo.format;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The bytes of one strip or tile, uncompressed as far as they are asked for. */
interface TiffBytes extends AutoCloseable {
  /**
   * The next bytes.
   *
   * @return how many there were; fewer than asked for at the end alone
   */
  int read(byte[] into, int count) throws BadBytes;

  @Override
  default void close() {}

  /**
   * Opens a strip or tile.
   *
   * @param data its compressed bytes, from 0 to the limit
   */
  static TiffBytes open(int compression, ByteBuffer data) throws BadBytes {
    return switch (compression) {
      case 1 -> new Plain(data);
      case 5 -> new TiffLzw(data);
      case 8, 32946 -> new Deflated(data);
      case 32773 -> new PackBits(data);
      default -> throw new IllegalArgumentException("compression " + compression);
    };
  }

  /** As they are. */
  record Plain(ByteBuffer data) implements TiffBytes {
    @Override
    public int read(byte[] into, int count) {
      int n = Math.min(count, data.remaining());
      data.get(into, 0, n);
      return n;
    }
  }

  /** zlib. */
  final class Deflated implements TiffBytes {
    private final Inflater inflater = new Inflater();

    Deflated(ByteBuffer data) {
      inflater.setInput(data);
    }

    @Override
    public int read(byte[] into, int count) throws BadBytes {
      try {
        int n = 0;
        while (n < count) {
          int more = inflater.inflate(into, n, count - n);
          if (more == 0 && (inflater.finished() || inflater.needsInput())) {
            break;
          }
          if (inflater.needsDictionary()) {
            throw new BadBytes("corrupt TIFF: deflated with a dictionary");
          }
          n += more;
        }
        return n;
      } catch (DataFormatException e) {
        throw new BadBytes("corrupt TIFF: its deflated pixels: " + e.getMessage());
      }
    }

    @Override
    public void close() {
      inflater.end();
    }
  }

  /** Runs of bytes, and bytes as they are. */
  final class PackBits implements TiffBytes {
    private final ByteBuffer data;
    private int left;
    private boolean run;
    private byte value;

    PackBits(ByteBuffer data) {
      this.data = data;
    }

    @Override
    public int read(byte[] into, int count) {
      int n = 0;
      while (n < count) {
        if (left == 0) {
          if (!next()) {
            break;
          }
          continue;
        }
        int some = Math.min(left, count - n);
        if (run) {
          java.util.Arrays.fill(into, n, n + some, value);
        } else {
          some = Math.min(some, data.remaining());
          if (some == 0) {
            break;
          }
          data.get(into, n, some);
        }
        left -= some;
        n += some;
      }
      return n;
    }

    private boolean next() {
      if (data.remaining() < 2) {
        return false;
      }
      int code = data.get();
      run = code < 0;
      if (code == -128) {
        return true; // says nothing
      }
      left = run ? 1 - code : 1 + code;
      if (run) {
        value = data.get();
      }
      return true;
    }
  }
}
