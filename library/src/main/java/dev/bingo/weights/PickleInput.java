package dev.bingo.weights;

import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Bytes in memory that hold one pickle after another. */
final class PickleInput extends ByteArrayInputStream {
  PickleInput(byte[] bytes) {
    super(bytes);
  }

  /** Where the next byte is. */
  int position() {
    return pos;
  }

  /**
   * Refuses a length of {@code bytes} little-endian bytes that lie ahead, where more is claimed.
   *
   * @return the length
   */
  long checkLength(int bytes) throws IOException {
    if (count - pos < bytes) {
      throw new IOException("the pickle ends within an opcode");
    }
    long length = 0;
    for (int i = 0; i < bytes; i++) {
      length |= (buf[pos + i] & 0xffL) << (8 * i);
    }
    if (length < 0 || length > count - pos - bytes) {
      throw new IOException(
          "the pickle claims a string or number of "
              + Long.toUnsignedString(length)
              + " bytes; "
              + (count - pos - bytes)
              + " are left");
    }
    return length;
  }

  /** A line of at most {@code most} bytes, without its end. */
  String line(int most) throws IOException {
    for (int end = pos; end < count && end - pos <= most; end++) {
      if (buf[end] == '\n') {
        String line = new String(buf, pos, end - pos, java.nio.charset.StandardCharsets.ISO_8859_1);
        pos = end + 1;
        return line;
      }
    }
    throw new IOException("the pickle has a name without end");
  }
}
