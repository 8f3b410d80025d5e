package dev.bingo.app.report;

import dev.bingo.image.Pixels;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Images as part of the page. */
final class Thumbnail {
  /** Longer sides are shrunk to this, pixels: twice the size they are shown at. */
  static final int MOST = 96;

  private Thumbnail() {}

  /** A PNG in a {@code data:} address. */
  static String dataUri(Pixels pixels) {
    return dataUri(shrunk(pixels, MOST), "png");
  }

  /** A JPEG in a {@code data:} address: a photograph of {@code most} pixels in some kilobytes. */
  static String photo(Pixels pixels, int most) {
    return dataUri(shrunk(pixels, most), "jpeg");
  }

  private static String dataUri(BufferedImage image, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // A stream in memory: ImageIO's default writes a temporary file.
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, format, out)) {
        throw new IllegalStateException("this Java has no writer of " + format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String text = Base64.getEncoder().encodeToString(bytes.toByteArray());
    return "data:image/" + format + ";base64," + text;
  }

  /** Longer sides become {@code most}; each pixel is the mean of those it covers. */
  static BufferedImage shrunk(Pixels pixels, int most) {
    double factor = Math.max(1, Math.max(pixels.width(), pixels.height()) / (double) most);
    int width = (int) Math.max(1, Math.round(pixels.width() / factor));
    int height = (int) Math.max(1, Math.round(pixels.height() / factor));
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      int top = y * pixels.height() / height;
      int bottom = Math.max(top + 1, (y + 1) * pixels.height() / height);
      for (int x = 0; x < width; x++) {
        int left = x * pixels.width() / width;
        int right = Math.max(left + 1, (x + 1) * pixels.width() / width);
        image.setRGB(x, y, mean(pixels, left, right, top, bottom));
      }
    }
    return image;
  }

  private static int mean(Pixels pixels, int left, int right, int top, int bottom) {
    int[] sum = new int[3];
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        for (int c = 0; c < 3; c++) {
          sum[c] += pixels.rgb()[(y * pixels.width() + x) * 3 + c] & 0xff;
        }
      }
    }
    int count = (right - left) * (bottom - top);
    return ((sum[0] / count) << 16) | ((sum[1] / count) << 8) | (sum[2] / count);
  }
}
