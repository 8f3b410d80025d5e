package dev.bingo.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.format.ImageLimits;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** BMPs of all headers, depths, masks and run lengths. */
class BmpTest {
  /** Blue, green, red of four colours. */
  private static final int[] PALETTE = {0x010203, 0x405060, 0x8090A0, 0xC0D0E0};

  @ParameterizedTest
  @CsvSource({
    "12, 1", "12, 4", "12, 8", "16, 8", "40, 1", "40, 2", "40, 4", "40, 8", "64, 4", "108, 8",
    "124, 8"
  })
  void palettesAreLookedUp(int header, int bits) throws Exception {
    int colours = Math.min(4, 1 << bits);
    int[] indices = {0, 1, colours - 1, 1, 0, colours - 1};
    byte[] rows = rows(3, bits, indices);
    assertThat(colours(decode(bmp(header, 3, 2, bits, 0, palette(header, 1 << bits), rows))))
        .containsExactly(Arrays.stream(indices).map(i -> PALETTE[i]).toArray());
    // As far as it goes: the entries that are missing are black.
    byte[] few = bmp(header, 3, 2, bits, 0, palette(header, 1), rows);
    assertThat(colours(decode(few))[0]).isEqualTo(PALETTE[0]);
    assertThat(colours(decode(few))[1]).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 52, 56, 108, 124})
  void rowsFromAboveAndFromBelow(int header) throws Exception {
    byte[] rows = HexFormat.of().parseHex("010203040506" + "0000" + "111213141516" + "0000");
    int[] below = {0x131211, 0x161514, 0x030201, 0x060504};
    int[] above = {0x030201, 0x060504, 0x131211, 0x161514};
    assertThat(colours(decode(bmp(header, 2, 2, 24, 0, new byte[0], rows)))).containsExactly(below);
    assertThat(colours(decode(bmp(header, 2, -2, 24, 0, new byte[0], rows))))
        .containsExactly(above);
    // The last row's padding may be missing.
    byte[] short2 = Arrays.copyOf(rows, rows.length - 2);
    assertThat(colours(decode(bmp(header, 2, 2, 24, 0, new byte[0], short2))))
        .containsExactly(below);
  }

  @ParameterizedTest
  @CsvSource({
    "16, 7C00, 3E0, 1F, 7FFF, FFFFFF",
    "16, 7C00, 3E0, 1F, 7C01, FF0008",
    "16, F800, 7E0, 1F, FFE0, FFFF00",
    "16, F800, 7E0, 1F, 0410, 008284",
    "16, F00, F0, F, 0A5F, AA55FF",
    "16, E0, 1C, 3, 00FF, FFFFFF",
    "16, F8, 7, 0, 00FF, FFFF00",
    "32, FF0000, FF00, FF, 11223344, 223344",
    "32, FF, FF00, FF0000, 11223344, 443322",
    "32, FF000000, FF0000, FF00, 11223344, 112233",
    "32, FFE00000, 1FFC00, 3FF, FFFFFFFF, FFFFFF",
    "32, FFE00000, 1FFC00, 3FF, 80100200, 808080",
    "32, FE000000, 1FE0000, 1FC00, 02000000, 020000",
  })
  void masksSayWhereTheColoursAre(
      int bits, String red, String green, String blue, String pixel, String rgb) throws Exception {
    int[] masks = {hex(red), hex(green), hex(blue), 0};
    ByteBuffer value = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(hex(pixel));
    for (int header : new int[] {40, 52, 56, 108, 124}) {
      for (int compression : new int[] {3, 6}) {
        byte[] file = masked(header, bits, compression, masks, value.array());
        assertThat(colours(decode(file))).as("%d", header).containsExactly(hex(rgb));
      }
    }
  }

  @Test
  void withoutMasksSixteenAndThirtyTwoBitsAreTheUsualOnes() throws Exception {
    for (int header : new int[] {40, 108, 124}) {
      byte[] white = {(byte) 0xFF, 0x7F, 0, 0};
      assertThat(colours(decode(bmp(header, 1, 1, 16, 0, new byte[0], white))))
          .containsExactly(0xFFFFFF);
      byte[] three = {1, 2, 3, 99};
      assertThat(colours(decode(bmp(header, 1, 1, 32, 0, new byte[0], three))))
          .containsExactly(0x030201);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "8, 03010000 02020103 0001, 111 223",
    "8, 0003010203 00 0000 0003030201 00 0001, 123 321",
    "8, 04010000 04020001, 111 222", // over the row's end, into its padding
    "8, 0301 0302 0001, 111 000", // no end of the line: what follows is lost
    "8, 0101 00020101 0103 0001, 100 003", // one to the right, one up
    "8, 0201 0001, 110 000",
    "4, 0312 0000 0321 0001, 121 212",
    "4, 0003 1230 0000 0331 0001, 123 313",
    "4, 0412 0000 0430 0001, 121 303",
  })
  void runLengths(int bits, String code, String picture) throws Exception {
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
    int[] found = colours(decode(bmp(40, 3, 2, bits, bits == 8 ? 1 : 2, palette(40, 16), bytes)));
    String below = picture.substring(4) + picture.substring(0, 3);
    assertThat(found).containsExactly(below.chars().map(i -> PALETTE[i - '0']).toArray());
  }

  @Test
  void whatIsCutOffIsTruncated() {
    byte[] rows = new byte[8];
    assertBad(bmp(40, 2, 3, 24, 0, new byte[0], rows), "truncated");
    assertBad(bmp(40, 2, 3, 8, 1, palette(40, 4), new byte[] {2, 1}), "truncated");
    assertBad(bmp(40, 60_000, 1_000, 24, 0, new byte[0], rows), "truncated");
  }

  @ParameterizedTest
  @CsvSource({
    "40, 24, 4, a JPEG inside",
    "40, 0, 5, a PNG inside",
    "64, 1, 3, Huffman",
    "64, 24, 4, 24-bit run lengths",
    "40, 64, 0, 64 bits a pixel",
    "40, 3, 0, 3 bits a pixel",
    "40, 16, 99, compression 99",
  })
  void kindsThatAreNotReadAreNamed(int header, int bits, int compression, String name) {
    byte[] file = bmp(header, 2, 2, bits, compression, new byte[0], new byte[64]);
    assertBad(file, "a BMP with ", name, "not supported");
  }

  @Test
  void masksThatMakeNoSenseAreRefused() {
    byte[] pixel = new byte[4];
    assertBad(masked(40, 16, 3, new int[] {0x5, 0x10, 0x20}, pixel), "a mask with holes");
    assertBad(masked(40, 16, 3, new int[] {0xF, 0xF, 0xF0}, pixel), "share bits");
    assertBad(masked(40, 16, 3, new int[] {0xF0000, 0xF, 0xF0}, pixel), "more bits than a pixel");
    assertBad(bmp(300, 2, 2, 24, 0, new byte[0], new byte[16]), "a header of 300 bytes");
  }

  private static int hex(String digits) {
    return Integer.parseUnsignedInt(digits, 16);
  }

  private static byte[] palette(int header, int entries) {
    int size = header == 12 ? 3 : 4;
    byte[] bytes = new byte[size * entries];
    for (int i = 0; i < Math.min(entries, PALETTE.length); i++) {
      for (int c = 0; c < 3; c++) {
        bytes[size * i + c] = (byte) (PALETTE[i] >> (8 * c));
      }
    }
    return bytes;
  }

  /** Rows of packed indices from above, stored from below. */
  private static byte[] rows(int width, int bits, int... indices) {
    int stride = (width * bits + 31) / 32 * 4;
    int height = indices.length / width;
    byte[] out = new byte[stride * height];
    for (int i = 0; i < indices.length; i++) {
      int bit = i % width * bits;
      int at = (height - 1 - i / width) * stride + bit / 8;
      out[at] |= (byte) (indices[i] << (8 - bits - bit % 8));
    }
    return out;
  }

  private static byte[] masked(int header, int bits, int compression, int[] masks, byte[] pixel) {
    ByteBuffer words = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(masks).forEach(words::putInt);
    if (header == 40) {
      return bmp(header, 1, 1, bits, compression, words.array(), pixel);
    }
    byte[] file = bmp(header, 1, 1, bits, compression, new byte[0], pixel);
    System.arraycopy(words.array(), 0, file, 54, header == 52 ? 12 : 16);
    return file;
  }

  private static byte[] bmp(
      int header, int width, int height, int bits, int compression, byte[] palette, byte[] rows) {
    ByteBuffer head = ByteBuffer.allocate(14 + header).order(ByteOrder.LITTLE_ENDIAN);
    int start = head.capacity() + palette.length;
    head.put((byte) 'B').put((byte) 'M').putInt(start + rows.length).putInt(0).putInt(start);
    head.putInt(header);
    if (header == 12) {
      head.putShort((short) width).putShort((short) height).putShort((short) 1);
      head.putShort((short) bits);
    } else {
      head.putInt(width).putInt(height).putShort((short) 1).putShort((short) bits);
      if (header > 16) {
        head.putInt(compression);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head.array());
    out.writeBytes(palette);
    out.writeBytes(rows);
    return out.toByteArray();
  }

  private static int[] colours(Pixels pixels) {
    int[] out = new int[pixels.width() * pixels.height()];
    byte[] rgb = pixels.rgb();
    Arrays.setAll(
        out,
        i ->
            ((rgb[3 * i] & 0xFF) << 16) | ((rgb[3 * i + 1] & 0xFF) << 8) | (rgb[3 * i + 2] & 0xFF));
    return out;
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
