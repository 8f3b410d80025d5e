package dev.bingo.embed;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** JPEGs for tests, ordinary and odd. */
final class Jpegs {
  static final byte[] ADOBE = "Adobe\0d\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

  private Jpegs() {}

  /**
   * A picture, by the trainer's codec.
   *
   * @param sampling of chroma: 411, 420, 422, 440, 444
   */
  static byte[] picture(int width, int height, int sampling, boolean progressive) {
    dev.bingo.torch.Engine.prepare();
    int factor =
        switch (sampling) {
          case 411 -> opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR_411;
          case 420 -> opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR_420;
          case 422 -> opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR_422;
          case 440 -> opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR_440;
          case 444 -> opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR_444;
          default -> throw new IllegalArgumentException(Integer.toString(sampling));
        };
    BufferedImage waves = Pictures.waves(width, height, 5, BufferedImage.TYPE_3BYTE_BGR);
    byte[] bgr = ((java.awt.image.DataBufferByte) waves.getRaster().getDataBuffer()).getData();
    try (PointerScope scope = new PointerScope();
        BytePointer out = new BytePointer()) {
      Mat image = new Mat(height, width, opencv_core.CV_8UC3, new BytePointer(bgr));
      int[] options = {
        opencv_imgcodecs.IMWRITE_JPEG_SAMPLING_FACTOR,
        factor,
        opencv_imgcodecs.IMWRITE_JPEG_PROGRESSIVE,
        progressive ? 1 : 0,
        opencv_imgcodecs.IMWRITE_JPEG_RST_INTERVAL,
        progressive ? 0 : 3
      };
      opencv_imgcodecs.imencode(".jpg", image, out, new IntPointer(options));
      byte[] bytes = new byte[(int) out.limit()];
      out.get(bytes);
      return bytes;
    }
  }

  /** Components as they are, without a conversion or a marker that says what they mean. */
  static byte[] bands(int bands) throws IOException {
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 33, 22, bands, null);
    for (int y = 0; y < 22; y++) {
      for (int x = 0; x < 33; x++) {
        for (int b = 0; b < bands; b++) {
          raster.setSample(x, y, b, 255 & (x * 7 + y * (3 + b) + b * 60));
        }
      }
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(raster, null, null), null);
    }
    writer.dispose();
    return out.toByteArray();
  }

  /** With a segment after the start marker. */
  static byte[] with(byte[] jpeg, int marker, byte... content) {
    return new Bytes().add(0xFF, 0xD8).segment(marker, content).add(jpeg, 2, jpeg.length).whole();
  }

  /** With bytes in the place before a segment. */
  static byte[] before(byte[] jpeg, int marker, int... bytes) {
    int at = find(jpeg, marker);
    return new Bytes().add(jpeg, 0, at).add(bytes).add(jpeg, at, jpeg.length).whole();
  }

  /** Without the first segment of a kind. */
  static byte[] without(byte[] jpeg, int marker) {
    int at = find(jpeg, marker);
    int end = at + 2 + ((jpeg[at + 2] & 0xFF) << 8 | (jpeg[at + 3] & 0xFF));
    return new Bytes().add(jpeg, 0, at).add(jpeg, end, jpeg.length).whole();
  }

  /** With other bytes from {@code offset} on in the first segment of a kind. */
  static byte[] patched(byte[] jpeg, int marker, int offset, int... bytes) {
    byte[] out = jpeg.clone();
    int at = find(jpeg, marker) + offset;
    for (int i = 0; i < bytes.length; i++) {
      out[at + i] = (byte) bytes[i];
    }
    return out;
  }

  /** The first marker of a kind. */
  static int find(byte[] jpeg, int marker) {
    int at = 2;
    while ((jpeg[at + 1] & 0xFF) != marker) {
      at += 2 + ((jpeg[at + 2] & 0xFF) << 8 | (jpeg[at + 3] & 0xFF));
    }
    return at;
  }

  /** The last marker of a kind. */
  static int last(byte[] jpeg, int marker) {
    int at = jpeg.length - 2;
    while ((jpeg[at] & 0xFF) != 0xFF || (jpeg[at + 1] & 0xFF) != marker) {
      at--;
    }
    return at;
  }

  static byte[] cut(byte[] bytes, int length) {
    return Arrays.copyOf(bytes, length);
  }
}
