package dev.bingo.embed;

import dev.bingo.format.BadBytes;
import dev.bingo.format.Deadline;
import dev.bingo.format.ImageLimits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * PNG to RGB, a row at a time: memory is the pixels' and two rows', whatever chunks claim. As
 * libpng, and so as the trainer: checksums of what makes pixels count, alpha is dropped, gamma and
 * profiles are not looked at. Of an animation this is the default image.
 */
final class Png {
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504C5445;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;
  private static final int ANCILLARY = 1 << 29;

  /** Where Adam7's passes begin, and how far apart their pixels are. */
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private static final int[][] WHOLE = {{0, 0, 1, 1}};

  private final Deadline deadline;
  private final List<ByteBuffer> pixels = new ArrayList<>();
  private final byte[] palette = new byte[3 * 256];
  private ByteBuffer header;
  private boolean hasPalette;
  private int next;

  private Png(Deadline deadline) {
    this.deadline = deadline;
  }

  static Rgb decode(byte[] data, ImageLimits limits, Deadline deadline) throws BadBytes {
    Png png = new Png(deadline);
    try {
      png.chunks(ByteBuffer.wrap(data));
    } catch (IndexOutOfBoundsException e) {
      throw new BadBytes("truncated: the image goes on after its " + data.length + " bytes");
    }
    Inflater inflater = new Inflater();
    try {
      return png.image(inflater, limits);
    } catch (DataFormatException e) {
      throw new BadBytes("corrupt PNG: " + e.getMessage());
    } finally {
      inflater.end();
    }
  }

  private void chunks(ByteBuffer data) throws BadBytes {
    int at = 8;
    int before = 0;
    for (int type = 0; type != IEND; before = type) {
      deadline.check();
      int length = data.getInt(at);
      type = data.getInt(at + 4);
      require(length >= 0, "a chunk of " + (length & 0xFFFFFFFFL) + " bytes");
      boolean end = type == IEND; // some writers leave its checksum out
      ByteBuffer content = data.slice(at + 8, length);
      if ((type & ANCILLARY) == 0 && !end) {
        CRC32 crc = new CRC32();
        crc.update(data.slice(at + 4, length + 4));
        require((int) crc.getValue() == data.getInt(at + 8 + length), "a wrong checksum");
      }
      require((type == IHDR) == (at == 8), "its header is not the first chunk, and the only one");
      switch (type) {
        case IHDR -> header = content;
        case PLTE -> palette(content);
        case IDAT -> {
          require(pixels.isEmpty() || before == IDAT, "its pixels are interrupted");
          pixels.add(content);
        }
        default -> require(end || (type & ANCILLARY) != 0, "an unknown chunk " + name(type));
      }
      at = Math.addExact(at, 12 + (end ? -4 : 0) + length);
    }
  }

  private static String name(int type) {
    byte[] four = ByteBuffer.allocate(4).putInt(type).array();
    return new String(four, StandardCharsets.ISO_8859_1).replaceAll("[^A-Za-z]", "?");
  }

  private void palette(ByteBuffer content) throws BadBytes {
    require(!hasPalette, "two palettes");
    require(content.limit() % 3 == 0 && content.limit() <= palette.length, "a broken palette");
    if (pixels.isEmpty()) {
      hasPalette = true;
      content.get(0, palette, 0, content.limit());
    }
  }

  private Rgb image(Inflater inflater, ImageLimits limits) throws BadBytes, DataFormatException {
    require(header.limit() == 13, "a header of " + header.limit() + " bytes");
    int width = header.getInt(0);
    int height = header.getInt(4);
    int bits = header.get(8);
    int colour = header.get(9);
    int channels = channels(colour, bits);
    int interlaced = header.get(12);
    require(header.get(10) == 0 && header.get(11) == 0, "an unknown compression or filter");
    require(interlaced == 0 || interlaced == 1, "an unknown interlacing");
    require(colour != 3 || hasPalette, "no palette");
    Memory.check((long) width * height * channels * bits / 8, limits);
    byte[] rgb = new byte[3 * width * height];
    Samples samples = new Samples(bits, colour == 3 ? palette : null, channels);
    int apart = Math.max(1, channels * bits / 8);
    for (int[] pass : interlaced == 1 ? PASSES : WHOLE) {
      int columns = (width - pass[0] + pass[2] - 1) / pass[2];
      int rows = (height - pass[1] + pass[3] - 1) / pass[3];
      if (columns < 1) {
        continue;
      }
      int bytes = (int) (((long) columns * channels * bits + 7) / 8);
      byte[] row = new byte[bytes];
      byte[] above = new byte[bytes];
      byte[] filter = new byte[1];
      for (int y = 0; y < rows; y++) {
        deadline.check();
        inflate(inflater, filter);
        inflate(inflater, row);
        unfilter(filter[0], row, above, apart);
        int at = 3 * ((pass[1] + y * pass[3]) * width + pass[0]);
        samples.write(row, columns, rgb, at, 3 * pass[2]);
        byte[] swap = above;
        above = row;
        row = swap;
      }
    }
    return new Rgb(width, height, rgb);
  }

  private static int channels(int colour, int bits) throws BadBytes {
    boolean one = Integer.bitCount(bits) == 1 && bits <= 16;
    boolean right =
        switch (colour) {
          case 0 -> one;
          case 3 -> one && bits <= 8;
          case 2, 4, 6 -> bits == 8 || bits == 16;
          default -> false;
        };
    require(right, "a header with colour type " + colour + " and " + bits + " bits");
    return switch (colour) {
      case 2 -> 3;
      case 4 -> 2;
      case 6 -> 4;
      default -> 1;
    };
  }

  private void inflate(Inflater inflater, byte[] into) throws BadBytes, DataFormatException {
    int done = 0;
    while (done < into.length) {
      int count = inflater.inflate(into, done, into.length - done);
      done += count;
      if (count == 0) {
        boolean more = !inflater.finished() && !inflater.needsDictionary() && next < pixels.size();
        require(more, "its pixels end too soon");
        inflater.setInput(pixels.get(next++));
      }
    }
  }

  private static void unfilter(int filter, byte[] row, byte[] above, int apart) throws BadBytes {
    switch (filter) {
      case 0 -> {}
      case 1 -> {
        for (int i = apart; i < row.length; i++) {
          row[i] += row[i - apart];
        }
      }
      case 2 -> {
        for (int i = 0; i < row.length; i++) {
          row[i] += above[i];
        }
      }
      case 3 -> {
        for (int i = 0; i < row.length; i++) {
          int left = i < apart ? 0 : row[i - apart] & 0xFF;
          row[i] += (byte) ((left + (above[i] & 0xFF)) / 2);
        }
      }
      case 4 -> {
        for (int i = 0; i < row.length; i++) {
          int left = i < apart ? 0 : row[i - apart] & 0xFF;
          int corner = i < apart ? 0 : above[i - apart] & 0xFF;
          row[i] += (byte) paeth(left, above[i] & 0xFF, corner);
        }
      }
      default -> require(false, "an unknown filter " + filter);
    }
  }

  private static int paeth(int left, int above, int corner) {
    int byLeft = Math.abs(above - corner);
    int byAbove = Math.abs(left - corner);
    int byCorner = Math.abs(left + above - 2 * corner);
    if (byLeft <= byAbove && byLeft <= byCorner) {
      return left;
    }
    return byAbove <= byCorner ? above : corner;
  }

  private static void require(boolean right, String wrong) throws BadBytes {
    if (!right) {
      throw new BadBytes("corrupt PNG: " + wrong);
    }
  }
}
