package dev.bingo.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.format.ImageLimits;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.render.Canvas;
import dev.bingo.render.EvalTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderTest {
  private final Decoder decoder = new Decoder(ImageLimits.DEFAULT, Duration.ofSeconds(30));

  @ParameterizedTest
  @CsvSource({
    "jpg, 1", "png, 1", "png, 2", "png, 6", "png, 10", "png, 11", "png, 13", "jpg, 10", "bmp, 1",
    "tiff, 1"
  })
  void bytesAreTheTrainersToTheBit(String format, int type) throws Exception {
    byte[] encoded = encode(Pictures.waves(61, 47, 3, type), format);
    Rgb ours = decoder.decode(encoded);
    Pixels theirs =
        new dev.bingo.image.Decoder(ImageLimits.DEFAULT, false)
            .decode("a", encoded, Reduction.NONE);
    assertThat(ours.width()).isEqualTo(theirs.width());
    assertThat(ours.bytes()).isEqualTo(theirs.rgb());
  }

  @ParameterizedTest
  @CsvSource({
    "100, 80, 32",
    "80, 100, 32",
    "32, 32, 32",
    "17, 400, 32",
    "500, 375, 224",
    "30, 20, 64",
    "333, 250, 96",
    "257, 256, 224",
    "9, 9, 224",
    "1, 1, 8"
  })
  void resizedPixelsAreTheTrainersToTheBit(int width, int height, int size) throws Exception {
    Rgb image = decoder.rgb(Pictures.waves(width, height, 2, BufferedImage.TYPE_INT_RGB));
    EvalTransform transform = EvalTransform.of(size);
    byte[] expected = new Canvas().render(new Pixels(width, height, image.bytes()), transform);
    assertThat(Resize.centre(image, transform.resize(), size))
        .isEqualTo(Arrays.copyOf(expected, size * size * 3));
  }

  @Test
  void hugeClaimsAreRefusedBeforeAnythingIsDecoded() {
    byte[] bomb = png(60_000, 60_000);
    assertThatThrownBy(() -> decoder.decode(bomb))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("60000x60000");
    Decoder small = new Decoder(new ImageLimits(1000, 100, 5000), Duration.ofSeconds(30));
    assertThatThrownBy(() -> small.decode(new byte[1001]))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("1001 bytes");
    BufferedImage wide = Pictures.waves(101, 2, 0, BufferedImage.TYPE_INT_RGB);
    assertThatThrownBy(() -> small.rgb(wide)).isInstanceOf(BadImageException.class);
    BufferedImage large = Pictures.waves(90, 90, 0, BufferedImage.TYPE_INT_RGB);
    assertThatThrownBy(() -> small.rgb(large)).isInstanceOf(BadImageException.class);
  }

  @Test
  void aJpegThatIsRefinedWithoutEndIsRefused() throws IOException {
    Decoder small = new Decoder(new ImageLimits(1 << 30, 1000, 12_000), Duration.ofSeconds(30));
    assertThat(small.decode(refined(100, 100, 1)).width()).isEqualTo(100);
    assertThatThrownBy(() -> small.decode(refined(100, 100, 60)))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("100x100 pixels are refined more than 19 times");
  }

  @Test
  void aJpegOfFewBytesThatIsRefinedOftenIsRefused() throws IOException {
    Decoder small = new Decoder(new ImageLimits(1 << 30, 1000, 50_000), Duration.ofSeconds(30));
    assertThat(small.decode(refined(100, 100, 1, 0)).width()).isEqualTo(100);
    assertThatThrownBy(() -> small.decode(refined(100, 100, 60, 0)))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("100x100 pixels are refined more than");
    // As often, but with the bytes for it: only that its scans repeat each other is wrong.
    assertThatThrownBy(() -> small.decode(refined(100, 100, 60)))
        .hasMessageContaining("damaged JPEG");
  }

  private static byte[] refined(int width, int height, int times) throws IOException {
    return refined(width, height, times, 2654435);
  }

  /** A progressive JPEG of noise whose first scan comes {@code times} times. */
  private static byte[] refined(int width, int height, int times, int noise) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, i * noise);
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam options = writer.getDefaultWriteParam();
    options.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), options);
    }
    byte[] bytes = out.toByteArray();
    int scan = 2;
    while (bytes[scan + 1] != (byte) 0xDA) {
      scan += 2 + (((bytes[scan + 2] & 0xFF) << 8) | (bytes[scan + 3] & 0xFF));
    }
    int end = scan + 2;
    while (bytes[end] != (byte) 0xFF || bytes[end + 1] == 0) {
      end++;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(bytes, 0, scan);
    for (int i = 0; i < times; i++) {
      all.write(bytes, scan, end - scan);
    }
    all.write(bytes, end, bytes.length - end);
    return all.toByteArray();
  }

  @Test
  void whatIsNoImageIsRefused() throws IOException {
    byte[] whole = encode(Pictures.waves(61, 47, 3, BufferedImage.TYPE_INT_RGB), "png");
    for (byte[] bad :
        new byte[][] {
          new byte[0],
          "<html>".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
          Arrays.copyOf(whole, whole.length / 2),
          Arrays.copyOf(whole, 20)
        }) {
      assertThatThrownBy(() -> decoder.decode(bad)).isInstanceOf(BadImageException.class);
    }
  }

  /** A header that claims so many pixels, and one row of them. */
  private static byte[] png(int width, int height) {
    ByteBuffer png = ByteBuffer.allocate(64).putLong(0x89504E470D0A1A0AL);
    byte[] header =
        ByteBuffer.allocate(17)
            .put(new byte[] {'I', 'H', 'D', 'R'})
            .putInt(width)
            .putInt(height)
            .put(new byte[] {8, 2, 0, 0, 0})
            .array();
    CRC32 crc = new CRC32();
    crc.update(header);
    return png.putInt(13).put(header).putInt((int) crc.getValue()).array();
  }

  private static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }
}
