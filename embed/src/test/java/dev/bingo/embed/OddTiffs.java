package dev.bingo.embed;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Kinds of TIFF. */
final class OddTiffs {
  private OddTiffs() {}

  static List<Kind> all() throws IOException {
    List<Kind> kinds = new ArrayList<>();
    swept(kinds);
    for (String compression : List.of("LZW", "PackBits", "Deflate", "ZLib")) {
      for (int type : new int[] {BufferedImage.TYPE_INT_RGB, BufferedImage.TYPE_BYTE_GRAY}) {
        kinds.add(
            Kind.same(
                "TIFF by the JDK, %s, type %d".formatted(compression, type),
                written(Pictures.waves(90, 70, 3, type), compression)));
      }
    }
    foreign(kinds);
    broken(kinds);
    return kinds;
  }

  private static void swept(List<Kind> kinds) {
    int[][] layouts = {
      {0, 1, 1}, {1, 1, 1}, {0, 1, 8}, {1, 1, 8}, {1, 1, 16}, {2, 3, 8}, {2, 3, 16}, {3, 1, 8}
    };
    for (int[] layout : layouts) {
      for (boolean big : new boolean[] {false, true}) {
        for (int packing = 0; packing < 5; packing++) {
          Tiffs tiff = new Tiffs(37, 21, layout[0], layout[1], layout[2]).tag(278, 8);
          if (layout[0] == 3) {
            int[] palette = new int[768];
            Arrays.setAll(palette, i -> (i * 4321) & 0xFFFF);
            tiff.tag(320, palette);
          }
          if (big) {
            tiff.bigEndian();
          }
          if (packing == 1 || packing == 3) {
            tiff.deflated(1);
          }
          if (packing == 2 && layout[2] >= 8) {
            tiff.deflated(2);
          }
          if (packing >= 3) {
            tiff.tiled(16);
          }
          String name =
              "TIFF photometric, samples, bits %s, big-endian %s, packing %d"
                  .formatted(Arrays.toString(layout), big, packing);
          kinds.add(Kind.same(name, tiff.bytes()));
        }
      }
    }
  }

  private static void foreign(List<Kind> kinds) throws IOException {
    Tiffs planes = new Tiffs(9, 9, 2, 3, 8).tag(284, 2).tag(273, 8, 89, 170).tag(279, 81, 81, 81);
    kinds.add(Kind.same("TIFF planes", planes.with(new byte[243])));
    for (int extra : new int[] {0, 1, 2}) {
      Tiffs alpha = new Tiffs(9, 9, 2, 4, 8).tag(338, extra);
      kinds.add(Kind.same("TIFF with an extra sample of kind " + extra, alpha.bytes()));
    }
    kinds.add(Kind.refused("TIFF of floats", new Tiffs(9, 9, 1, 1, 32).tag(339, 3).bytes()));
    kinds.add(
        Kind.notRead(
            "TIFF in JPEG",
            written(Pictures.waves(90, 70, 3, BufferedImage.TYPE_INT_RGB), "JPEG")));
  }

  private static void broken(List<Kind> kinds) {
    byte[] good = new Tiffs(37, 21, 2, 3, 8).deflated(2).bytes();
    for (int kept : new int[] {3, 7, 9, good.length / 2, good.length - 1}) {
      kinds.add(Kind.refused("TIFF cut after " + kept, Arrays.copyOf(good, kept)));
    }
    Tiffs strip = new Tiffs(16, 16, 1, 1, 8).tag(273, 8).tag(279, 0x7FFFFFF0);
    kinds.add(
        Kind.refused("TIFF with a strip of two gigabytes", strip.deflated(1).with(new byte[300])));
    Tiffs tile = new Tiffs(16, 16, 1, 1, 8).deflated(1).tiled(60_000).tag(324, 8).tag(325, 100);
    kinds.add(Kind.refused("TIFF with a tile of gigabytes", tile.with(new byte[100])));
    Tiffs few = new Tiffs(16, 16, 1, 1, 8).deflated(1).tag(273, 8).tag(279, 100);
    kinds.add(
        Kind.refused(
            "TIFF with fewer pixels", few.with(Arrays.copyOf(Bytes.deflated(new byte[200]), 100))));
  }

  private static byte[] written(BufferedImage image, String compression) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    ImageWriteParam options = writer.getDefaultWriteParam();
    options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    options.setCompressionType(compression);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), options);
    }
    writer.dispose();
    return out.toByteArray();
  }
}
