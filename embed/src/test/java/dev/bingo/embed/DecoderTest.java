package dev.bingo.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.image.ImageLimits;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.view.Canvas;
import dev.bingo.view.EvalTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderTest {
  private final Decoder decoder = new Decoder(Limits.DEFAULT);

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
    Decoder small = new Decoder(new Limits(1000, 100, 5000));
    assertThatThrownBy(() -> small.decode(new byte[1001]))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("1001 bytes");
    BufferedImage wide = Pictures.waves(101, 2, 0, BufferedImage.TYPE_INT_RGB);
    assertThatThrownBy(() -> small.rgb(wide)).isInstanceOf(BadImageException.class);
    BufferedImage large = Pictures.waves(90, 90, 0, BufferedImage.TYPE_INT_RGB);
    assertThatThrownBy(() -> small.rgb(large)).isInstanceOf(BadImageException.class);
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
