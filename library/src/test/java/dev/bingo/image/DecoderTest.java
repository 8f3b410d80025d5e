package dev.bingo.image;

import static dev.bingo.image.TestImages.encode;
import static dev.bingo.image.TestImages.filled;
import static dev.bingo.image.TestImages.gradient;
import static dev.bingo.image.TestImages.imageIo;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.format.ImageLimits;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderTest {
  private static final Decoder DECODER = new Decoder(ImageLimits.DEFAULT, false);

  @ParameterizedTest
  @ValueSource(strings = {"png", "webp", "bmp", "tiff"})
  void losslessFormatsGiveBackThePixels(String extension) throws Exception {
    Pixels pixels = decode(encode(extension, 50, 30));
    assertThat(pixels.width()).isEqualTo(50);
    assertThat(pixels.height()).isEqualTo(30);
    assertThat(pixels.rgb()).isEqualTo(gradient(50, 30));
  }

  @Test
  void jpegGivesNearlyThePixelsInRgbOrder() throws Exception {
    assertClose(decode(encode("jpg", 64, 48)).rgb(), gradient(64, 48), 8);
  }

  @ParameterizedTest
  @CsvSource({"2, 25, 18", "4, 13, 9", "8, 7, 5"})
  void jpegDecodesAtReducedScale(int divisor, int width, int height) throws Exception {
    Pixels pixels =
        DECODER.decode(
            "x",
            encode("jpg", 50, 35),
            (w, h) -> {
              assertThat(w).isEqualTo(50);
              assertThat(h).isEqualTo(35);
              return divisor;
            });
    assertThat(pixels.width()).isEqualTo(width);
    assertThat(pixels.height()).isEqualTo(height);
    assertThat(pixels.fullWidth()).isEqualTo(50);
    assertThat(pixels.fullHeight()).isEqualTo(35);
    int last = pixels.rgb().length - 3; // bottom right: red and green high, blue half
    assertThat(pixels.rgb()[last] & 0xFF).isGreaterThan(200);
    assertThat(pixels.rgb()[last + 1] & 0xFF).isGreaterThan(200);
    assertThat(pixels.rgb()[last + 2] & 0xFF).isBetween(80, 130);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "webp", "bmp", "tiff"})
  void otherFormatsIgnoreTheReduction(String extension) throws Exception {
    assertThat(DECODER.decode("x", encode(extension, 50, 30), (w, h) -> 8).width()).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "tiff", "jpg"})
  void greyIsReplicated(String format) throws Exception {
    BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_BYTE_GRAY);
    int[] grey = new int[20];
    Arrays.fill(grey, 90);
    image.getRaster().setSamples(0, 0, 5, 4, 0, grey);
    assertThat(decode(imageIo(format, image)).rgb()).hasSize(60).containsOnly(90);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "tiff"})
  void palettesAreLookedUp(String format) throws Exception {
    IndexColorModel palette = new IndexColorModel(8, 256, ramp(1, 200), ramp(2, 100), ramp(3, 50));
    BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_BYTE_INDEXED, palette);
    image.getRaster().setSample(0, 0, 0, 1);
    assertThat(decode(imageIo(format, image)).rgb()).startsWith(200, 100, 50, 1, 2, 3);
  }

  @Test
  void bilevelBecomesBlackAndWhite() throws Exception {
    BufferedImage image = new BufferedImage(9, 3, BufferedImage.TYPE_BYTE_BINARY);
    image.setRGB(0, 0, 0xFFFFFFFF);
    assertThat(decode(imageIo("png", image)).rgb()).startsWith(255, 255, 255, 0, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "tiff"})
  void alphaIsDroppedAndNotBlended(String format) throws Exception {
    byte[] bytes = imageIo(format, filled(BufferedImage.TYPE_INT_ARGB, 0x80C86432));
    // An 8-bit TIFF has lost one bit to alpha by the time that we get it.
    assertClose(
        Arrays.copyOf(decode(bytes).rgb(), 3),
        new byte[] {(byte) 200, 100, 50},
        format.equals("tiff") ? 1 : 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "tiff"})
  void sixteenBitsBecomeTheirUpperByte(String format) throws Exception {
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, 1, DataBuffer.TYPE_USHORT);
    WritableRaster raster = model.createCompatibleWritableRaster(5, 4);
    raster.setPixel(0, 0, new int[] {0xC8FF, 0x64FF, 0x3280});
    byte[] colour = imageIo(format, new BufferedImage(model, raster, false, null));
    assertThat(decode(colour).rgb()).startsWith(0xC8, 0x64, 0x32);

    BufferedImage grey = new BufferedImage(5, 4, BufferedImage.TYPE_USHORT_GRAY);
    grey.getRaster().setSample(0, 0, 0, 0x12FF);
    assertThat(decode(imageIo(format, grey)).rgb()).startsWith(0x12, 0x12, 0x12);
  }

  @Test
  void cmykIsTakenAsAdobesInvertedKind() throws Exception {
    WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, null);
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 16; x++) {
        raster.setPixel(x, y, new int[] {200, 100, 50, 128});
      }
    }
    // Inverted, 128 of black lets half the light pass: 200 × 128 / 255, and so on.
    assertClose(Arrays.copyOf(decode(jpeg(raster)).rgb(), 3), new byte[] {100, 50, 25}, 2);
  }

  @Test
  void exifOrientationIsLeftAloneUnlessAskedFor() throws Exception {
    byte[] turned = withOrientation(encode("jpg", 48, 32), 6);
    Pixels asStored = decode(turned);
    assertThat(asStored.width()).isEqualTo(48);
    assertClose(asStored.rgb(), gradient(48, 32), 8);

    Pixels upright = new Decoder(ImageLimits.DEFAULT, true).decode("x", turned, Reduction.NONE);
    assertThat(upright.width()).isEqualTo(32);
    assertThat(upright.height()).isEqualTo(48);
    assertThat(upright.fullWidth()).isEqualTo(32);
    assertThat(upright.fullHeight()).isEqualTo(48);
    // Turned clockwise: the stored lower left corner (little red, much green) comes to the upper
    // left.
    assertThat(upright.rgb()[0] & 0xFF).isLessThan(40);
    assertThat(upright.rgb()[1] & 0xFF).isGreaterThan(200);
  }

  @Test
  void bytesAfterTheEndAreIgnored() throws Exception {
    for (String extension : new String[] {"jpg", "png", "webp", "bmp", "tiff"}) {
      byte[] bytes = encode(extension, 20, 20);
      assertThat(decode(Arrays.copyOf(bytes, bytes.length + 100)).width()).isEqualTo(20);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "webp", "bmp", "tiff"})
  void truncatedFilesAreNamedSo(String extension) {
    byte[] bytes = encode(extension, 120, 80);
    for (int kept :
        new int[] {bytes.length / 4, bytes.length / 2, bytes.length * 9 / 10, bytes.length - 6}) {
      assertBad(Arrays.copyOf(bytes, kept), "truncated");
    }
    assertBad(Arrays.copyOf(bytes, 9), "truncated");
  }

  @Test
  void progressiveJpegsThatAreCutOffAreBadToo() throws Exception {
    BufferedImage image = ImageIO.read(new java.io.ByteArrayInputStream(encode("png", 120, 80)));
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var options = writer.getDefaultWriteParam();
    options.setProgressiveMode(javax.imageio.ImageWriteParam.MODE_DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.setOutput(new javax.imageio.stream.MemoryCacheImageOutputStream(out));
    writer.write(null, new IIOImage(image, null, null), options);
    ((javax.imageio.stream.ImageOutputStream) writer.getOutput()).close();
    byte[] bytes = out.toByteArray();
    assertThat(decode(bytes).width()).isEqualTo(120);
    assertBad(Arrays.copyOf(bytes, bytes.length * 2 / 3), "truncated");
  }

  @Test
  void whatIsNoImageIsSaidWhatItIs() {
    assertBad(new byte[0], "empty (0 bytes)");
    assertBad("<!DOCTYPE html><html>404</html>".getBytes(UTF_8), "web page");
    assertBad("\n <html>".getBytes(UTF_8), "web page");
    assertBad("GIF89a......".getBytes(UTF_8), "GIF");
    assertBad("\0\0\0 ftypavif....".getBytes(UTF_8), "AVIF");
    assertBad("hello".getBytes(UTF_8), "unknown format (begins with 68 65 6c 6c 6f)");
    assertBad(new byte[] {1}, "unknown format");
  }

  @Test
  void absurdSizesAreRefusedBeforeDecoding() {
    byte[] png = encode("png", 8, 8);
    assertBad(patched(png, 16, 0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60), "60000x60000");
    assertBad(patched(png, 16, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1), "2147483647x1");
    assertBad(patched(png, 16, 0x80, 0, 0, 0), "-2147483648x8");
    assertBad(patched(png, 16, 0, 0, 0, 0), "0x8");
    byte[] bmp = encode("bmp", 8, 8);
    assertBad(patched(bmp, 18, 0xFF, 0xFF, 0xFF, 0x7F), "2147483647x8");
    byte[] jpeg = encode("jpg", 8, 8);
    int frame = indexOf(jpeg, 0xFF, 0xC0);
    assertBad(patched(jpeg, frame + 5, 0xFF, 0xFF, 0xFF, 0xFF), "65535x65535");
    assertBad(patched(jpeg, frame + 5, 0, 0, 0, 0), "0x0");
  }

  @Test
  void theBoundsAreTheCallersOwn() {
    Decoder strict = new Decoder(new ImageLimits(1 << 20, 100, 5000), false);
    assertThatThrownBy(() -> strict.decode("a", encode("png", 101, 10), Reduction.NONE))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("allowed are 100 a side");
    assertThatThrownBy(() -> strict.decode("a", encode("png", 80, 80), Reduction.NONE))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("5000 in all");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "webp", "bmp", "tiff"})
  void corruptBytesGiveAnImageOrABadImageAndNothingElse(String extension) {
    byte[] good = encode(extension, 40, 30);
    dev.bingo.torch.Draws draws = dev.bingo.torch.Draws.of(1, extension.hashCode());
    int read = 0;
    for (int variant = 0; variant < 15; variant++) {
      byte[] bytes = good.clone();
      for (int flips = 0; flips < 4; flips++) {
        bytes[draws.below(Math.min(bytes.length, 200))] = (byte) draws.below(256);
      }
      try {
        read += decode(bytes).width() > 0 ? 1 : 0;
      } catch (BadImageException e) {
        assertThat(e.reason()).isNotBlank();
      }
    }
    assertThat(read).isLessThan(15);
  }

  /** The first two entries of a palette of 256. */
  private static byte[] ramp(int first, int second) {
    byte[] entries = new byte[256];
    entries[0] = (byte) first;
    entries[1] = (byte) second;
    return entries;
  }

  private static Pixels decode(byte[] bytes) throws BadImageException {
    return DECODER.decode("x", bytes, Reduction.NONE);
  }

  private static void assertBad(byte[] bytes, String why) {
    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(BadImageException.class)
        .hasMessageStartingWith("x: ")
        .hasMessageContaining(why);
  }

  private static void assertClose(byte[] actual, byte[] expected, int tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i] & 0xFF)
          .as("byte %d", i)
          .isBetween((expected[i] & 0xFF) - tolerance, (expected[i] & 0xFF) + tolerance);
    }
  }

  private static byte[] jpeg(Raster raster) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var stream = new javax.imageio.stream.MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(raster, null, null), null);
    }
    writer.dispose();
    return out.toByteArray();
  }

  /** Puts an APP1 segment with one EXIF tag, the orientation, after the start marker. */
  private static byte[] withOrientation(byte[] jpeg, int orientation) {
    byte[] segment = {
      (byte) 0xFF,
      (byte) 0xE1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      0x01,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      (byte) orientation,
      0,
      0,
      0,
      0,
      0,
      0
    };
    byte[] out = new byte[jpeg.length + segment.length];
    System.arraycopy(jpeg, 0, out, 0, 2);
    System.arraycopy(segment, 0, out, 2, segment.length);
    System.arraycopy(jpeg, 2, out, 2 + segment.length, jpeg.length - 2);
    return out;
  }

  private static byte[] patched(byte[] bytes, int at, int... values) {
    byte[] out = bytes.clone();
    for (int i = 0; i < values.length; i++) {
      out[at + i] = (byte) values[i];
    }
    return out;
  }

  private static int indexOf(byte[] bytes, int a, int b) {
    int i = 0;
    while ((bytes[i] & 0xFF) != a || (bytes[i + 1] & 0xFF) != b) {
      i++;
    }
    return i;
  }
}
