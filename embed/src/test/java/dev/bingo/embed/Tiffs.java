package dev.bingo.embed;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/** TIFFs for tests, tag by tag. */
final class Tiffs {
  final Map<Integer, int[]> tags = new TreeMap<>();
  final int width;
  final int height;
  private final int channels;
  private final int bits;
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private boolean deflated;
  private int tile;

  Tiffs(int width, int height, int photometric, int channels, int bits) {
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.bits = bits;
    int[] each = new int[channels];
    java.util.Arrays.fill(each, bits);
    tag(256, width).tag(257, height).tag(258, each).tag(259, 1).tag(262, photometric);
    tag(277, channels).tag(278, height);
  }

  Tiffs tag(int tag, int... values) {
    tags.put(tag, values);
    return this;
  }

  Tiffs bigEndian() {
    order = ByteOrder.BIG_ENDIAN;
    return this;
  }

  Tiffs deflated(int predictor) {
    deflated = true;
    return tag(259, 8).tag(317, predictor);
  }

  Tiffs tiled(int side) {
    tile = side;
    tags.remove(278);
    return tag(322, side).tag(323, side);
  }

  /** The file, of noise. */
  byte[] bytes() {
    int rows = tile > 0 ? tile : tags.get(278)[0];
    int columns = tile > 0 ? tile : width;
    int across = (width + columns - 1) / columns;
    int down = (height + rows - 1) / rows;
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    int[] offsets = new int[across * down];
    int[] counts = new int[across * down];
    int seed = 7;
    for (int part = 0; part < offsets.length; part++) {
      int high = tile > 0 ? rows : Math.min(rows, height - part / across * rows);
      byte[] noise = new byte[high * ((columns * channels * bits + 7) / 8)];
      for (int i = 0; i < noise.length; i++) {
        seed = seed * 1103515245 + 12345;
        noise[i] = (byte) (seed >> 16);
      }
      byte[] packed = deflated ? Bytes.deflated(noise) : noise;
      offsets[part] = 8 + data.size();
      counts[part] = packed.length;
      data.writeBytes(packed);
    }
    if (data.size() % 2 == 1) {
      data.write(0);
    }
    tags.putIfAbsent(tile > 0 ? 324 : 273, offsets);
    tags.putIfAbsent(tile > 0 ? 325 : 279, counts);
    return with(data.toByteArray());
  }

  /** The file with these bytes from position 8 on; tags say what they are. */
  byte[] with(byte[] data) {
    ByteArrayOutputStream beyond = new ByteArrayOutputStream();
    int directory = 8 + data.length;
    int end = directory + 6 + 12 * tags.size();
    ByteBuffer out = ByteBuffer.allocate(end).order(order);
    out.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M')).put(out.get(0));
    out.putShort((short) 42).putInt(directory).put(data).putShort((short) tags.size());
    tags.forEach(
        (tag, values) -> {
          boolean small = tag != 273 && tag != 279 && tag != 324 && tag != 325;
          ByteBuffer list =
              ByteBuffer.allocate(Math.max(4, values.length * (small ? 2 : 4))).order(order);
          for (int value : values) {
            if (small) {
              list.putShort((short) value);
            } else {
              list.putInt(value);
            }
          }
          out.putShort((short) (int) tag).putShort((short) (small ? 3 : 4)).putInt(values.length);
          if (list.capacity() == 4) {
            out.put(list.array());
          } else {
            out.putInt(end + beyond.size());
            beyond.writeBytes(list.array());
          }
        });
    out.putInt(0);
    return new Bytes().add(out.array()).add(beyond.toByteArray()).whole();
  }
}
