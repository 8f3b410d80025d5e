package dev.bingo.embed;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Bytes put together for tests. */
final class Bytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Bytes add(byte... bytes) {
    out.writeBytes(bytes);
    return this;
  }

  Bytes add(int... values) {
    for (int value : values) {
      out.write(value);
    }
    return this;
  }

  Bytes add(String text) {
    return add(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  Bytes add(byte[] bytes, int from, int to) {
    out.write(bytes, from, to - from);
    return this;
  }

  Bytes int32(int value) {
    return add(ByteBuffer.allocate(4).putInt(value).array());
  }

  /** A chunk of a PNG. */
  Bytes chunk(String type, byte... content) {
    byte[] typed = new Bytes().add(type).add(content).whole();
    CRC32 crc = new CRC32();
    crc.update(typed);
    return int32(content.length).add(typed).int32((int) crc.getValue());
  }

  /** A segment of a JPEG. */
  Bytes segment(int marker, byte... content) {
    int length = content.length + 2;
    return add(0xFF, marker, length >> 8, length).add(content);
  }

  byte[] whole() {
    return out.toByteArray();
  }

  static byte[] deflated(byte... bytes) {
    Deflater deflater = new Deflater(9);
    deflater.setInput(bytes);
    deflater.finish();
    byte[] packed = new byte[bytes.length + 64 + bytes.length / 100];
    int length = deflater.deflate(packed);
    deflater.end();
    return java.util.Arrays.copyOf(packed, length);
  }

  /** So many zeros, compressed, without ever being in memory at once. */
  static byte[] deflatedZeros(long zeros) {
    Deflater deflater = new Deflater(9);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] in = new byte[1 << 16];
    byte[] buffer = new byte[1 << 16];
    long left = zeros;
    while (!deflater.finished()) {
      if (deflater.needsInput() && left > 0) {
        int count = (int) Math.min(in.length, left);
        deflater.setInput(in, 0, count);
        left -= count;
      }
      if (left == 0) {
        deflater.finish();
      }
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }
}
