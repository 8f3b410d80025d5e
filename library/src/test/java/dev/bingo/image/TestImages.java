package dev.bingo.image;

import dev.bingo.torch.Engine;
import java.awt.image.BufferedImage;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Makes images and archives for tests. */
final class TestImages {
  private TestImages() {}

  /** A smooth picture whose channels differ: {@code [height, width, 3]}. */
  static byte[] gradient(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = 3 * (y * width + x);
        rgb[at] = (byte) (255 * x / width);
        rgb[at + 1] = (byte) (255 * y / height);
        rgb[at + 2] = (byte) (200 - 100 * x / width);
      }
    }
    return rgb;
  }

  /** Encodes RGB by OpenCV; WebP without loss. */
  static byte[] encode(String extension, int width, int height, byte[] rgb) {
    byte[] bgr = new byte[rgb.length];
    for (int p = 0; p < rgb.length; p += 3) {
      bgr[p] = rgb[p + 2];
      bgr[p + 1] = rgb[p + 1];
      bgr[p + 2] = rgb[p];
    }
    Engine.prepare();
    try (PointerScope scope = new PointerScope();
        BytePointer out = new BytePointer()) {
      Mat image = new Mat(height, width, opencv_core.CV_8UC3, new BytePointer(bgr));
      int[] options =
          extension.equals("webp")
              ? new int[] {opencv_imgcodecs.IMWRITE_WEBP_QUALITY, 101}
              : new int[0];
      if (!opencv_imgcodecs.imencode("." + extension, image, out, new IntPointer(options))) {
        throw new IllegalStateException(extension);
      }
      byte[] bytes = new byte[(int) out.limit()];
      out.get(bytes);
      return bytes;
    }
  }

  static byte[] encode(String extension, int width, int height) {
    return encode(extension, width, height, gradient(width, height));
  }

  /** A small image of one colour, as PNG. */
  static byte[] png(int red, int green, int blue) {
    byte[] rgb = new byte[8 * 8 * 3];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) red;
      rgb[i + 1] = (byte) green;
      rgb[i + 2] = (byte) blue;
    }
    return encode("png", 8, 8, rgb);
  }

  /** Encodes by ImageIO, which writes palettes, alpha and 16 bits. */
  static byte[] imageIo(String format, RenderedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!ImageIO.write(image, format, out)) {
      throw new IllegalStateException("no ImageIO writer for " + format);
    }
    return out.toByteArray();
  }

  static BufferedImage filled(int type, int argb) {
    BufferedImage image = new BufferedImage(5, 4, type);
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 5; x++) {
        image.setRGB(x, y, argb);
      }
    }
    return image;
  }

  static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  /** A tar archive, member by member, ustar headers. */
  static final class Tar {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Tar add(String name, byte[] bytes) {
      return add(name, '0', bytes);
    }

    Tar add(String name, String text) {
      return add(name, text.getBytes(StandardCharsets.UTF_8));
    }

    Tar add(String name, char type, byte[] bytes) {
      out.writeBytes(header(name, type, bytes.length));
      out.writeBytes(bytes);
      out.writeBytes(new byte[(512 - bytes.length % 512) % 512]);
      return this;
    }

    /** A link; {@code type} is 1 for a hard one, 2 for a symbolic one. */
    Tar link(String name, char type, String target) {
      byte[] header = header(name, type, 0);
      put(header, 157, target.getBytes(StandardCharsets.UTF_8));
      sum(header, 0);
      out.writeBytes(header);
      return this;
    }

    static byte[] header(String name, char type, long length) {
      byte[] header = new byte[512];
      put(header, 0, name.getBytes(StandardCharsets.UTF_8));
      put(header, 100, "0000644\0".getBytes(StandardCharsets.US_ASCII));
      put(
          header,
          124,
          String.format(Locale.ROOT, "%011o\0", length).getBytes(StandardCharsets.US_ASCII));
      header[156] = (byte) type;
      put(header, 257, "ustar\00000".getBytes(StandardCharsets.US_ASCII));
      sum(header, 0);
      return header;
    }

    /** Sets the checksum of the header that begins there. */
    static void sum(byte[] archive, int at) {
      int sum = 8 * ' ';
      for (int i = 0; i < 512; i++) {
        sum += i >= 148 && i < 156 ? 0 : archive[at + i] & 0xFF;
      }
      put(
          archive,
          at + 148,
          String.format(Locale.ROOT, "%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII));
    }

    private static void put(byte[] header, int at, byte[] bytes) {
      System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    byte[] bytes() {
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      whole.writeBytes(out.toByteArray());
      whole.writeBytes(new byte[1024]);
      return whole.toByteArray();
    }

    Path write(Path file) throws IOException {
      TestImages.write(file, bytes());
      return file;
    }
  }
}
