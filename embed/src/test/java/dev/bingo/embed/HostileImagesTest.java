package dev.bingo.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.format.ImageLimits;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images of strangers: each ends in pixels or in a BadImageException, soon and in little memory.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileImagesTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Decoder decoder = new Decoder(ImageLimits.DEFAULT, MINUTE);
  @TempDir Path folder;

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void onlyRegularFilesAreOpened() throws Exception {
    Path pipe = folder.resolve("pipe.jpg");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path endless = Files.createSymbolicLink(folder.resolve("zero.jpg"), Path.of("/dev/zero"));
    Path circle = folder.resolve("circle.jpg");
    Files.createSymbolicLink(circle, circle);
    for (Path file : List.of(pipe, endless, circle, folder, folder.resolve("missing.jpg"))) {
      assertThatThrownBy(() -> decoder.decode(file))
          .isInstanceOf(BadImageException.class)
          .hasMessageStartingWith(file + ": ");
    }
    Path linked = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
    Files.write(folder.resolve("real"), Jpegs.picture(20, 10, 444, false));
    assertThat(decoder.decode(linked).width()).isEqualTo(20);
  }

  @Test
  void filesAreReadNoFurtherThanTheirSize() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.png"));
    assertThatThrownBy(() -> decoder.decode(empty)).hasMessageContaining("0 bytes");
    Path made = Path.of("/proc/self/environ"); // says that it has no bytes
    if (Files.exists(made)) {
      assertThatThrownBy(() -> decoder.decode(made)).hasMessageContaining("0 bytes");
    }
    Decoder small = new Decoder(new ImageLimits(1_000, 100, 10_000), MINUTE);
    Path large = Files.write(folder.resolve("large.png"), new byte[1_001]);
    assertThatThrownBy(() -> small.decode(large)).hasMessageContaining("allowed are 1000");
  }

  @Test
  void decodingEndsWhenItsTimeIsOver() throws IOException {
    Decoder hasty = new Decoder(ImageLimits.DEFAULT, Duration.ofNanos(1));
    List<byte[]> images =
        List.of(
            Jpegs.picture(300, 200, 420, false),
            Jpegs.picture(300, 200, 420, true),
            encode("png"),
            encode("bmp"),
            encode("tiff"));
    for (byte[] image : images) {
      assertThat(decoder.decode(image).width()).isEqualTo(300);
      assertThatThrownBy(() -> hasty.decode(image))
          .isInstanceOf(BadImageException.class)
          .hasMessageContaining("decoding takes more than");
    }
    Path file = Files.write(folder.resolve("a.jpg"), images.get(0));
    assertThatThrownBy(() -> hasty.decode(file)).hasMessageContaining("decoding takes more than");
  }

  private static byte[] encode(String format) throws IOException {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    BufferedImage image = Pictures.waves(300, 200, 1, BufferedImage.TYPE_INT_RGB);
    javax.imageio.ImageIO.write(image, format, out);
    return out.toByteArray();
  }

  @Test
  void anImageThatMemoryDoesNotHoldIsABadImage() throws IOException {
    int width = 357_913_941;
    ImageLimits wide = new ImageLimits(1 << 20, width, Integer.MAX_VALUE / 3);
    byte[] header = ByteBuffer.allocate(13).putInt(width).putInt(2).put((byte) 1).array();
    byte[] pixels = Bytes.deflatedZeros(2L * (1 + (width + 7) / 8));
    byte[] png =
        new Bytes()
            .add(0x89)
            .add("PNG\r\n\u001a\n")
            .chunk("IHDR", header)
            .chunk("IDAT", pixels)
            .chunk("IEND")
            .whole();
    // Three bytes a pixel are one more than a Java array can have.
    assertThatThrownBy(() -> new Decoder(wide, MINUTE).decode(png))
        .isInstanceOf(BadImageException.class)
        .hasMessageContaining("memory");
  }

  @Test
  void fewBytesTakeNoMemoryForManyPixels() throws IOException {
    byte[] jpeg = Jpegs.patched(Jpegs.picture(40, 30, 444, false), 0xC0, 5, 0x23, 0x28, 0x23, 0x28);
    Tiffs tiff = new Tiffs(9_000, 9_000, 1, 1, 8).deflated(1).tag(273, 8).tag(279, 300);
    byte[] bmp = encode("bmp");
    ByteBuffer.wrap(bmp)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putInt(18, 9_000)
        .putInt(22, 9_000);
    for (byte[] image : List.of(jpeg, tiff.with(new byte[300]), bmp)) {
      assertThatThrownBy(() -> decoder.decode(image)).hasMessageContaining("truncated");
    }
  }

  @Test
  void coefficientsOfProgressiveJpegsAreBoundedToo() throws IOException {
    byte[] jpeg = Jpegs.picture(100, 100, 444, true);
    assertThat(new Decoder(new ImageLimits(1 << 20, 100, 18_000), MINUTE).decode(jpeg).width())
        .isEqualTo(100);
    assertThatThrownBy(
            () -> new Decoder(new ImageLimits(1 << 20, 100, 17_000), MINUTE).decode(jpeg))
        .hasMessageContaining("while they are decoded");
  }
}
