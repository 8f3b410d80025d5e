package dev.bingo.embed;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.InflaterInputStream;

/**
 * TIFF to RGB: the first page, where its pixels are grey, RGB or a palette's, one after the other,
 * in strips or tiles that are plain or packed by LZW, Deflate or PackBits. A row is read at a time:
 * memory is the pixels' and one row's, whatever tags claim. All other kinds are refused by name.
 */
final class Tiff {
  private final byte[] data;
  private final TiffTags tags;
  private final Limits limits;
  private final Deadline deadline;
  private final int width;
  private final int height;
  private final int channels;
  private final int bits;
  private final int photometric;

  private Tiff(byte[] data, Limits limits, Deadline deadline) throws BadImageException {
    this.data = data;
    this.limits = limits;
    this.deadline = deadline;
    tags = new TiffTags(data);
    width = small(256, 0);
    height = small(257, 0);
    bits = small(258, 1);
    photometric = small(262, -1);
    channels = small(277, 1);
  }

  static Rgb decode(byte[] data, Limits limits, Deadline deadline) throws IOException {
    try {
      Tiff tiff = new Tiff(data, limits, deadline);
      tiff.checkKind();
      return tiff.image();
    } catch (IndexOutOfBoundsException e) {
      throw new BadImageException(
          "truncated: the image goes on after its " + data.length + " bytes", e);
    }
  }

  /** A number that fits; larger ones are none of ours. */
  private int small(int tag, int otherwise) throws BadImageException {
    return (int) Math.min(Integer.MAX_VALUE, tags.first(tag, otherwise));
  }

  private void checkKind() throws BadImageException {
    for (int s = 1; s < Math.min(channels, tags.count(258)); s++) {
      refuse(tags.value(258, s) != bits, "whose samples have unlike numbers of bits");
    }
    refuse(tags.first(284, 1) != 1 && channels > 1, "with a plane for each colour");
    refuse(tags.first(266, 1) != 1, "whose bits are in reverse order");
    refuse(tags.first(339, 1) != 1, "of signed or floating-point samples");
    boolean bilevel = bits == 1 && channels == 1 && photometric <= 1;
    boolean grey = (bits == 8 || bits == 16) && channels == 1 && photometric <= 1;
    boolean rgb = (bits == 8 || bits == 16) && photometric == 2;
    boolean indexed = bits == 8 && channels == 1 && photometric == 3;
    refuse(
        photometric < 0 || !(bilevel || grey || rgb || indexed),
        "of photometric %d with %d samples of %d bits".formatted(photometric, channels, bits));
    refuse(
        rgb && channels != 3 && !(channels == 4 && tags.first(338, 0) == 2),
        "with samples beside its colours that are no unassociated alpha");
  }

  private static void refuse(boolean unread, String kind) throws BadImageException {
    if (unread) {
      throw BadImageException.notRead("TIFF " + kind);
    }
  }

  private Rgb image() throws IOException {
    limits.check(width, height);
    boolean tiled = tags.has(322);
    int across = tiled ? small(322, 0) : width;
    int down = tiled ? small(323, 0) : Math.min(height, small(278, height));
    if (across < 1
        || down < 1
        || padded(width, across) * padded(height, down) > limits.maxPixels()) {
      throw new BadImageException(
          "its strips or tiles of %dx%d hold more than the %d pixels that are allowed"
              .formatted(across, down, limits.maxPixels()));
    }
    Samples samples = new Samples(bits, photometric == 3 ? palette() : null, channels);
    byte[] rgb = new byte[3 * width * height];
    byte[] row = new byte[(int) (((long) across * channels * bits + 7) / 8)];
    int part = 0;
    for (int top = 0; top < height; top += down) {
      for (int left = 0; left < width; left += across, part++) {
        int columns = Math.min(across, width - left);
        InputStream stream = part(part, tiled);
        for (int y = top; y < Math.min(height, top + down); y++) {
          deadline.check();
          if (stream.readNBytes(row, 0, row.length) < row.length) {
            throw new BadImageException("truncated: a strip or tile ends too soon");
          }
          unpack(row);
          samples.write(row, columns, rgb, 3 * (y * width + left), 3);
        }
      }
    }
    return new Rgb(width, height, rgb);
  }

  private static long padded(int side, int tile) {
    return ((long) side + tile - 1) / tile * tile;
  }

  /** Strip or tile {@code i}, unpacked as it is read. */
  private InputStream part(int i, boolean tiled) throws BadImageException {
    long offset = tags.value(tiled ? 324 : 273, i);
    long count = tags.value(tiled ? 325 : 279, i);
    if (offset + count > data.length) {
      throw new IndexOutOfBoundsException("strip or tile " + i);
    }
    InputStream packed = new ByteArrayInputStream(data, (int) offset, (int) count);
    ByteBuffer bytes = ByteBuffer.wrap(data, (int) offset, (int) count);
    int compression = small(259, 1);
    return switch (compression) {
      case 1 -> packed;
      case 5 -> {
        boolean old = count > 1 && bytes.get((int) offset) == 0;
        refuse(old && (bytes.get((int) offset + 1) & 1) == 1, "of the old kind of LZW");
        yield new LzwStream(bytes);
      }
      case 8, 32946 -> new InflaterInputStream(packed);
      case 32773 -> new PackBitsStream(bytes);
      default -> throw BadImageException.notRead("TIFF of compression " + compression);
    };
  }

  private byte[] palette() throws BadImageException {
    if (tags.count(320) != 3 * 256) {
      throw new BadImageException("corrupt TIFF: its palette has no 256 colours");
    }
    byte[] palette = new byte[3 * 256];
    int most = 0;
    for (int i = 0; i < palette.length; i++) {
      most = Math.max(most, (int) tags.value(320, i));
    }
    for (int i = 0; i < palette.length; i++) {
      int value = (int) tags.value(320, i % 3 * 256 + i / 3);
      palette[i] = (byte) (most < 256 ? value : value >> 8); // some writers use 8 bits
    }
    return palette;
  }

  /** Differences summed, the upper byte first, and white made the greatest. */
  private void unpack(byte[] row) throws BadImageException {
    int predictor = small(317, 1);
    refuse(predictor > 2 || (predictor == 2 && bits < 8), "of predictor " + predictor);
    if (bits == 16 && data[0] == 'I') {
      for (int i = 0; i + 1 < row.length; i += 2) {
        byte swap = row[i];
        row[i] = row[i + 1];
        row[i + 1] = swap;
      }
    }
    if (predictor == 2) {
      int bytes = bits / 8;
      for (int i = channels * bytes; i < row.length; i += bytes) {
        int before = i - channels * bytes;
        if (bytes == 1) {
          row[i] += row[before];
        } else {
          int sum = word(row, i) + word(row, before);
          row[i] = (byte) (sum >> 8);
          row[i + 1] = (byte) sum;
        }
      }
    }
    if (photometric == 0) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (byte) ~row[i];
      }
    }
  }

  private static int word(byte[] row, int i) {
    return (row[i] & 0xFF) << 8 | (row[i + 1] & 0xFF);
  }
}
