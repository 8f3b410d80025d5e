package dev.bingo.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.bingo.format.ImageLimits;
import dev.bingo.torch.Draws;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of TIFF gives the pixels that were written, or is refused by its name. */
class TiffTest {
  private static final int WIDTH = 21;
  private static final int HEIGHT = 13;
  private static final int[] COMPRESSIONS = {1, 5, 8, 32946, 32773};

  /** Photometric interpretation and samples a pixel. */
  private static final int[][] COLOURS = {
    {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 3}, {2, 4}, {2, 5}, {3, 1}, {3, 2}, {5, 4}, {5, 5}
  };

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16})
  void theWholeSpaceOfTagsGivesThePixelsThatWereWritten(int bits) throws Exception {
    int read = 0;
    for (int[] colour : COLOURS) {
      int[][] samples = samples(colour[1], bits);
      for (int compression : COMPRESSIONS) {
        for (int variant = 0; variant < 32; variant++) {
          TiffFile file = new TiffFile(WIDTH, HEIGHT);
          file.bits = bits;
          file.photometric = colour[0];
          file.compression = compression;
          file.planar = (variant & 1) != 0;
          file.pieceWidth = (variant & 2) != 0 ? 16 : 0;
          file.pieceHeight = (variant & 2) != 0 ? 16 : 5;
          file.order = (variant & 4) != 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
          file.predictor = (variant & 8) != 0;
          file.big = (variant & 16) != 0;
          if (colour[0] == 3 && bits > 8 && variant % 8 != 0) {
            continue; // their palettes are long
          }
          boolean predicts = compression != 1 && compression != 32773 && (bits == 8 || bits == 16);
          if (file.predictor && !predicts) {
            continue;
          }
          if (colour[0] == 3) {
            file.with(320, palette(bits));
          }
          assertThat(decode(file.write(samples)).rgb())
              .as(
                  "photometric %d, %d samples of %d bits, compression %d, variant %d",
                  colour[0], colour[1], bits, compression, variant)
              .isEqualTo(expected(colour[0], bits, samples));
          read++;
        }
      }
    }
    assertThat(read).isGreaterThanOrEqualTo(700);
  }

  @Test
  void lzwOfManyCodesAndOfTheOldKindIsRead() throws Exception {
    int side = 150;
    int[] noise = new int[side * side];
    Draws draws = Draws.of(7);
    Arrays.setAll(noise, i -> i % 3 == 0 ? draws.below(256) : 9);
    for (boolean old : new boolean[] {false, true}) {
      TiffFile file = new TiffFile(side, side);
      file.compression = 5;
      file.oldLzw = old;
      file.pieceHeight = side;
      byte[] rgb = decode(file.write(noise)).rgb();
      for (int i = 0; i < noise.length; i++) {
        assertThat(rgb[3 * i] & 0xFF).isEqualTo(noise[i]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 8, 32773})
  void bytesWhoseLowestBitIsFirstAreTurned(int compression) throws Exception {
    for (int bits : new int[] {1, 8}) {
      TiffFile file = new TiffFile(WIDTH, HEIGHT);
      file.bits = bits;
      file.compression = compression;
      file.lowBitFirst = true;
      int[][] samples = samples(1, bits);
      assertThat(decode(file.write(samples)).rgb()).isEqualTo(expected(1, bits, samples));
    }
  }

  @Test
  void alphaLeavesTheColourUnlessItIsMultipliedIn() throws Exception {
    int[] grey = {100, 200, 50, 7};
    int[] alpha = {0, 128, 255, 14};
    for (int bits : new int[] {8, 16}) {
      TiffFile file = new TiffFile(2, 2);
      file.photometric = 2;
      file.bits = bits;
      int[][] samples = new int[4][];
      for (int s = 0; s < 4; s++) {
        samples[s] = Arrays.stream(s < 3 ? grey : alpha).map(v -> bits == 8 ? v : v << 8).toArray();
      }
      for (long kind : new long[] {0, 2}) {
        byte[] bytes = file.with(338, kind).write(samples);
        assertThat(firsts(decode(bytes))).containsExactly(100, 200, 50, 7);
      }
      byte[] bytes = file.with(338, 1).write(samples);
      assertThat(firsts(decode(bytes))).containsExactly(100, 255, 50, 127);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, abcdef",
    "2, cbafed",
    "3, fedcba",
    "4, defabc",
    "5, adbecf",
    "6, daebfc",
    "7, fcebda",
    "8, cfbead",
    "0, abcdef",
    "9, abcdef"
  })
  void orientationIsAppliedWhereAskedFor(int orientation, String upright) throws Exception {
    TiffFile file = new TiffFile(3, 2).with(274, orientation);
    byte[] bytes = file.write("abcdef".chars().toArray());
    assertThat(letters(decode(bytes))).isEqualTo("abcdef");
    assertThat(decode(bytes).width()).isEqualTo(3);
    Pixels turned = new Decoder(ImageLimits.DEFAULT, true).decode("x", bytes, Reduction.NONE);
    assertThat(letters(turned)).isEqualTo(upright);
    boolean swapped = orientation >= 5 && orientation <= 8;
    assertThat(turned.width()).isEqualTo(swapped ? 2 : 3);
    assertThat(turned.fullWidth()).isEqualTo(swapped ? 2 : 3);
  }

  @ParameterizedTest
  @CsvSource({
    "339, 2, signed 8-bit samples",
    "339, 3, 8-bit floating-point samples",
    "258, 32, 32-bit samples",
    "258, 64, 64-bit samples",
    "262, 8, L*a*b*",
    "262, 4, transparency mask",
    "262, 32803, mosaic",
    "259, 6, old-style JPEG",
    "259, 34925, LZMA",
    "259, 50000, Zstandard",
    "259, 60000, kind 60000",
    "277, 65, 65 samples",
  })
  void kindsThatAreNotReadAreNamed(int tag, long value, String name) {
    byte[] bytes = new TiffFile(WIDTH, HEIGHT).with(tag, value).write(samples(1, 8));
    assertBad(bytes, "a TIFF with ", name, "not supported");
  }

  @Test
  void whatTwoReadersWouldReadDifferentlyIsRefused() {
    byte[] bytes = new TiffFile(WIDTH, HEIGHT).write(samples(1, 8));
    int directory = 8 + WIDTH * HEIGHT;
    byte[] twice = bytes.clone();
    twice[directory + 2 + 12] = 0; // the height's tag becomes the width's
    assertBad(twice, "ambiguous TIFF: its tag 256 comes twice");
    TiffFile two = new TiffFile(WIDTH, HEIGHT).with(256, WIDTH, 9);
    assertBad(two.write(samples(1, 8)), "ambiguous TIFF: its tag 256 has 2 values");
    TiffFile both = new TiffFile(WIDTH, HEIGHT).with(322, 16).with(323, 16);
    assertBad(both.write(samples(1, 8)), "strips and tiles");
  }

  @Test
  void stripsAndTilesThatClaimMuchTakeNothing() {
    byte[] tiles = new TiffFile(16, 16).with(322, 32_000).with(323, 32_000).write(samples(1, 8));
    assertBad(tiles, "ambiguous TIFF: it has strips and tiles");
    TiffFile tiled = new TiffFile(16, 16);
    tiled.pieceWidth = 16;
    tiled.pieceHeight = 16;
    int[] zeros = new int[256];
    assertBad(tiled.with(322, 32_000).with(323, 32_000).write(zeros), "tiles of 32000 pixels");
    TiffFile strip = new TiffFile(16, 16).with(279, 0x7FFFFFF0L);
    strip.compression = 8;
    strip.pieceHeight = 16;
    assertBad(strip.write(zeros), "truncated");
    TiffFile deep = new TiffFile(16, 65_000).with(277, 64).with(258, 16);
    deep.pieceHeight = 65_000;
    Decoder strict = new Decoder(new ImageLimits(1 << 30, 65_500, 2_000_000), false);
    assertThatThrownBy(() -> strict.decode("x", deep.write(new int[16 * 65_000]), Reduction.NONE))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("its pixels take 133120000 bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 8, 32773})
  void manySmallPiecesLeaveNoGarbage(int compression) throws Exception {
    TiffFile file = new TiffFile(1, 20_000);
    file.pieceHeight = 1;
    file.compression = compression;
    byte[] bytes = file.write(new int[20_000]);
    assertThat(decode(bytes).height()).isEqualTo(20_000);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    decode(bytes);
    long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    assertThat(allocated).isLessThan(20_000 * 400L);
  }

  @Test
  void pixelsThatEndTooSoonAreTruncated() {
    for (int compression : COMPRESSIONS) {
      TiffFile file = new TiffFile(WIDTH, HEIGHT);
      file.compression = compression;
      file.pieceHeight = HEIGHT;
      byte[] all = file.write(samples(1, 8));
      file.height = 2 * HEIGHT;
      file.pieceHeight = 2 * HEIGHT;
      byte[] half = file.with(257, 2 * HEIGHT + 90).with(278, 400).write(twice(samples(1, 8)[0]));
      assertThat(all.length).isLessThan(half.length);
      assertBad(half, "truncated");
    }
  }

  private static int[] twice(int[] samples) {
    int[] out = Arrays.copyOf(samples, 2 * samples.length);
    System.arraycopy(samples, 0, out, samples.length, samples.length);
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"CCITT RLE", "CCITT T.4", "CCITT T.6", "JPEG", "LZW", "PackBits", "ZLib"})
  void whatTheJdkWritesIsRead(String compression) throws Exception {
    boolean fax = compression.startsWith("CCITT");
    boolean jpeg = compression.equals("JPEG");
    BufferedImage image =
        new BufferedImage(
            64, 48, fax ? BufferedImage.TYPE_BYTE_BINARY : BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 48; y++) {
      for (int x = 0; x < 64; x++) {
        int smooth = ((x * 3) << 16) | ((y * 4) << 8) | 90;
        image.setRGB(x, y, fax ? (x * x + y * y) / 99 % 2 * 0xFFFFFF : smooth);
      }
    }
    Pixels pixels = decode(written(image, compression));
    for (int y = 0; y < 48; y++) {
      for (int x = 0; x < 64; x++) {
        for (int c = 0; c < 3; c++) {
          int wanted = (image.getRGB(x, y) >> (16 - 8 * c)) & 0xFF;
          assertThat(pixels.rgb()[3 * (64 * y + x) + c] & 0xFF)
              .isBetween(wanted - (jpeg ? 12 : 0), wanted + (jpeg ? 12 : 0));
        }
      }
    }
  }

  private static byte[] written(BufferedImage image, String compression) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    ImageWriteParam options = writer.getDefaultWriteParam();
    options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    options.setCompressionType(compression);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), options);
    }
    writer.dispose();
    return out.toByteArray();
  }

  private static int[][] samples(int count, int bits) {
    int[][] samples = new int[count][WIDTH * HEIGHT];
    Draws draws = Draws.of(3, count, bits);
    for (int[] sample : samples) {
      Arrays.setAll(
          sample, i -> draws.chance(0.3) ? sample[Math.max(0, i - 1)] : draws.below(1 << bits));
    }
    return samples;
  }

  private static long[] palette(int bits) {
    long[] map = new long[3 << bits];
    Arrays.setAll(map, i -> (i * 40_503L) & 0xFFFF);
    return map;
  }

  /** By the specification alone: what each kind of sample means. */
  private static byte[] expected(int photometric, int bits, int[][] samples) {
    int most = (1 << bits) - 1;
    long[] palette = palette(bits);
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      for (int c = 0; c < 3; c++) {
        int v = samples[photometric == 2 || photometric == 5 ? c : 0][i];
        int scaled = bits <= 8 ? v * 255 / most : v >> (bits - 8);
        rgb[3 * i + c] =
            (byte)
                switch (photometric) {
                  case 0 -> bits <= 8 ? (most - v) * 255 / most : (most - v) >> (bits - 8);
                  case 3 -> (int) (palette[c * (most + 1) + v] >> 8);
                  case 5 -> {
                    int k = samples[3][i];
                    int light = 255 - (bits <= 8 ? k * 255 / most : k >> (bits - 8));
                    yield light - (int) Math.round(scaled * light / 255.0);
                  }
                  default -> scaled;
                };
      }
    }
    return rgb;
  }

  private static int[] firsts(Pixels pixels) {
    int[] out = new int[pixels.width() * pixels.height()];
    Arrays.setAll(out, i -> pixels.rgb()[3 * i] & 0xFF);
    return out;
  }

  private static String letters(Pixels pixels) {
    StringBuilder text = new StringBuilder();
    Arrays.stream(firsts(pixels)).forEach(v -> text.append((char) v));
    return text.toString();
  }

  private static Pixels decode(byte[] bytes) throws BadImageException {
    return new Decoder(ImageLimits.DEFAULT, false).decode("x", bytes, Reduction.NONE);
  }

  private static void assertBad(byte[] bytes, String... why) {
    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(BadImageException.class)
        .hasMessageContainingAll(why);
  }
}
