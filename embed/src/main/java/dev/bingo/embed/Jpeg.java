package dev.bingo.embed;

import dev.bingo.format.BadBytes;
import dev.bingo.format.Deadline;
import dev.bingo.format.ImageHeader;
import dev.bingo.format.ImageLimits;
import dev.bingo.format.JpegScans;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/**
 * JPEG to RGB: the JDK decodes the components, and what becomes of them is done here as libjpeg
 * does it; the JDK's own rules for colours are others.
 */
final class Jpeg {
  private static final ImageReaderSpi JDK = jdk();

  private Jpeg() {}

  /** The JDK's own reader: others on the class path round in other ways. */
  private static ImageReaderSpi jdk() {
    Iterator<ImageReaderSpi> readers =
        IIORegistry.getDefaultInstance()
            .getServiceProviders(
                ImageReaderSpi.class,
                spi ->
                    spi.getClass().getModule() == IIORegistry.class.getModule()
                        && Arrays.asList(((ImageReaderSpi) spi).getFormatNames()).contains("jpeg"),
                true);
    return readers.next();
  }

  static Rgb decode(ImageHeader header, byte[] data, ImageLimits limits, Deadline deadline)
      throws IOException, BadBytes {
    JpegLayout layout = JpegLayout.of(data);
    if (layout.width() != header.width() || layout.height() != header.height()) {
      throw new BadBytes("corrupt JPEG: it says two sizes");
    }
    JpegScans.check(header, ByteBuffer.wrap(data), limits);
    checkMemory(layout, limits);
    Raster raster;
    List<String> warnings = new ArrayList<>();
    ImageReader reader = JDK.createReaderInstance();
    try (JpegStream stream = new JpegStream(layout.bare(), layout.scans(), deadline)) {
      reader.setInput(stream, true, true);
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      raster = reader.readRaster(0, null);
    } finally {
      reader.dispose();
    }
    if (!warnings.isEmpty()) { // decoders go on, each with its own guess at what is missing
      throw new BadBytes("damaged JPEG: " + warnings.get(0));
    }
    int width = layout.width();
    int height = layout.height();
    if (raster.getWidth() != width || raster.getHeight() != height) {
      throw new BadBytes(
          "corrupt JPEG: decoded to another size than its header's %dx%d".formatted(width, height));
    }
    byte[] samples = ((DataBufferByte) raster.getDataBuffer()).getData();
    deadline.check();
    JpegChroma.smooth(samples, layout);
    deadline.check();
    JpegLayout.Component[] components = layout.components();
    if (components.length == 1) {
      return new Rgb(width, height, replicated(samples));
    }
    int bands = components.length;
    if (layout.luma()) {
      toRgb(samples, bands);
    }
    if (bands == 4) {
      ofCmyk(samples, layout.luma());
    }
    return new Rgb(width, height, samples);
  }

  /** Refinements are added to coefficients of 16 bits, which are kept until all are there. */
  private static void checkMemory(JpegLayout layout, ImageLimits limits) throws BadBytes {
    long pixels = (long) layout.width() * layout.height();
    long bytes = layout.components().length * pixels;
    if (layout.keepsCoefficients()) {
      bytes += 2 * layout.samples();
    }
    Memory.check(bytes, limits);
  }

  private static byte[] replicated(byte[] grey) {
    byte[] rgb = new byte[3 * grey.length];
    for (int i = 0, at = 0; i < grey.length; i++) {
      rgb[at++] = grey[i];
      rgb[at++] = grey[i];
      rgb[at++] = grey[i];
    }
    return rgb;
  }

  /** In place, with libjpeg's 16-bit fixed point. */
  private static void toRgb(byte[] samples, int bands) {
    for (int i = 0; i < samples.length; i += bands) {
      int y = samples[i] & 0xFF;
      int cb = (samples[i + 1] & 0xFF) - 128;
      int cr = (samples[i + 2] & 0xFF) - 128;
      samples[i] = clip(y + ((91881 * cr + 32768) >> 16));
      samples[i + 1] = clip(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
      samples[i + 2] = clip(y + ((116130 * cb + 32768) >> 16));
    }
  }

  /**
   * Taken as Adobe's inverted kind, as in training: bytes are how much light each ink lets pass. In
   * place; the last quarter is left over.
   *
   * @param complement as luma and chroma the complement of the inks is stored
   */
  private static void ofCmyk(byte[] samples, boolean complement) {
    int flip = complement ? 0xFF : 0;
    for (int i = 0, at = 0; i < samples.length; i += 4) {
      int black = samples[i + 3] & 0xFF;
      for (int c = 0; c < 3; c++) {
        int ink = (samples[i + c] & 0xFF) ^ flip;
        samples[at++] = (byte) (black - (((255 - ink) * black) >> 8));
      }
    }
  }

  private static byte clip(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
