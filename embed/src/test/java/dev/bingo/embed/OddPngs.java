package dev.bingo.embed;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Kinds of PNG. */
final class OddPngs {
  private static final int WIDTH = 21;
  private static final int HEIGHT = 19;
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  private OddPngs() {}

  static List<Kind> all() {
    List<Kind> kinds = new ArrayList<>();
    int[][] layouts = {
      {0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1}, {3, 2}, {3, 4}, {3, 8},
      {4, 8}, {4, 16}, {6, 8}, {6, 16}
    };
    for (int[] layout : layouts) {
      for (int interlaced = 0; interlaced < 2; interlaced++) {
        kinds.add(
            Kind.same(
                "PNG colour %d, %d bits, interlaced %d".formatted(layout[0], layout[1], interlaced),
                png(layout[0], layout[1], interlaced)));
      }
    }
    besides(kinds);
    broken(kinds);
    return kinds;
  }

  private static void besides(List<Kind> kinds) {
    byte[] bomb = Bytes.deflatedZeros(1 << 24);
    kinds.add(Kind.same("PNG with transparent grey", with("tRNS", 0, 3)));
    kinds.add(Kind.same("PNG with gamma", with("gAMA", 0, 0, 1, 1)));
    kinds.add(Kind.same("PNG with a wrong profile", with("iCCP", 'a', 0, 0, 1, 2, 3)));
    for (String type : List.of("zTXt", "iCCP")) {
      byte[] text = new Bytes().add("a\0\0").add(bomb).whole();
      kinds.add(Kind.same("PNG with a bomb in its " + type, assemble(type, text)));
    }
    kinds.add(Kind.same("PNG with bytes after its end", Arrays.copyOf(png(2, 8, 0), 5000)));
    byte[] header = header(2, 8, 0);
    byte[] pixels = pixels(2, 8, 0);
    byte[] inParts =
        start(header)
            .chunk("IDAT", Arrays.copyOf(pixels, 5))
            .chunk("IDAT")
            .chunk("IDAT", Arrays.copyOfRange(pixels, 5, pixels.length))
            .chunk("IEND")
            .whole();
    kinds.add(Kind.same("PNG whose pixels are in parts", inParts));
    byte[] endless = start(header).chunk("IDAT", longer()).chunk("IEND").whole();
    kinds.add(Kind.same("PNG with more pixels than its header says", endless));
    kinds.add(
        Kind.same(
            "PNG with a colour that its palette lacks",
            start(header(3, 8, 0))
                .chunk("PLTE", new byte[6])
                .chunk("IDAT", pixels(3, 8, 0))
                .chunk("IEND")
                .whole()));
  }

  private static byte[] longer() {
    byte[] rows = new byte[HEIGHT * (1 + 3 * WIDTH) + 100_000];
    return Bytes.deflated(rows);
  }

  private static void broken(List<Kind> kinds) {
    byte[] good = png(2, 8, 0);
    for (int kept : new int[] {1, 4, 9, 30, 40, good.length / 2, good.length - 9}) {
      kinds.add(Kind.refused("PNG cut after " + kept, Arrays.copyOf(good, kept)));
    }
    byte[] flipped = good.clone();
    flipped[good.length - 20] ^= 1;
    kinds.add(Kind.refused("PNG with a wrong checksum", flipped));
    byte[] pixels = pixels(2, 8, 0);
    byte[] header = header(2, 8, 0);
    byte[] few = Bytes.deflated(new byte[HEIGHT * (1 + 3 * WIDTH) - 1]);
    kinds.add(
        Kind.refused(
            "PNG with fewer pixels", start(header).chunk("IDAT", few).chunk("IEND").whole()));
    kinds.add(Kind.refused("PNG without pixels", start(header).chunk("IEND").whole()));
    kinds.add(
        Kind.refused(
            "PNG without a palette",
            start(header(3, 8, 0)).chunk("IDAT", pixels(3, 8, 0)).chunk("IEND").whole()));
    kinds.add(
        Kind.refused(
            "PNG whose pixels are interrupted",
            start(header)
                .chunk("IDAT", Arrays.copyOf(pixels, 9))
                .chunk("tEXt", (byte) 'a', (byte) 0)
                .chunk("IDAT", Arrays.copyOfRange(pixels, 9, pixels.length))
                .chunk("IEND")
                .whole()));
    kinds.add(
        Kind.refused(
            "PNG with two headers",
            start(header)
                .chunk("IHDR", header(0, 8, 0))
                .chunk("IDAT", pixels)
                .chunk("IEND")
                .whole()));
    kinds.add(Kind.refused("PNG with an unknown chunk that counts", assemble("ABCD")));
    int[][] wrong = {{1, 8, 0}, {2, 4, 0}, {3, 16, 0}, {0, 3, 0}, {2, 8, 2}, {7, 8, 0}};
    for (int[] w : wrong) {
      kinds.add(
          Kind.refused(
              "PNG " + Arrays.toString(w),
              start(header(w[0], w[1], w[2])).chunk("IDAT", pixels).chunk("IEND").whole()));
    }
    byte[] filter = new byte[HEIGHT * (1 + 3 * WIDTH)];
    filter[0] = 5;
    kinds.add(
        Kind.refused(
            "PNG with an unknown filter",
            start(header).chunk("IDAT", Bytes.deflated(filter)).chunk("IEND").whole()));
  }

  private static byte[] with(String type, int... content) {
    return assemble(type, new Bytes().add(content).whole());
  }

  private static byte[] assemble(String type, byte... content) {
    return start(header(0, 8, 0))
        .chunk(type, content)
        .chunk("IDAT", pixels(0, 8, 0))
        .chunk("IEND")
        .whole();
  }

  private static byte[] png(int colour, int bits, int interlaced) {
    Bytes out = start(header(colour, bits, interlaced));
    if (colour == 3) {
      byte[] palette = new byte[3 << bits];
      for (int i = 0; i < palette.length; i++) {
        palette[i] = (byte) (i * 37);
      }
      out.chunk("PLTE", palette).chunk("tRNS", (byte) 0, (byte) 9);
    }
    return out.chunk("IDAT", pixels(colour, bits, interlaced)).chunk("IEND").whole();
  }

  private static Bytes start(byte[] header) {
    return new Bytes().add(0x89).add("PNG\r\n\u001a\n").chunk("IHDR", header);
  }

  private static byte[] header(int colour, int bits, int interlaced) {
    return ByteBuffer.allocate(13)
        .putInt(WIDTH)
        .putInt(HEIGHT)
        .put((byte) bits)
        .put((byte) colour)
        .putShort((short) 0)
        .put((byte) interlaced)
        .array();
  }

  /** Rows of noise, by all filters in turn: what they mean is the reader's business. */
  private static byte[] pixels(int colour, int bits, int interlaced) {
    int channels = new int[] {1, 0, 3, 1, 2, 0, 4}[colour];
    Bytes rows = new Bytes();
    int seed = 1;
    for (int[] pass : interlaced == 1 ? PASSES : new int[][] {{0, 0, 1, 1}}) {
      int columns = (WIDTH - pass[0] + pass[2] - 1) / pass[2];
      int count = (HEIGHT - pass[1] + pass[3] - 1) / pass[3];
      for (int y = 0; y < count && columns > 0; y++) {
        rows.add(y % 5);
        for (int i = 0; i < (columns * channels * bits + 7) / 8; i++) {
          seed = seed * 1103515245 + 12345;
          rows.add(seed >> 16);
        }
      }
    }
    return Bytes.deflated(rows.whole());
  }
}
