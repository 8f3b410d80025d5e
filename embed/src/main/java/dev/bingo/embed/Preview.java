package dev.bingo.embed;

import dev.bingo.format.ImageLimits;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Small pictures of images, for people to look at: read as {@link Embedder} reads them. */
public final class Preview {
  private final Decoder decoder;

  /**
   * @param limits of the images
   * @param decodeTimeout longest that one may take
   */
  public Preview(ImageLimits limits, Duration decodeTimeout) {
    decoder = new Decoder(limits, decodeTimeout);
  }

  /**
   * A JPEG whose longer side is at most {@code most} pixels.
   *
   * @throws BadImageException where the file can't be read as an image
   */
  public byte[] jpeg(Path file, int most) throws IOException {
    Rgb image = decoder.decode(file);
    return jpeg(image.bytes(), image.width(), image.height(), most);
  }

  /**
   * The same of pixels; each that is written is the mean of those it covers.
   *
   * @param rgb {@code [height, width, 3]}, red first
   */
  public static byte[] jpeg(byte[] rgb, int width, int height, int most) throws IOException {
    double factor = Math.max(1, Math.max(width, height) / (double) most);
    int w = (int) Math.max(1, Math.round(width / factor));
    int h = (int) Math.max(1, Math.round(height / factor));
    BufferedImage image = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < h; y++) {
      int top = (int) ((long) y * height / h);
      int bottom = Math.max(top + 1, (int) ((y + 1L) * height / h));
      for (int x = 0; x < w; x++) {
        int left = (int) ((long) x * width / w);
        int right = Math.max(left + 1, (int) ((x + 1L) * width / w));
        image.setRGB(x, y, mean(rgb, width, left, right, top, bottom));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // A stream in memory: ImageIO's default writes a temporary file.
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "jpeg", out)) {
        throw new IOException("this Java has no writer of JPEG");
      }
    }
    return bytes.toByteArray();
  }

  private static int mean(byte[] rgb, int width, int left, int right, int top, int bottom) {
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        int at = (y * width + x) * 3;
        red += rgb[at] & 0xff;
        green += rgb[at + 1] & 0xff;
        blue += rgb[at + 2] & 0xff;
      }
    }
    long count = (long) (right - left) * (bottom - top);
    return (int) (((red / count) << 16) | ((green / count) << 8) | (blue / count));
  }
}
