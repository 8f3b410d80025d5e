package dev.bingo.embed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * BMP to RGB: 1, 4 and 8 bits with a palette, 24 and 32 bits. Run lengths, 16 bits and masks other
 * than the usual ones are refused by name.
 */
final class Bmp {
  private static final int CORE = 12;
  private static final int MASKED = 3;
  private static final int[] USUAL = {0xFF0000, 0xFF00, 0xFF};

  private final ByteBuffer data;
  private final int headerBytes;
  private final int bits;
  private final int compression;

  private Bmp(byte[] bytes) {
    data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    headerBytes = data.getInt(14);
    bits = data.getShort(headerBytes == CORE ? 24 : 28);
    compression = headerBytes == CORE ? 0 : data.getInt(30);
  }

  static Rgb decode(byte[] data, Limits limits, Deadline deadline) throws BadImageException {
    try {
      Bmp bmp = new Bmp(data);
      bmp.checkKind();
      return bmp.image(limits, deadline);
    } catch (IndexOutOfBoundsException e) {
      throw new BadImageException(
          "truncated: the image goes on after its " + data.length + " bytes", e);
    }
  }

  private void checkKind() throws BadImageException {
    boolean known = headerBytes == CORE || (headerBytes >= 40 && headerBytes <= 124);
    if (!known) {
      throw new BadImageException("corrupt BMP: a header of " + headerBytes + " bytes");
    }
    boolean plain = compression == 0 && (bits <= 8 || bits == 24 || bits == 32);
    boolean masked = compression == MASKED && bits == 32;
    for (int c = 0; masked && c < 3; c++) {
      masked = data.getInt(54 + 4 * c) == USUAL[c];
    }
    if (!plain && !masked) {
      String kind = "BMP of %d bits and compression %d".formatted(bits, compression);
      throw BadImageException.notRead(kind + (bits == 32 ? " with unusual masks" : ""));
    }
    if (bits < 24 && bits != 1 && bits != 4 && bits != 8) {
      throw new BadImageException("corrupt BMP: pixels of " + bits + " bits");
    }
  }

  private Rgb image(Limits limits, Deadline deadline) throws BadImageException {
    boolean core = headerBytes == CORE;
    int width = core ? data.getShort(18) & 0xFFFF : data.getInt(18);
    int tall = core ? data.getShort(20) & 0xFFFF : data.getInt(22);
    int height = Math.abs(tall); // negative: rows from the top
    limits.check(width, height);
    int pixels = data.getInt(10);
    long apart = ((long) width * bits + 31) / 32 * 4;
    int used = (int) (((long) width * bits + 7) / 8);
    if (pixels + (height - 1) * apart + used > data.limit()) {
      throw new IndexOutOfBoundsException("pixels");
    }
    byte[] palette = bits <= 8 ? palette(core ? 3 : 4, pixels) : null;
    Samples samples = new Samples(bits <= 8 ? bits : 8, palette, bits <= 8 ? 1 : bits / 8);
    byte[] rgb = new byte[3 * width * height];
    byte[] row = new byte[used];
    for (int y = 0; y < height; y++) {
      deadline.check();
      data.get((int) (pixels + y * apart), row);
      int to = 3 * width * (tall < 0 ? y : height - 1 - y);
      samples.write(row, width, rgb, to, 3);
    }
    if (bits > 8) {
      swap(rgb);
    }
    return new Rgb(width, height, rgb);
  }

  /** Blue comes first in the file. */
  private static void swap(byte[] rgb) {
    for (int i = 0; i < rgb.length; i += 3) {
      byte blue = rgb[i];
      rgb[i] = rgb[i + 2];
      rgb[i + 2] = blue;
    }
  }

  private byte[] palette(int bytes, int pixels) throws BadImageException {
    int start = 14 + headerBytes;
    int used = headerBytes == CORE ? 0 : data.getInt(46);
    int colours = used == 0 ? 1 << bits : used;
    int room = (pixels - start) / bytes;
    if (colours < 0 || colours > 256 || room < 0) {
      throw new BadImageException("corrupt BMP: a palette of " + used + " colours");
    }
    byte[] palette = new byte[3 * 256];
    for (int i = 0; i < Math.min(colours, room); i++) {
      for (int c = 0; c < 3; c++) {
        palette[3 * i + c] = data.get(start + bytes * i + 2 - c);
      }
    }
    return palette;
  }
}
