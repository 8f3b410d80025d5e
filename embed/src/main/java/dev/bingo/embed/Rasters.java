package dev.bingo.embed;

import dev.bingo.format.ImageLimits;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DirectColorModel;
import java.awt.image.Raster;

/** Decoded images of Java to RGB. */
final class Rasters {
  private Rasters() {}

  /** The samples themselves: Java's own conversion would apply profiles, and brighten grey. */
  static Rgb rgb(BufferedImage image, ImageLimits limits) throws BadImageException {
    int width = image.getWidth();
    int height = image.getHeight();
    Decoder.check(width, height, limits);
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
