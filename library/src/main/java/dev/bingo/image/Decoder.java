package dev.bingo.image;

import dev.bingo.torch.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Encoded bytes to RGB, by OpenCV: JPEG, PNG, WebP, BMP, TIFF. Safe to use from many threads.
 *
 * <p>Everything becomes 8-bit RGB, as by PIL's {@code convert('RGB')}: grey is replicated, palettes
 * are looked up, <b>alpha is dropped</b> (not blended), CMYK JPEGs are taken as Adobe's inverted
 * kind. Where PIL has no sane answer, 16-bit samples become their upper byte. Of several frames or
 * pages the first is read.
 *
 * <p>Cut-off files are bad images. Damage inside is one where the codec says so: libjpeg and
 * libtiff decode past some of it, as they do for PIL.
 *
 * <p>A decode copies the pixels out of native memory. OpenCV writes about damaged files to standard
 * error unless {@link Engine#start} ran before or {@code OPENCV_LOG_LEVEL=OFF} is set.
 */
public final class Decoder {
  private static final String NO_ROOM =
      "its pixels don't fit into memory (a larger heap: -Xmx; or fewer loader threads)";

  private final ImageLimits limits;
  private final boolean exif;

  /**
   * @param limits bounds checked on the header, before decoding
   * @param exif whether images are turned as their EXIF orientation says
   */
  public Decoder(ImageLimits limits, boolean exif) {
    this.limits = limits;
    this.exif = exif;
  }

  ImageLimits limits() {
    return limits;
  }

  /** Decodes one file, at full size. */
  public Pixels decode(Path file) throws BadImageException {
    String id = file.toString();
    try {
      PixelBuffer buffer = PixelBuffer.once();
      return decode(id, FileBlobs.readWhole(file, limits, buffer), Reduction.NONE, buffer);
    } catch (BadBytes | IOException e) {
      throw new BadImageException(id, FileBlobs.reason(e), e);
    }
  }

  /**
   * Decodes.
   *
   * @param id names the image in errors
   * @param data the whole encoded image
   * @param reduction asked for JPEG alone; the other formats gain nothing by it
   * @throws BadImageException where the bytes are no image that we read, are cut off, or exceed the
   *     bounds
   */
  public Pixels decode(String id, byte[] data, Reduction reduction) throws BadImageException {
    return decode(id, ByteBuffer.wrap(data), reduction, PixelBuffer.once());
  }

  /**
   * The same into memory that is used again.
   *
   * @param data from 0 to the limit; taken where it is if it is outside the heap
   */
  Pixels decode(String id, ByteBuffer data, Reduction reduction, PixelBuffer buffer)
      throws BadImageException {
    try {
      ImageHeader header = ImageHeader.parse(data, limits);
      Truncation.check(header, data);
      JpegScans.check(header, data, limits);
      return decode(header, data, reduction, buffer);
    } catch (BadBytes e) {
      throw new BadImageException(id, e.getMessage(), e);
    } catch (RuntimeException e) { // OpenCV's own exceptions
      throw new BadImageException(id, "it can't be decoded: " + firstLine(e), e);
    } catch (OutOfMemoryError e) { // of one image: the next may well fit
      throw new BadImageException(id, NO_ROOM, e);
    }
  }

  private Pixels decode(
      ImageHeader header, ByteBuffer data, Reduction reduction, PixelBuffer buffer)
      throws BadBytes {
    Natives.start();
    int divisor = 1;
    if (header.format() == ImageHeader.Format.JPEG) {
      divisor = reduction.divisor(header.width(), header.height());
    }
    boolean deep = header.format() == ImageHeader.Format.TIFF && Tiff.needsOwnConversion(data);
    try (PointerScope scope = new PointerScope()) {
      Mat encoded = new Mat(1, data.limit(), opencv_core.CV_8UC1, new BytePointer(data));
      int flags = deep ? opencv_imgcodecs.IMREAD_UNCHANGED : flags(divisor);
      Mat decoded = opencv_imgcodecs.imdecode(encoded, flags);
      if (decoded == null || decoded.empty()) {
        throw new BadBytes(Truncation.afterFailure(header, data));
      }
      int width = decoded.cols();
      int height = decoded.rows();
      boolean turned = turned(header, divisor, width, height);
      byte[] rgb = deep ? Tiff.toRgb(decoded) : interleaved(decoded, buffer);
      return turned
          ? new Pixels(width, height, header.height(), header.width(), rgb)
          : new Pixels(width, height, header.width(), header.height(), rgb);
    }
  }

  /** Whether width and height were exchanged; a third size means that header and codec disagree. */
  private boolean turned(ImageHeader header, int divisor, int width, int height) throws BadBytes {
    int across = ceil(header.width(), divisor);
    int down = ceil(header.height(), divisor);
    if (width == across && height == down) {
      return false;
    }
    if (exif && width == down && height == across) {
      return true;
    }
    throw new BadBytes(
        String.format(
            Locale.ROOT,
            "corrupt %s: its header says %dx%d pixels, decoded it has %dx%d",
            header.format(),
            across,
            down,
            width,
            height));
  }

  private int flags(int divisor) {
    // Beside IMREAD_COLOR_RGB these give colour; the REDUCED_COLOR ones mean BGR and are refused.
    int size =
        switch (divisor) {
          case 1 -> 0;
          case 2 -> opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_2;
          case 4 -> opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_4;
          case 8 -> opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_8;
          default ->
              throw new IllegalArgumentException(
                  "a reduction must ask for 1, 2, 4 or 8, asked for " + divisor);
        };
    return size
        | opencv_imgcodecs.IMREAD_COLOR_RGB
        | (exif ? 0 : opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION);
  }

  private static byte[] interleaved(Mat decoded, PixelBuffer buffer) throws BadBytes {
    if (decoded.type() != opencv_core.CV_8UC3 || !decoded.isContinuous()) {
      throw new BadBytes("decoded to an unexpected pixel type (" + decoded.type() + ")");
    }
    int bytes = Math.toIntExact(3L * decoded.cols() * decoded.rows());
    byte[] rgb = buffer.atLeast(bytes);
    decoded.data().get(rgb, 0, bytes);
    return rgb;
  }

  private static int ceil(int side, int divisor) {
    return (side + divisor - 1) / divisor;
  }

  private static String firstLine(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(e.getClass().getSimpleName());
  }

  /** Loads OpenCV, once. */
  private static final class Natives {
    static {
      Engine.prepare();
      Loader.load(opencv_imgcodecs.class);
      // The loader's threads decode one image each; OpenCV's own would only get in their way.
      opencv_core.setNumThreads(1);
    }

    static void start() {}
  }

  /**
   * TIFFs whose RGB view libtiff makes in another way than we promise: alpha multiplied in, 16 bits
   * rounded. What 8 bits of alpha took away from dark, nearly transparent colours stays lost.
   */
  private static final class Tiff {
    static boolean needsOwnConversion(ByteBuffer data) throws BadBytes {
      TiffDirectory tiff = TiffDirectory.read(data);
      return tiff.photometric() == 2
          && tiff.samples() <= 4
          && ((tiff.bits() == 8 && tiff.samples() == 4) || tiff.bits() == 16);
    }

    static byte[] toRgb(Mat decoded) throws BadBytes {
      int channels = decoded.channels();
      int depth = decoded.depth();
      boolean bytes = depth == opencv_core.CV_8U;
      if (channels < 3 || !decoded.isContinuous() || (!bytes && depth != opencv_core.CV_16U)) {
        throw new BadBytes("decoded to an unexpected pixel type (" + decoded.type() + ")");
      }
      int pixels = Math.toIntExact((long) decoded.cols() * decoded.rows());
      byte[] rgb = new byte[3 * pixels];
      byte[] in8 = new byte[bytes ? channels * pixels : 0];
      short[] in16 = new short[bytes ? 0 : channels * pixels];
      if (bytes) {
        decoded.data().get(in8);
      } else {
        new ShortPointer(decoded.data()).get(in16);
      }
      for (int p = 0; p < pixels; p++) {
        for (int c = 0; c < 3; c++) {
          int from = channels * p + 2 - c; // OpenCV's order is blue, green, red
          rgb[3 * p + c] = (byte) (bytes ? in8[from] : in16[from] >> 8);
        }
      }
      if (bytes && channels == 4) {
        divideByAlpha(rgb, in8);
      }
      return rgb;
    }

    /** libtiff gives 8-bit colours multiplied by alpha, whatever the file holds. */
    private static void divideByAlpha(byte[] rgb, byte[] bgra) {
      for (int i = 0; i < rgb.length; i++) {
        int alpha = bgra[i / 3 * 4 + 3] & 0xFF;
        if (alpha != 0 && alpha != 255) {
          rgb[i] = (byte) Math.min(255, ((rgb[i] & 0xFF) * 255 + alpha / 2) / alpha);
        }
      }
    }
  }
}
