package dev.bingo.embed;

import dev.bingo.format.BadBytes;
import dev.bingo.format.Bmp;
import dev.bingo.format.Deadline;
import dev.bingo.format.ImageHeader;
import dev.bingo.format.ImageLimits;
import dev.bingo.format.Png;
import dev.bingo.format.Tiff;
import dev.bingo.format.TiffDirectory;
import dev.bingo.format.TiffLayout;
import dev.bingo.format.Truncation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Encoded bytes to RGB: JPEG, PNG, BMP, TIFF. As the trainer's: grey is replicated, alpha dropped,
 * 16 bits cut to their upper byte; colour profiles and EXIF orientation are not looked at. What
 * would not surely be the trainer's pixels is refused.
 */
final class Decoder {
  private static final String NO_ROOM =
      "it doesn't fit into the JVM's memory (a larger heap: -Xmx)";

  private final ImageLimits limits;
  private final Duration allowed;

  /**
   * @param limits checked before anything is allocated
   * @param allowed time for one image
   */
  Decoder(ImageLimits limits, Duration allowed) {
    this.limits = limits;
    this.allowed = allowed;
  }

  Rgb decode(Path file) throws IOException {
    Deadline deadline = Deadline.in(allowed);
    try {
      return decode(ImageFile.read(file, limits), deadline);
    } catch (BadImageException e) {
      throw new BadImageException(file + ": " + e.getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw new BadImageException(file + ": " + NO_ROOM, e);
    }
  }

  Rgb decode(byte[] encoded) throws BadImageException {
    return decode(encoded, Deadline.in(allowed));
  }

  private Rgb decode(byte[] encoded, Deadline deadline) throws BadImageException {
    try {
      checkLength(encoded.length, limits);
      return read(encoded, deadline);
    } catch (BadImageException e) {
      throw e;
    } catch (BadBytes e) {
      throw new BadImageException(e.getMessage(), e);
    } catch (IOException | RuntimeException e) { // decoders throw anything at damaged files
      String why = e.getCause() instanceof BadBytes ? "" : "the image can't be decoded: ";
      Throwable said = e.getCause() instanceof BadBytes verdict ? verdict : e;
      throw new BadImageException(why + said.getMessage(), e);
    } catch (OutOfMemoryError e) { // of one image: the next may well fit
      throw new BadImageException(NO_ROOM, e);
    }
  }

  private Rgb read(byte[] encoded, Deadline deadline) throws IOException, BadBytes {
    ByteBuffer data = ByteBuffer.wrap(encoded);
    ImageHeader header = ImageHeader.parse(data, limits);
    Truncation.check(header, data);
    return switch (header.format()) {
      case JPEG -> Jpeg.decode(header, encoded, limits, deadline);
      case PNG -> {
        byte[] rgb = new byte[3 * header.width() * header.height()];
        Png.read(data, deadline, rgb);
        yield new Rgb(header.width(), header.height(), rgb);
      }
      case BMP -> {
        byte[] rgb = new byte[3 * header.width() * header.height()];
        Bmp.read(data, deadline, rgb);
        yield new Rgb(header.width(), header.height(), rgb);
      }
      case TIFF -> tiff(header, data, deadline);
      case WEBP -> throw BadImageException.notRead("WebP");
    };
  }

  private Rgb tiff(ImageHeader header, ByteBuffer data, Deadline deadline) throws BadBytes {
    try {
      TiffDirectory tags = TiffDirectory.read(data);
      TiffLayout layout = TiffLayout.of(tags);
      if (layout.needsCodec()) {
        throw BadImageException.notRead("TIFF with YCbCr, or packed as JPEG or fax");
      }
      Tiff.check(data, layout, limits);
      byte[] rgb = new byte[3 * header.width() * header.height()];
      Tiff.read(data, tags, layout, deadline, rgb);
      return new Rgb(header.width(), header.height(), rgb);
    } catch (IndexOutOfBoundsException e) {
      throw new BadBytes(Truncation.truncated(data.limit()));
    }
  }

  /** The pixels of an image that Java decoded. */
  Rgb rgb(BufferedImage image) throws BadImageException {
    try {
      return Rasters.rgb(image, limits);
    } catch (RuntimeException e) { // colour models are the caller's own
      throw new BadImageException("its pixels can't be read: " + e, e);
    } catch (OutOfMemoryError e) {
      throw new BadImageException(NO_ROOM, e);
    }
  }

  static void checkLength(long bytes, ImageLimits limits) throws BadImageException {
    if (bytes == 0) {
      throw new BadImageException("the file is empty (0 bytes)");
    }
    if (bytes > limits.maxFileBytes()) {
      throw new BadImageException(
          "the image has " + bytes + " bytes; allowed are " + limits.maxFileBytes());
    }
  }

  static void check(int width, int height, ImageLimits limits) throws BadImageException {
    boolean fits =
        Math.min(width, height) >= 1
            && Math.max(width, height) <= limits.maxSide()
            && (long) width * height <= limits.maxPixels();
    if (!fits) {
      throw new BadImageException(
          "the image has %dx%d pixels; allowed are %d a side and %d in all"
              .formatted(width, height, limits.maxSide(), limits.maxPixels()));
    }
  }
}
