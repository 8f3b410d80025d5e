package dev.bingo.embed;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A JPEG's segments, found as libjpeg finds them, of which those that make pixels are kept: colour
 * profiles, EXIF, comments, thumbnails and junk never reach the decoder.
 */
final class JpegLayout {
  /** Coefficients from which libjpeg-turbo guesses where refinements are missing. */
  private static final int GUESSED_FROM = 10;

  private static final int SOF0 = 0xC0;
  private static final int SOF2 = 0xC2;

  /** One colour component and how finely it is sampled. */
  record Component(int id, int across, int down) {}

  private final byte[] data;
  private final ByteArrayOutputStream bare;
  private final List<Integer> scans = new ArrayList<>();
  private Component[] components;
  private int frame;
  private int width;
  private int height;
  private int adobe = -1;
  private boolean jfif;
  private boolean tables;
  private int[][] missingBits;
  private int at = 2;

  private JpegLayout(byte[] data) {
    this.data = data;
    bare = new ByteArrayOutputStream(data.length + 4);
    bare.write(0xFF);
    bare.write(0xD8);
  }

  /**
   * Walks to the end of the image.
   *
   * @throws BadImageException where it ends too soon, or is of a kind that the JDK doesn't read as
   *     the trainer does
   */
  static JpegLayout of(byte[] data) throws BadImageException {
    JpegLayout layout = new JpegLayout(data);
    try {
      layout.walk();
    } catch (IndexOutOfBoundsException e) {
      throw new BadImageException(
          "truncated: the image goes on after its " + data.length + " bytes", e);
    }
    layout.checkRefined();
    return layout;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  Component[] components() {
    return components;
  }

  /** The image without what makes no pixels. */
  byte[] bare() {
    return bare.toByteArray();
  }

  /** Where scans begin in {@link #bare}, ascending. */
  List<Integer> scans() {
    return scans;
  }

  /** Samples of all components together. */
  long samples() {
    int finest = 1;
    int all = 0;
    for (Component component : components) {
      finest = Math.max(finest, component.across * component.down);
      all += component.across * component.down;
    }
    return (long) width * height * all / finest;
  }

  /** Whether a decoder has to keep coefficients, for scans to come. */
  boolean keepsCoefficients() {
    return frame == SOF2 || scans.size() > 1;
  }

  /** Whether colours are stored as luma and chroma; libjpeg's rules. */
  boolean luma() {
    if (components.length == 4) {
      return adobe > 0;
    }
    if (jfif || adobe > 0) {
      return true;
    }
    return adobe < 0
        && !(components[0].id == 'R' && components[1].id == 'G' && components[2].id == 'B');
  }

  private void walk() throws BadImageException {
    while (true) {
      int marker = nextMarker();
      if (marker == 0xD9) {
        require(!scans.isEmpty(), "there are no pixels before its end");
        write(0xD9);
        return;
      }
      if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) {
        continue; // these stand alone
      }
      require(marker != 0xD8, "a second image begins at byte " + at);
      int length = ((data[at] & 0xFF) << 8) | (data[at + 1] & 0xFF);
      require(length >= 2, "a segment of " + length + " bytes at byte " + at);
      ByteBuffer segment = ByteBuffer.wrap(data, at + 2, length - 2).slice();
      read(marker, segment);
      int from = at;
      at += length;
      if (marker == 0xDA) {
        scans.add(bare.size());
        keep(marker, from);
        entropyCoded();
        if (frame != SOF2 && (segment.get(0) & 0xFF) == components.length) {
          write(0xD9); // decoders stop here
          return;
        }
      } else if (marker == 0xC4 || marker == 0xDB || marker == 0xDD || isFrame(marker)) {
        keep(marker, from);
      }
    }
  }

  private int nextMarker() {
    while (true) {
      while (data[at] != (byte) 0xFF) {
        at++; // junk between segments
      }
      while (data[at] == (byte) 0xFF) {
        at++;
      }
      int marker = data[at++] & 0xFF;
      if (marker != 0) {
        return marker;
      }
    }
  }

  private void read(int marker, ByteBuffer segment) throws BadImageException {
    try {
      segment(marker, segment);
    } catch (IndexOutOfBoundsException e) {
      require(false, "a segment that is too short before byte " + at);
    }
  }

