package dev.bingo.embed;

import dev.bingo.format.BadBytes;
import dev.bingo.format.JpegMarkers;
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

  private static final int SOF2 = 0xC2;
  private static final int TABLES = 0xC4;
  private static final int QUANTISERS = 0xDB;
  private static final int RESTARTS = 0xDD;

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

  private JpegLayout(byte[] data) {
    this.data = data;
    bare = new ByteArrayOutputStream(data.length + 4);
    bare.write(0xFF);
    bare.write(0xD8);
  }

  /**
   * Walks to the end of the image.
   *
   * @throws BadBytes where it ends too soon, or is of a kind that the JDK doesn't read as the
   *     trainer does
   */
  static JpegLayout of(byte[] data) throws BadBytes {
    JpegLayout layout = new JpegLayout(data);
    try {
      layout.walk();
    } catch (IndexOutOfBoundsException e) {
      throw new BadBytes("truncated: the image goes on after its " + data.length + " bytes");
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

  private void walk() throws BadBytes {
    JpegMarkers markers = new JpegMarkers(ByteBuffer.wrap(data));
    int pixels = -1; // where those of a scan begin that has not ended
    int inScan = 0;
    while (true) {
      int marker = markers.next();
      int at = markers.segment();
      if (marker < 0) {
        throw new IndexOutOfBoundsException("no end");
      }
      if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) {
        continue; // these stand alone, or among the pixels
      }
      if (pixels >= 0) {
        bare.write(data, pixels, at - 2 - pixels);
        pixels = -1;
        if (frame != SOF2 && inScan == components.length) {
          write(JpegMarkers.END_OF_IMAGE); // decoders stop here
          return;
        }
      }
      if (marker == JpegMarkers.END_OF_IMAGE) {
        require(!scans.isEmpty(), "there are no pixels before its end");
        write(marker);
        return;
      }
      boolean known = marker != JpegMarkers.START_OF_IMAGE && !JpegMarkers.isUnknown(marker);
      require(known, "marker FF %02X at byte %d".formatted(marker, at - 2));
      int length = markers.length();
      require(length >= 2, "a segment of " + length + " bytes at byte " + at);
      ByteBuffer segment = ByteBuffer.wrap(data, at + 2, length - 2).slice();
      read(marker, segment);
      if (marker == JpegMarkers.START_OF_SCAN) {
        scans.add(bare.size());
        pixels = at + length;
        inScan = segment.get(0) & 0xFF;
      }
      if (isForPixels(marker)) {
        write(marker);
        bare.write(data, at, length);
      }
    }
  }

  private static boolean isForPixels(int marker) {
    return marker == JpegMarkers.START_OF_SCAN
        || marker == TABLES
        || marker == QUANTISERS
        || marker == RESTARTS
        || JpegMarkers.isFrame(marker);
  }

  private void read(int marker, ByteBuffer segment) throws BadBytes {
    try {
      segment(marker, segment);
    } catch (IndexOutOfBoundsException e) {
      require(false, "a segment FF %02X that is too short".formatted(marker));
    }
  }

  private void segment(int marker, ByteBuffer segment) throws BadBytes {
    if (JpegMarkers.isFrame(marker)) {
      frame(marker, segment);
    } else if (marker == TABLES) {
      tables = true;
    } else if (marker == 0xE0 && startsWith(segment, "JFIF\0", 14)) {
      jfif = true;
    } else if (marker == 0xEE && startsWith(segment, "Adobe", 12)) {
      adobe = segment.get(11) & 0xFF;
    } else if (marker == JpegMarkers.START_OF_SCAN) {
      scan(segment);
    }
  }

  private static boolean startsWith(ByteBuffer segment, String text, int least) {
    byte[] start = new byte[text.length()];
    if (segment.limit() < least) {
      return false;
    }
    segment.get(0, start);
    return text.equals(new String(start, StandardCharsets.ISO_8859_1));
  }

  private void frame(int marker, ByteBuffer segment) throws BadBytes {
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

  private void scan(ByteBuffer segment) throws BadBytes {
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

  private void checkRefined() throws BadBytes {
    boolean refined = Arrays.stream(missingBits).flatMapToInt(Arrays::stream).allMatch(b -> b == 0);
    refuse(
        frame == SOF2 && !refined,
        "progressive JPEG whose refinements are missing, so that decoders guess");
  }

  private void write(int marker) {
    bare.write(0xFF);
    bare.write(marker);
  }

  private static void require(boolean right, String wrong) throws BadBytes {
    if (!right) {
      throw new BadBytes("corrupt JPEG: " + wrong);
    }
  }

  private static void refuse(boolean unread, String kind) throws BadBytes {
    if (unread) {
      throw BadImageException.notRead(kind);
    }
  }
}
