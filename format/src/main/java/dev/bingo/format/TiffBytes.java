package dev.bingo.format;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The bytes of a strip or tile, uncompressed as far as they are asked for. One serves strip after
 * strip, for a small file may have hundreds of thousands.
 */
interface TiffBytes extends AutoCloseable {
  /**
   * Begins a strip or tile.
   *
   * @param data its compressed bytes, from 0 to the limit
   */
  void begin(ByteBuffer data);

  /**
   * The next bytes.
   *
   * @return how many there were; fewer than asked for at the end alone
   */
  int read(byte[] into, int count) throws BadBytes;

  @Override
  default void close() {}

  /** For strips or tiles of one compression. */
  static TiffBytes of(int compression) {
    return switch (compression) {
      case 1 -> new Plain();
      case 5 -> new TiffLzw();
      case 8, 32946 -> new Deflated();
      case 32773 -> new PackBits();
      default -> throw new IllegalArgumentException("compression " + compression);
    };
  }

  /** As they are. */
  final class Plain implements TiffBytes {
    private ByteBuffer data;

    @Override
    public void begin(ByteBuffer data) {
      this.data = data;
    }

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

    @Override
    public void begin(ByteBuffer data) {
      inflater.reset();
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
    private ByteBuffer data;
    private int left;
    private boolean run;
    private byte value;

    @Override
    public void begin(ByteBuffer data) {
      this.data = data;
      left = 0;
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
