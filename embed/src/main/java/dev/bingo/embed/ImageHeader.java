package dev.bingo.embed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Format and size of an encoded image, from its first bytes alone, so that an absurd one is refused
 * before a decoder allocates anything for it.
 *
 * @param format which codec reads it
 * @param width stored columns
 * @param height stored rows
 */
record ImageHeader(Format format, int width, int height) {
  enum Format {
    JPEG,
    PNG,
    WEBP,
    BMP,
    TIFF
  }

  private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;

  /**
   * Reads the header.
   *
   * @param data the image from its first byte; may stop early, as long as the header is in it
   * @throws BadImageException where the format is none of ours, the header is cut off, or a bound
   *     is exceeded
   */
  static ImageHeader parse(ByteBuffer data, Limits limits) throws BadImageException {
    if (data.limit() == 0) {
      throw new BadImageException("the file is empty (0 bytes)");
    }
    ImageHeader header;
    try {
      header = parse(data);
    } catch (IndexOutOfBoundsException e) {
      throw new BadImageException(
          "truncated: the header is cut off after " + data.limit() + " bytes");
    }
    limits.check(header.width, header.height);
    return header;
  }

  private static ImageHeader parse(ByteBuffer bytes) throws BadImageException {
    ByteBuffer data = bytes.duplicate();
    int start = data.remaining() < 4 ? 0 : data.getInt(0);
    if (start >>> 8 == 0xFFD8FF) {
      return jpeg(data);
    }
    if (start == (int) (PNG_SIGNATURE >>> 32)) {
      return png(data);
    }
    if (start == ascii("RIFF") && data.getInt(8) == ascii("WEBP")) {
      return webp(data.order(ByteOrder.LITTLE_ENDIAN));
    }
    if (start >>> 16 == ascii("BM\0\0") >>> 16) {
      return bmp(data.order(ByteOrder.LITTLE_ENDIAN));
    }
    if (start == ascii("II*\0") || start == ascii("MM\0*")) {
      TiffTags tiff = new TiffTags(data.array());
      return new ImageHeader(
          Format.TIFF,
          (int) Math.min(tiff.first(256, 0), Integer.MAX_VALUE),
          (int) Math.min(tiff.first(257, 0), Integer.MAX_VALUE));
    }
    throw new BadImageException(whatElse(bytes));
  }

  private static ImageHeader jpeg(ByteBuffer data) throws BadImageException {
    int at = 2;
    while (true) {
      if ((data.get(at) & 0xFF) != 0xFF) {
        throw new BadImageException("corrupt JPEG: no marker at byte " + at);
      }
      int marker = data.get(at + 1) & 0xFF;
      if (marker == 0xFF) {
        at++; // fill byte
      } else if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2; // these stand alone
      } else if (marker == 0xD9 || marker == 0xDA) {
        throw new BadImageException("corrupt JPEG: no frame header before the pixels");
      } else if (marker >= 0xC0
          && marker <= 0xCF
          && marker != 0xC4
          && marker != 0xC8
          && marker != 0xCC) {
        return new ImageHeader(
            Format.JPEG, data.getShort(at + 7) & 0xFFFF, data.getShort(at + 5) & 0xFFFF);
      } else {
        int length = data.getShort(at + 2) & 0xFFFF;
        if (length < 2) {
          throw new BadImageException(
              "corrupt JPEG: a segment of " + length + " bytes at byte " + at);
        }
        at += 2 + length;
      }
    }
  }

  private static ImageHeader png(ByteBuffer data) throws BadImageException {
    if (data.getLong(0) != PNG_SIGNATURE || data.getInt(12) != ascii("IHDR")) {
      throw new BadImageException("corrupt PNG: no IHDR chunk at the start");
    }
    return new ImageHeader(Format.PNG, data.getInt(16), data.getInt(20));
  }

  private static ImageHeader webp(ByteBuffer data) throws BadImageException {
    int chunk = data.getInt(12);
    if (chunk == Integer.reverseBytes(ascii("VP8X"))) {
      return new ImageHeader(
          Format.WEBP,
          1 + (data.getInt(24) & 0xFFFFFF),
          1 + ((data.getShort(27) & 0xFFFF) + ((data.get(29) & 0xFF) << 16)));
    }
    if (chunk == Integer.reverseBytes(ascii("VP8L"))) {
      int bits = data.getInt(21);
      return new ImageHeader(Format.WEBP, 1 + (bits & 0x3FFF), 1 + (bits >>> 14 & 0x3FFF));
    }
    if (chunk == Integer.reverseBytes(ascii("VP8 "))) {
      return new ImageHeader(Format.WEBP, data.getShort(26) & 0x3FFF, data.getShort(28) & 0x3FFF);
    }
    throw new BadImageException("corrupt WebP: the first chunk is none of VP8, VP8L, VP8X");
  }

  private static ImageHeader bmp(ByteBuffer data) {
    if (data.getInt(14) == 12) { // OS/2's header has 16-bit sizes
      return new ImageHeader(Format.BMP, data.getShort(18) & 0xFFFF, data.getShort(20) & 0xFFFF);
    }
    int height = data.getInt(22); // negative: rows from the top
    return new ImageHeader(
        Format.BMP, data.getInt(18), height == Integer.MIN_VALUE ? 0 : Math.abs(height));
  }

  private static String whatElse(ByteBuffer bytes) {
    byte[] data = new byte[Math.min(bytes.limit(), 64)];
    bytes.get(0, data);
    String text = new String(data, StandardCharsets.ISO_8859_1);
    String bare = text.replace("\u00EF\u00BB\u00BF", "").stripLeading();
    String ours = "; read are JPEG, PNG, WebP, BMP and TIFF";
    if (bare.startsWith("<")) {
      return "it is a web page or XML, not an image (begins with '"
          + bare.replaceAll("[^ -~]", " ").substring(0, Math.min(bare.length(), 15))
          + "')";
    }
    if (text.startsWith("GIF8")) {
      return "it is a GIF" + ours;
    }
    if (text.startsWith("ftyp", 4)) {
      return "it is HEIF, AVIF or a video" + ours;
    }
    if (text.startsWith("II+\0") || text.startsWith("MM\0+")) {
      return "it is a BigTIFF" + ours;
    }
    byte[] first = Arrays.copyOf(data, Math.min(data.length, 8));
    return "unknown format (begins with "
        + HexFormat.ofDelimiter(" ").formatHex(first)
        + ")"
        + ours;
  }

  private static int ascii(String four) {
    return ByteBuffer.wrap(four.getBytes(StandardCharsets.US_ASCII)).getInt();
  }
}
