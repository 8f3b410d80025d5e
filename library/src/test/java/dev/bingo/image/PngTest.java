package dev.bingo.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.format.ImageLimits;
import dev.bingo.torch.Draws;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PNGs of all colours, depths, filters and passes. */
class PngTest {
  private static final int WIDTH = 13;
  private static final int HEIGHT = 11;
  private static final int[][] PASSES = {
    {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
  };

  @ParameterizedTest
  @CsvSource({
    "0, 1", "0, 2", "0, 4", "0, 8", "0, 16", "2, 8", "2, 16", "3, 1", "3, 2", "3, 4", "3, 8",
    "4, 8", "4, 16", "6, 8", "6, 16"
  })
  void everyColourDepthFilterAndPassGivesThePixelsThatWereWritten(int colour, int bits)
      throws Exception {
    int samples = new int[] {1, 0, 3, 1, 2, 0, 4}[colour];
    Draws draws = Draws.of(5, colour, bits);
    int[] values = new int[WIDTH * HEIGHT * samples];
    Arrays.setAll(values, i -> draws.below(1 << bits));
    byte[] palette = new byte[3 << Math.min(bits, 8)];
    for (int i = 0; i < palette.length; i++) {
      palette[i] = (byte) (i * 37);
    }
    byte[] expected = new byte[3 * WIDTH * HEIGHT];
    for (int i = 0; i < expected.length; i++) {
      int first = i / 3 * samples;
      int value = values[first + (colour == 2 || colour == 6 ? i % 3 : 0)];
      int grey = bits == 16 ? value >> 8 : value * 255 / ((1 << bits) - 1);
      expected[i] = colour == 3 ? palette[3 * value + i % 3] : (byte) grey;
    }
    for (boolean interlaced : new boolean[] {false, true}) {
      for (int filter = 0; filter < 5; filter++) {
        byte[] pixels = filtered(values, samples, bits, interlaced, filter);
        Writer png = new Writer(WIDTH, HEIGHT, bits, colour, interlaced);
        png.chunk("PLTE", palette).pixels(deflated(pixels), 50);
        assertThat(decode(png.bytes()).rgb())
            .as("interlaced %s, filter %d", interlaced, filter)
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void ofAnAnimationTheStillPictureIsRead() throws Exception {
    byte[] still = deflated(filtered(new int[] {7}, 1, 8, false, 0, 1, 1));
    byte[] moving = deflated(filtered(new int[] {99}, 1, 8, false, 0, 1, 1));
    ByteBuffer frame = ByteBuffer.allocate(26).putInt(0).putInt(1).putInt(1);
    byte[] control = ByteBuffer.allocate(8).putInt(2).array();
    ByteBuffer data = ByteBuffer.allocate(4 + moving.length).putInt(1).put(moving);
    Writer png = new Writer(1, 1, 8, 0, false).chunk("acTL", control).pixels(still, 100);
    png.chunk("fcTL", frame.array()).chunk("fdAT", data.array());
    assertThat(decode(png.bytes()).rgb()).containsOnly(7);
  }

  @Test
  void damageIsFound() {
    byte[] pixels = deflated(filtered(new int[WIDTH * HEIGHT], 1, 8, false, 0));
    byte[] good = new Writer(WIDTH, HEIGHT, 8, 0, false).pixels(pixels, 1000).bytes();
    byte[] flipped = good.clone();
    flipped[50] ^= 1;
    assertBad(flipped, "a wrong checksum in the chunk at byte 33");
    byte[] wrong = pixels.clone();
    wrong[wrong.length - 1] ^= 1; // of the pixels' own checksum
    assertBad(new Writer(WIDTH, HEIGHT, 8, 0, false).pixels(wrong, 1000).bytes(), "don't inflate");
    byte[] few = deflated(new byte[WIDTH * HEIGHT]);
    assertBad(new Writer(WIDTH, HEIGHT, 8, 0, false).pixels(few, 1000).bytes(), "fewer pixels");
    assertBad(new Writer(WIDTH, HEIGHT, 8, 0, false).bytes(), "no pixels");
    assertBad(new Writer(WIDTH, HEIGHT, 8, 3, false).pixels(pixels, 1000).bytes(), "no palette");
    assertBad(new Writer(WIDTH, HEIGHT, 4, 2, false).pixels(pixels, 1000).bytes(), "no PNG has");
    byte[] filter = new byte[WIDTH * HEIGHT + HEIGHT];
    filter[0] = 5;
    Writer other = new Writer(WIDTH, HEIGHT, 8, 0, false).pixels(deflated(filter), 1000);
    assertBad(other.bytes(), "a row's filter is 5");
    byte[] header = ByteBuffer.allocate(13).putInt(9).putInt(9).put((byte) 8).array();
    Writer two = new Writer(WIDTH, HEIGHT, 8, 0, false).chunk("IHDR", header);
    assertBad(two.pixels(pixels, 1000).bytes(), "two headers");
    Writer unknown = new Writer(WIDTH, HEIGHT, 8, 0, false).chunk("ABCD", new byte[1]);
    assertBad(unknown.pixels(pixels, 1000).bytes(), "an unknown chunk that counts");
    Writer again = new Writer(WIDTH, HEIGHT, 8, 0, false).pixels(pixels, 1000);
    again.chunk("tEXt", new byte[2]).pixels(pixels, 1000);
    assertBad(again.bytes(), "interrupted");
    Writer palette = new Writer(WIDTH, HEIGHT, 8, 3, false).chunk("PLTE", new byte[4]);
    assertBad(palette.pixels(pixels, 1000).bytes(), "palette");
  }

  @ParameterizedTest
  @CsvSource({"eXIf", "tEXt", "zTXt"})
  void exifTurnsWhereAskedFor(String chunk) throws Exception {
    byte[] exif =
        HexFormat.of().parseHex("4D4D002A00000008" + "0001" + "0112000300000001" + "00060000");
    byte[] content = exif;
    if (!chunk.equals("eXIf")) {
      String digits = "\nexif\n      22\n" + HexFormat.of().formatHex(exif) + "\n";
      byte[] text = digits.getBytes(ISO_8859_1);
      byte[] key = "Raw profile type exif\0".getBytes(ISO_8859_1);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(key);
      if (chunk.equals("zTXt")) {
        out.write(0);
        text = deflated(text);
      }
      out.writeBytes(text);
      content = out.toByteArray();
    }
    byte[] pixels = deflated(filtered(new int[] {1, 2}, 1, 8, false, 0, 2, 1));
    byte[] png = new Writer(2, 1, 8, 0, false).chunk(chunk, content).pixels(pixels, 99).bytes();
    assertThat(decode(png).width()).isEqualTo(2);
    Pixels upright = new Decoder(ImageLimits.DEFAULT, true).decode("x", png, Reduction.NONE);
    assertThat(upright.width()).isEqualTo(1);
    assertThat(upright.rgb()).containsExactly(1, 1, 1, 2, 2, 2);
  }

  private static byte[] filtered(int[] values, int samples, int bits, boolean passes, int filter) {
    return filtered(values, samples, bits, passes, filter, WIDTH, HEIGHT);
  }

  /** Rows as PNG filters them, pass by pass. */
  private static byte[] filtered(
      int[] values, int samples, int bits, boolean passes, int filter, int width, int height) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int pixel = Math.max(1, samples * bits / 8);
    for (int[] pass : passes ? PASSES : new int[][] {{0, 0, 1, 1}}) {
      byte[] above = null;
      for (int y = pass[1]; y < height && pass[0] < width; y += pass[3]) {
        int count = (width - pass[0] + pass[2] - 1) / pass[2];
        byte[] row = new byte[(count * samples * bits + 7) / 8];
        for (int i = 0; i < count * samples; i++) {
          int x = pass[0] + i / samples * pass[2];
          int value = values[(y * width + x) * samples + i % samples];
          if (bits == 16) {
            row[2 * i] = (byte) (value >> 8);
            row[2 * i + 1] = (byte) value;
          } else {
            row[i * bits / 8] |= (byte) (value << (8 - bits - i * bits % 8));
          }
        }
        above = above == null ? new byte[row.length] : above;
        out.write(filter);
        for (int i = 0; i < row.length; i++) {
          int a = i < pixel ? 0 : row[i - pixel] & 0xFF;
          int b = above[i] & 0xFF;
          int c = i < pixel ? 0 : above[i - pixel] & 0xFF;
          out.write(row[i] - foretold(filter, a, b, c));
        }
        above = row;
      }
    }
    return out.toByteArray();
  }

  private static int foretold(int filter, int a, int b, int c) {
    int p = a + b - c;
    return switch (filter) {
      case 0 -> 0;
      case 1 -> a;
      case 2 -> b;
      case 3 -> (a + b) / 2;
      default -> {
        int best = a;
        best = Math.abs(p - b) < Math.abs(p - best) ? b : best;
        yield Math.abs(p - c) < Math.abs(p - best) ? c : best;
      }
    };
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

  private static final class Writer {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Writer(int width, int height, int bits, int colour, boolean interlaced) {
      out.writeBytes(HexFormat.of().parseHex("89504E470D0A1A0A"));
      ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
      chunk(
          "IHDR",
          header.put((byte) bits).put((byte) colour).put(12, (byte) (interlaced ? 1 : 0)).array());
    }

    Writer chunk(String name, byte[] content) {
      ByteBuffer typed = ByteBuffer.allocate(4 + content.length);
      typed.put(name.getBytes(ISO_8859_1)).put(content);
      CRC32 sum = new CRC32();
      sum.update(typed.array());
      out.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
      out.writeBytes(typed.array());
      out.writeBytes(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
      return this;
    }

    /** In chunks of so many bytes. */
    Writer pixels(byte[] deflated, int each) {
      for (int at = 0; at < deflated.length; at += each) {
        chunk("IDAT", Arrays.copyOfRange(deflated, at, Math.min(deflated.length, at + each)));
      }
      return this;
    }

    byte[] bytes() {
      chunk("IEND", new byte[0]);
      return out.toByteArray();
    }
  }

  private static Pixels decode(byte[] bytes) throws BadImageException {
    return new Decoder(ImageLimits.DEFAULT, false).decode("x", bytes, Reduction.NONE);
  }

  private static void assertBad(byte[] bytes, String why) {
    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining(why);
  }
}
