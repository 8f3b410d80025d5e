package dev.bingo.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;

/** Writes TIFFs of every kind, from samples {@code [sample][row × width + column]}. */
final class TiffFile {
  int width;
  int height;
  int bits = 8;
  int photometric = 1;
  int compression = 1;
  int pieceWidth; // 0: strips
  int pieceHeight = 5;
  boolean planar;
  boolean predictor;
  boolean big;
  boolean lowBitFirst;
  boolean oldLzw;
  ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  final TreeMap<Integer, long[]> more = new TreeMap<>();

  TiffFile(int width, int height) {
    this.width = width;
    this.height = height;
  }

  /** Adds a tag, or sets one otherwise. */
  TiffFile with(int tag, long... values) {
    more.put(tag, values);
    return this;
  }

  byte[] write(int[]... samples) {
    boolean tiled = pieceWidth > 0;
    int across = tiled ? pieceWidth : width;
    List<byte[]> pieces = new ArrayList<>();
    for (int p = 0; p < (planar ? samples.length : 1); p++) {
      int[][] of = planar ? new int[][] {samples[p]} : samples;
      for (int top = 0; top < height; top += pieceHeight) {
        for (int left = 0; left < width; left += across) {
          int rows = tiled ? pieceHeight : Math.min(pieceHeight, height - top);
          pieces.add(compressed(piece(of, left, top, across, rows)));
        }
      }
    }
    TreeMap<Integer, long[]> tags = new TreeMap<>();
    tags.put(256, new long[] {width});
    tags.put(257, new long[] {height});
    tags.put(258, repeated(bits, samples.length));
    tags.put(259, new long[] {compression});
    tags.put(262, new long[] {photometric});
    tags.put(277, new long[] {samples.length});
    tags.put(284, new long[] {planar ? 2 : 1});
    tags.put(317, new long[] {predictor ? 2 : 1});
    if (lowBitFirst) {
      tags.put(266, new long[] {2});
    }
    if (tiled) {
      tags.put(322, new long[] {pieceWidth});
      tags.put(323, new long[] {pieceHeight});
    } else {
      tags.put(278, new long[] {pieceHeight});
    }
    long[] offsets = new long[pieces.size()];
    long[] counts = new long[pieces.size()];
    int at = big ? 16 : 8;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = at;
      counts[i] = pieces.get(i).length;
      at += pieces.get(i).length;
    }
    tags.put(tiled ? 324 : 273, offsets);
    tags.put(tiled ? 325 : 279, counts);
    tags.putAll(more);
    return assembled(pieces, tags, at);
  }

  private byte[] assembled(List<byte[]> pieces, Map<Integer, long[]> tags, int directory) {
    int entry = big ? 20 : 12;
    int behind = directory + (big ? 16 : 6) + entry * tags.size();
    int room = tags.values().stream().mapToInt(v -> 4 * v.length).sum();
    ByteBuffer file = ByteBuffer.allocate(behind + room).order(order);
    file.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M')).put(file.get(0));
    if (big) {
      file.putShort((short) 43).putShort((short) 8).putShort((short) 0).putLong(directory);
    } else {
      file.putShort((short) 42).putInt(directory);
    }
    pieces.forEach(file::put);
    if (big) {
      file.putLong(tags.size());
    } else {
      file.putShort((short) tags.size());
    }
    int values = behind;
    for (var tag : tags.entrySet()) {
      boolean shorts = Arrays.stream(tag.getValue()).allMatch(v -> v < 1 << 16);
      int size = shorts ? 2 : 4;
      int n = tag.getValue().length;
      file.putShort((short) (int) tag.getKey()).putShort((short) (shorts ? 3 : 4));
      int here = file.putInt(n).position() + (big ? 4 : 0);
      if (big) { // the count has eight bytes
        file.putLong(here - 8, n);
      }
      int at = n * size <= (big ? 8 : 4) ? here : values;
      if (at == values) {
        if (big) {
          file.putLong(here, values);
        } else {
          file.putInt(here, values);
        }
        values += n * size;
      }
      for (int i = 0; i < n; i++) {
        if (shorts) {
          file.putShort(at + 2 * i, (short) tag.getValue()[i]);
        } else {
          file.putInt(at + 4 * i, (int) tag.getValue()[i]);
        }
      }
      file.position(here + (big ? 8 : 4));
    }
    return Arrays.copyOf(file.array(), values);
  }

  private static long[] repeated(long value, int times) {
    long[] values = new long[times];
    Arrays.fill(values, value);
    return values;
  }

  /** Rows of packed samples, each row from a byte's start; beyond the image they are 0. */
  private byte[] piece(int[][] of, int left, int top, int across, int rows) {
    int rowBits = across * of.length * bits;
    byte[] out = new byte[(rowBits + 7) / 8 * rows];
    for (int y = 0; y < rows; y++) {
      int[] before = new int[of.length];
      int bit = (rowBits + 7) / 8 * 8 * y;
      for (int x = 0; x < across; x++) {
        for (int s = 0; s < of.length; s++, bit += bits) {
          boolean inside = left + x < width && top + y < height;
          int value = inside ? of[s][(top + y) * width + left + x] : 0;
          int stored = predictor ? (value - before[s]) & ((1 << bits) - 1) : value;
          before[s] = value;
          put(out, bit, stored);
        }
      }
    }
    return out;
  }

  private void put(byte[] out, int bit, int value) {
    if (bits == 16) {
      ByteBuffer.wrap(out).order(order).putShort(bit / 8, (short) value);
      return;
    }
    for (int b = 0; b < bits; b++) {
      if (((value >> (bits - 1 - b)) & 1) == 1) {
        out[(bit + b) / 8] |= (byte) (128 >> ((bit + b) % 8));
      }
    }
  }

  private byte[] compressed(byte[] bytes) {
    byte[] out =
        switch (compression) {
          case 5 -> lzw(bytes);
          case 8, 32946 -> deflated(bytes);
          case 32773 -> packed(bytes);
          default -> bytes;
        };
    if (lowBitFirst) {
      for (int i = 0; i < out.length; i++) {
        out[i] = (byte) (Integer.reverse(out[i]) >>> 24);
      }
    }
    return out;
  }

  private static byte[] deflated(byte[] bytes) {
    Deflater deflater = new Deflater();
    deflater.setInput(bytes);
    deflater.finish();
    byte[] out = new byte[bytes.length + 100];
    int n = deflater.deflate(out);
    deflater.end();
    return Arrays.copyOf(out, n);
  }

  private static byte[] packed(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = 0; at < bytes.length; ) {
      int run = 1;
      while (run < 128 && at + run < bytes.length && bytes[at + run] == bytes[at]) {
        run++;
      }
      if (run > 1) {
        out.write(1 - run);
        out.write(bytes[at]);
      } else {
        out.write(0);
        out.write(bytes[at]);
        out.write(-128); // says nothing
      }
      at += run;
    }
    return out.toByteArray();
  }

  private byte[] lzw(byte[] bytes) {
    Bits out = new Bits(oldLzw);
    Map<String, Integer> table = new HashMap<>();
    int codeBits = 9;
    int next = 258;
    out.put(256, 9);
    String string = "";
    for (byte b : bytes) {
      String longer = string + (char) (b & 0xFF);
      if (longer.length() == 1 || table.containsKey(longer)) {
        string = longer;
        continue;
      }
      out.put(code(table, string), codeBits);
      table.put(longer, next++);
      if (next == (1 << codeBits) + (oldLzw ? 1 : 0)) {
        codeBits++;
      }
      if (next == 4094) {
        out.put(256, codeBits);
        table.clear();
        codeBits = 9;
        next = 258;
      }
      string = longer.substring(longer.length() - 1);
    }
    out.put(code(table, string), codeBits);
    next++;
    if (next == (1 << codeBits) + (oldLzw ? 1 : 0)) {
      codeBits++;
    }
    out.put(257, codeBits);
    return out.bytes();
  }

  private static int code(Map<String, Integer> table, String string) {
    return string.length() == 1 ? string.charAt(0) : table.get(string);
  }

  private static final class Bits {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final boolean lowFirst;
    private long held;
    private int count;

    Bits(boolean lowFirst) {
      this.lowFirst = lowFirst;
    }

    void put(int code, int bits) {
      held = lowFirst ? held | ((long) code << count) : (held << bits) | code;
      count += bits;
      while (count >= 8) {
        out.write((int) (lowFirst ? held : held >> (count - 8)));
        held = lowFirst ? held >> 8 : held;
        count -= 8;
      }
    }

    byte[] bytes() {
      put(0, 7);
      return out.toByteArray();
    }
  }
}