  private void segment(int marker, ByteBuffer segment) throws BadImageException {
    if (isFrame(marker)) {
      frame(marker, segment);
    } else if (marker == 0xC4) {
      tables = true;
    } else if (marker == 0xE0 && startsWith(segment, "JFIF\0", 14)) {
      jfif = true;
    } else if (marker == 0xEE && startsWith(segment, "Adobe", 12)) {
      adobe = segment.get(11) & 0xFF;
    } else if (marker == 0xDA) {
      scan(segment);
    }
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static boolean startsWith(ByteBuffer segment, String text, int least) {
    byte[] start = new byte[text.length()];
    if (segment.limit() < least) {
      return false;
    }
    segment.get(0, start);
    return text.equals(new String(start, StandardCharsets.ISO_8859_1));
  }

  private void frame(int marker, ByteBuffer segment) throws BadImageException {
    require(components == null, "it has two frame headers");
    int bits = segment.get(0);
    refuse(marker > SOF2 || bits != 8, "JPEG of %s, %d bits".formatted(kind(marker), bits));
    frame = marker;
    height = segment.getShort(1) & 0xFFFF;
    width = segment.getShort(3) & 0xFFFF;
    int count = segment.get(5) & 0xFF;
    refuse(count != 1 && count != 3 && count != 4, "JPEG of " + count + " colour components");
    components = new Component[count];
    for (int c = 0; c < count; c++) {
      int sampling = segment.get(7 + 3 * c) & 0xFF;
      components[c] = new Component(segment.get(6 + 3 * c) & 0xFF, sampling >> 4, sampling & 15);
    }
    missingBits = new int[count][GUESSED_FROM];
    for (int[] bitsOfOne : missingBits) {
      Arrays.fill(bitsOfOne, -1);
    }
  }

  private static String kind(int marker) {
    return switch (marker) {
      case 0xC0, 0xC1 -> "the sequential kind";
      case 0xC2 -> "the progressive kind";
      case 0xC3, 0xC7, 0xCB, 0xCF -> "the lossless kind";
      case 0xC5, 0xC6 -> "the hierarchical kind";
      default -> "the arithmetic kind";
    };
  }

  private void scan(ByteBuffer segment) throws BadImageException {
    require(components != null, "no frame header before the pixels");
    refuse(!tables, "JPEG without Huffman tables (a frame of Motion JPEG)");
    int count = segment.get(0) & 0xFF;
    int first = segment.get(1 + 2 * count) & 0xFF;
    int last = segment.get(2 + 2 * count) & 0xFF;
    int low = segment.get(3 + 2 * count) & 0x0F;
    for (int s = 0; s < count; s++) {
      for (int c = 0; c < components.length; c++) {
        if (components[c].id == (segment.get(1 + 2 * s) & 0xFF)) {
          for (int k = first; k <= last && k < GUESSED_FROM; k++) {
            missingBits[c][k] = low;
          }
        }
      }
    }
  }

  private void entropyCoded() {
    int from = at;
    while (true) {
      while (data[at] != (byte) 0xFF) {
        at++;
      }
      int end = at;
      while (data[at] == (byte) 0xFF) {
        at++;
      }
      int marker = data[at] & 0xFF;
      if (marker != 0 && (marker < 0xD0 || marker > 0xD7)) {
        at = end;
        bare.write(data, from, end - from);
        return;
      }
    }
  }

  private void checkRefined() throws BadImageException {
    boolean refined = Arrays.stream(missingBits).flatMapToInt(Arrays::stream).allMatch(b -> b == 0);
    refuse(
        frame == SOF2 && !refined,
        "progressive JPEG whose refinements are missing, so that decoders guess");
  }

  private void keep(int marker, int from) {
    write(marker);
    bare.write(data, from, at - from);
  }

  private void write(int marker) {
    bare.write(0xFF);
    bare.write(marker);
  }

  private static void require(boolean right, String wrong) throws BadImageException {
    if (!right) {
      throw new BadImageException("corrupt JPEG: " + wrong);
    }
  }

  private static void refuse(boolean unread, String kind) throws BadImageException {
    if (unread) {
      throw BadImageException.notRead(kind);
    }
  }
}
