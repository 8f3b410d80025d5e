package dev.bingo.format;

import java.nio.ByteBuffer;

/**
 * The markers of a JPEG, one after the other, found as libjpeg finds them: bytes between segments
 * are passed over, and so is {@code FF 00}, which is no marker. A walk that differed would see
 * another picture in the file than the decoder does.
 */
public final class JpegMarkers {
  public static final int START_OF_IMAGE = 0xD8;
  public static final int END_OF_IMAGE = 0xD9;
  public static final int START_OF_SCAN = 0xDA;

  private final ByteBuffer data;
  private int next = 2;
  private int segment;

  /**
   * @param data a JPEG from its first byte, that begins with {@link #START_OF_IMAGE}
   */
  public JpegMarkers(ByteBuffer data) {
    this.data = data;
  }

  /**
   * Moves to the next marker.
   *
   * @return its second byte, or −1 where the data end before it
   */
  public int next() {
    int end = data.limit();
    while (next < end) {
      while (next < end && data.get(next) != (byte) 0xFF) {
        next++;
      }
      while (next < end && data.get(next) == (byte) 0xFF) {
        next++;
      }
      int marker = next < end ? data.get(next++) & 0xFF : 0;
      if (marker != 0) {
        segment = next;
        if (hasSegment(marker) && next + 2 <= end) {
          next = Math.min(end, next + Math.max(2, length()));
        }
        return marker;
      }
    }
    return -1;
  }

  /** Where the present marker's segment begins, at its length. */
  public int segment() {
    return segment;
  }

  /** What the present segment says is its length, these two bytes included. */
  public int length() {
    return data.getShort(segment) & 0xFFFF;
  }

  /** Byte {@code i} of the present segment, after its length; −1 behind the data's end. */
  int at(int i) {
    int at = segment + 2 + i;
    return at < data.limit() ? data.get(at) & 0xFF : -1;
  }

  /** Markers of headers that say size and components. */
  public static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  /** Markers at which libjpeg ends with an error. */
  public static boolean isUnknown(int marker) {
    return (marker > 0x01 && marker < 0xC0)
        || marker == 0xC8
        || marker == 0xDE
        || marker == 0xDF
        || (marker >= 0xF0 && marker <= 0xFD);
  }

  private static boolean hasSegment(int marker) {
    return marker >= 0xC0 && (marker < 0xD0 || marker > 0xD9);
  }
}
