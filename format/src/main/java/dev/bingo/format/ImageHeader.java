package dev.bingo.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Format and size of an encoded image, from its first bytes alone, so that an absurd one is refused
 * before a decoder allocates anything for it.
 *
 * @param format which codec reads it
 * @param width stored columns
 * @param height stored rows
 */
public record ImageHeader(Format format, int width, int height) {
  /** Which codec reads it. */
  public enum Format {
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
   * @throws BadBytes where the format is none of ours, the header is cut off, or a bound is
   *     exceeded
   */
  public static ImageHeader parse(ByteBuffer data, ImageLimits limits) throws BadBytes {
    if (data.limit() == 0) {
      throw new BadBytes("the file is empty (0 bytes)");
    }
    ImageHeader header;
    try {
      header = parse(data);
    } catch (IndexOutOfBoundsException e) {
      throw new BadBytes("truncated: the header is cut off after " + data.limit() + " bytes");
    }
    header.check(limits);
    return header;
  }

  private static ImageHeader parse(ByteBuffer bytes) throws BadBytes {
    ByteBuffer data = bytes.duplicate();
    int start = data.remaining() < 4 ? 0 : data.getInt(0);
    if (start >>> 8 == 0xFFD8FF) {
      return jpeg(data);
    }
    if (start == (int) (PNG_SIGNATURE >>> 32) && data.getLong(0) == PNG_SIGNATURE) {
      PngHeader png = PngHeader.read(new PngChunks(data));
      return new ImageHeader(Format.PNG, png.width(), png.height());
    }
    if (start == ascii("RIFF") && data.getInt(8) == ascii("WEBP")) {
      return webp(data.order(ByteOrder.LITTLE_ENDIAN));
    }
    if (start >>> 16 == ascii("BM\0\0") >>> 16) {
      return Bmp.header(data);
    }
    if (TiffDirectory.isTiff(start)) {
      TiffDirectory tiff = TiffDirectory.read(data);
      return new ImageHeader(Format.TIFF, tiff.width(), tiff.height());
    }
    throw new BadBytes(whatElse(bytes));
  }

  private void check(ImageLimits limits) throws BadBytes {
    if (width < 1 || height < 1) {
      throw new BadBytes("its header says " + width + "x" + height + " pixels");
    }
    if (width > limits.maxSide()
        || height > limits.maxSide()
        || (long) width * height > limits.maxPixels()) {
      throw new BadBytes(
          String.format(
              Locale.ROOT,
              "its header says %dx%d pixels; allowed are %d a side and %d in all",
              width,
              height,
              limits.maxSide(),
              limits.maxPixels()));
    }
  }

  private static ImageHeader jpeg(ByteBuffer data) throws BadBytes {
    JpegMarkers markers = new JpegMarkers(data);
    while (true) {
      int marker = markers.next();
      if (marker < 0) {
        throw new IndexOutOfBoundsException("no frame header");
      }
      int at = markers.segment();
      if (JpegMarkers.isFrame(marker)) {
        int width = data.getShort(at + 5) & 0xFFFF;
        int height = data.getShort(at + 3) & 0xFFFF;
        if (markers.length() != 8 + 3 * (data.get(at + 7) & 0xFF)) {
          throw new BadBytes("corrupt JPEG: a frame header of a wrong length at byte " + at);
        }
        return new ImageHeader(Format.JPEG, width, height);
      }
      if (marker == JpegMarkers.END_OF_IMAGE || marker == JpegMarkers.START_OF_SCAN) {
        throw new BadBytes("corrupt JPEG: no frame header before the pixels");
      }
      if (marker == JpegMarkers.START_OF_IMAGE || JpegMarkers.isUnknown(marker)) {
        throw new BadBytes(
            String.format(Locale.ROOT, "corrupt JPEG: marker FF %02X at byte %d", marker, at - 2));
      }
    }
  }

  private static ImageHeader webp(ByteBuffer data) throws BadBytes {
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
    throw new BadBytes("corrupt WebP: the first chunk is none of VP8, VP8L, VP8X");
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
