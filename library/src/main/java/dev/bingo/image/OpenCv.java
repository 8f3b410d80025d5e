package dev.bingo.image;

import dev.bingo.format.BadBytes;
import dev.bingo.format.ImageHeader;
import dev.bingo.format.Truncation;
import dev.bingo.torch.Engine;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/** Decodes by OpenCV's codecs, whose answer has to have the size that the header announced. */
final class OpenCv {
  static {
    Engine.prepare();
    Loader.load(opencv_imgcodecs.class);
    // The loader's threads decode one image each; OpenCV's own would only get in their way.
    opencv_core.setNumThreads(1);
  }

  private OpenCv() {}

  /**
   * Decodes.
   *
   * @param divisor 1, 2, 4 or 8; of JPEGs alone
   * @param exif turns the image as its EXIF orientation says; of JPEG and PNG
   */
  static Pixels decode(
      ImageHeader header, ByteBuffer data, int divisor, boolean exif, PixelBuffer buffer)
      throws BadBytes {
    try (PointerScope scope = new PointerScope()) {
      Mat encoded = new Mat(1, data.limit(), opencv_core.CV_8UC1, new BytePointer(data));
      Mat decoded = opencv_imgcodecs.imdecode(encoded, flags(divisor, exif));
      if (decoded == null || decoded.empty()) {
        throw new BadBytes(Truncation.afterFailure(header, data));
      }
      int width = decoded.cols();
      int height = decoded.rows();
      boolean turned = turned(header, divisor, exif, width, height);
      byte[] rgb = interleaved(decoded, buffer);
      return turned
          ? new Pixels(width, height, header.height(), header.width(), rgb)
          : new Pixels(width, height, header.width(), header.height(), rgb);
    }
  }

  /** Whether width and height were exchanged; a third size means that header and codec disagree. */
  private static boolean turned(
      ImageHeader header, int divisor, boolean exif, int width, int height) throws BadBytes {
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

  private static int flags(int divisor, boolean exif) {
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
}
