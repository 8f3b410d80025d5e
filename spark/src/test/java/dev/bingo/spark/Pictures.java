package dev.bingo.spark;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.ImageIO;

/** Pictures of one colour. */
final class Pictures {
  private Pictures() {}

  static byte[] png(int rgb) {
    BufferedImage image = new BufferedImage(20, 16, BufferedImage.TYPE_INT_RGB);
    int[] all = new int[20 * 16];
    Arrays.fill(all, rgb);
    image.setRGB(0, 0, 20, 16, all, 0, 20);
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@link TinyModel} makes of it. */
  static float[] vector(int rgb) {
    return new float[] {(rgb >> 16 & 0xFF) / 255f, (rgb >> 8 & 0xFF) / 255f, (rgb & 0xFF) / 255f};
  }
}
