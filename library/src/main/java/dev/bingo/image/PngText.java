package dev.bingo.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** EXIF that stands in a PNG's text as hexadecimal digits. */
final class PngText {
  private static final byte[] KEY = "Raw profile type exif\0".getBytes(StandardCharsets.ISO_8859_1);

  /** Far more than EXIF without its thumbnail has; the orientation stands at its start. */
  private static final int MOST = 1 << 20;

  private PngText() {}

  /**
   * The EXIF data of a text, null where it has none.
   *
   * @param text a text chunk's content
   * @param compressed behind its key
   */
  static ByteBuffer exif(ByteBuffer text, boolean compressed) {
    int head = KEY.length + (compressed ? 1 : 0);
    if (text.limit() < head || !text.slice(0, KEY.length).equals(ByteBuffer.wrap(KEY))) {
      return null;
    }
    ByteBuffer rest = text.slice(head, text.limit() - head);
    byte[] bytes = new byte[compressed ? MOST : Math.min(MOST, rest.limit())];
    int count = bytes.length;
    if (compressed) {
      count = inflated(rest, bytes);
    } else {
      rest.get(0, bytes);
    }
    // A line that says what it is, one that says its length, then the digits in lines.
    String[] lines =
        new String(bytes, 0, count, StandardCharsets.ISO_8859_1).strip().split("\\s+", 3);
    if (lines.length < 3) {
      return null;
    }
    String digits = lines[2].replaceAll("\\s", "");
    try {
      return ByteBuffer.wrap(HexFormat.of().parseHex(digits, 0, digits.length() & ~1));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static int inflated(ByteBuffer data, byte[] into) {
    Inflater inflater = new Inflater();
    inflater.setInput(data);
    try {
      int n = 0;
      int more = 1;
      while (more > 0 && n < into.length) {
        more = inflater.inflate(into, n, into.length - n);
        n += more;
      }
      return n;
    } catch (DataFormatException e) {
      return 0;
    } finally {
      inflater.end();
    }
  }
}
