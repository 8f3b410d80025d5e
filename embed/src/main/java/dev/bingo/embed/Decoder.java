package dev.bingo.embed;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DirectColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Encoded bytes to RGB by the JDK: JPEG, PNG, BMP, GIF, TIFF. As the trainer's: grey is replicated,
 * alpha dropped, 16 bits cut to their upper byte; colour profiles and EXIF orientation are not
 * looked at.
 */
final class Decoder {
  private final Limits limits;

  Decoder(Limits limits) {
    this.limits = limits;
  }

  Rgb decode(Path file) throws IOException {
    long size = Files.size(file);
    if (size > limits.maxBytes()) {
      throw new BadImageException(file + ": " + tooLong(size));
    }
    try {
      return decode(Files.readAllBytes(file));
    } catch (BadImageException e) {
      throw new BadImageException(file + ": " + e.getMessage(), e);
    }
  }

  Rgb decode(byte[] encoded) throws BadImageException {
    if (encoded.length > limits.maxBytes()) {
      throw new BadImageException(tooLong(encoded.length));
    }
    // In memory: the default is a temporary file for each image.
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        throw new BadImageException(
            "no image that the JDK reads (JPEG, PNG, BMP, GIF, TIFF): decode it yourself and give"
                + " its pixels");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(stream, true, true);
        limits.check(reader.getWidth(0), reader.getHeight(0));
        JpegScans.check(encoded, reader.getWidth(0), reader.getHeight(0), limits);
        return rgb(reader.read(0));
      } finally {
        reader.dispose();
      }
    } catch (BadImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // readers throw anything at damaged files
      throw new BadImageException("the image can't be decoded: " + e.getMessage(), e);
    }
  }

  private String tooLong(long bytes) {
    return "the image has " + bytes + " bytes; allowed are " + limits.maxBytes();
  }

  /** The samples themselves: Java's own conversion would apply profiles, and brighten grey. */
  Rgb rgb(BufferedImage image) throws BadImageException {
    int width = image.getWidth();
    int height = image.getHeight();
    limits.check(width, height);
    byte[] rgb = new byte[3 * width * height];
    if (plain(image)) {
      samples(image.getRaster(), rgb);
    } else {
      converted(image, rgb);
    }
    return new Rgb(width, height, rgb);
  }

  private static boolean plain(BufferedImage image) {
    ColorModel model = image.getColorModel();
    int type = image.getRaster().getTransferType();
    if (model.isAlphaPremultiplied() && model.hasAlpha()) {
      return false;
    }
    if (model instanceof DirectColorModel) {
      return type == DataBuffer.TYPE_INT && model.getComponentSize(0) == 8;
    }
    return model instanceof ComponentColorModel
        && (type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT)
        && model.getNumComponents() <= 4;
  }

  private static void samples(Raster raster, byte[] rgb) {
    int bands = raster.getNumBands();
    boolean grey = bands < 3;
    int shift = raster.getTransferType() == DataBuffer.TYPE_USHORT ? 8 : 0;
    int width = raster.getWidth();
    int[] row = new int[width * bands];
    for (int y = 0, at = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          rgb[at++] = (byte) (row[x * bands + (grey ? 0 : c)] >> shift);
        }
      }
    }
  }

  private static void converted(BufferedImage image, byte[] rgb) {
    int width = image.getWidth();
    int[] row = new int[width];
    for (int y = 0, at = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int argb : row) {
        rgb[at++] = (byte) (argb >> 16);
        rgb[at++] = (byte) (argb >> 8);
        rgb[at++] = (byte) argb;
      }
    }
  }
}
