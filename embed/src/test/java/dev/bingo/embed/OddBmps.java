package dev.bingo.embed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Kinds of BMP. */
final class OddBmps {
  private OddBmps() {}

  static List<Kind> all() {
    List<Kind> kinds = new ArrayList<>();
    for (int bits : new int[] {1, 4, 8, 24, 32}) {
      for (int header : new int[] {12, 40, 56, 108, 124}) {
        for (int height : new int[] {19, -19}) {
          if (header == 12 && (height < 0 || bits == 32)) {
            continue;
          }
          kinds.add(
              Kind.same(
                  "BMP of %d bits, header %d, height %d".formatted(bits, header, height),
                  bmp(header, 21, height, bits, 0, 0)));
        }
      }
    }
    kinds.add(Kind.same("BMP with a short palette", bmp(40, 21, 19, 4, 0, 16)));
    byte[] good = bmp(40, 21, 19, 24, 0, 0);
    for (int kept : new int[] {2, 20, 40, good.length / 2, good.length - 4}) {
      kinds.add(Kind.refused("BMP cut after " + kept, Arrays.copyOf(good, kept)));
    }
    kinds.add(Kind.same("BMP of 16 bits", bmp(40, 21, 19, 16, 0, 0)));
    byte[] masked = bmp(40, 21, 19, 32, 3, 0);
    int[] masks = {0x3FF00000, 0xFF800, 0x7F};
    for (int c = 0; c < 3; c++) {
      ByteBuffer.wrap(masked).order(ByteOrder.LITTLE_ENDIAN).putInt(54 + 4 * c, masks[c]);
    }
    kinds.add(Kind.same("BMP with masks", masked));
    byte[] runs = bmp(40, 21, 19, 8, 1, 0);
    Arrays.fill(runs, runs.length - 400, runs.length, (byte) 21);
    runs[runs.length - 1] = 1;
    runs[runs.length - 2] = 0;
    kinds.add(Kind.same("BMP with run lengths", runs));
    kinds.add(Kind.refused("BMP of no width", bmp(40, 0, 19, 24, 0, 0)));
    kinds.add(Kind.refused("BMP of negative width", bmp(40, -5, 19, 24, 0, 0)));
    kinds.add(Kind.refused("BMP huge", bmp(40, 21, Integer.MIN_VALUE, 24, 0, 0)));
    kinds.add(Kind.refused("BMP of 5 bits", bmp(40, 21, 19, 5, 0, 0)));
    kinds.add(Kind.refused("BMP of JPEG", bmp(40, 21, 19, 0, 4, 0)));
    return kinds;
  }

  private static byte[] bmp(
      int header, int width, int height, int bits, int compression, int used) {
    int colours = bits > 8 ? 0 : used > 0 ? used : 1 << bits;
    int palette = colours * (header == 12 ? 3 : 4);
    int rows = Math.abs(width * bits + 31) / 32 * 4 * 19;
    ByteBuffer out = ByteBuffer.allocate(14 + header + palette + rows);
    out.order(ByteOrder.LITTLE_ENDIAN).put((byte) 'B').put((byte) 'M');
    out.putInt(out.capacity()).putInt(0).putInt(14 + header + palette).putInt(header);
    if (header == 12) {
      out.putShort((short) width)
          .putShort((short) height)
          .putShort((short) 1)
          .putShort((short) bits);
    } else {
      out.putInt(width).putInt(height).putShort((short) 1).putShort((short) bits);
      out.putInt(compression).putInt(0).putInt(0).putInt(0).putInt(used).putInt(0);
    }
    int seed = 3;
    for (int i = 14 + header; i < out.capacity(); i++) {
      seed = seed * 1103515245 + 12345;
      out.put(i, (byte) (seed >> 16));
    }
    return out.array();
  }
}
