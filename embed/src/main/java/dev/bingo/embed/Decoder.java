package dev.bingo.embed;

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

  private final Limits limits;
  private final Duration allowed;

  /**
   * @param limits checked before anything is allocated
   * @param allowed time for one image
   */
  Decoder(Limits limits, Duration allowed) {
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
      limits.checkLength(encoded.length);
      return read(encoded, deadline);
    } catch (BadImageException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // decoders throw anything at damaged files
      if (e.getCause() instanceof BadImageException cause) {
        throw cause;
      }
      throw new BadImageException("the image can't be decoded: " + e.getMessage(), e);
    } catch (OutOfMemoryError e) { // of one image: the next may well fit
      throw new BadImageException(NO_ROOM, e);
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

  private Rgb read(byte[] encoded, Deadline deadline) throws IOException {
    ImageHeader header = ImageHeader.parse(ByteBuffer.wrap(encoded), limits);
    checkDensity(header, encoded.length);
    return switch (header.format()) {
      case JPEG -> Jpeg.decode(encoded, limits, deadline);
      case PNG -> Png.decode(encoded, deadline);
      case BMP -> Bmp.decode(encoded, limits, deadline);
      case TIFF -> Tiff.decode(encoded, limits, deadline);
      case WEBP -> throw BadImageException.notRead("WebP");
    };
  }

  /** No memory is taken for pixels that so few bytes can't hold, packed as tightly as can be. */
  private static void checkDensity(ImageHeader header, int bytes) throws BadImageException {
    long pixels =
        switch (header.format()) {
          case JPEG -> 64 * 8; // a bit for a block
          case BMP -> 8;
          case PNG -> 8 * 1_040; // Deflate's best
          case TIFF, WEBP -> 8 * 2_750; // LZW's best
        };
    if (pixels * bytes < (long) header.width() * header.height()) {
      throw new BadImageException(
          "truncated: %d bytes can't hold %dx%d pixels"
              .formatted(bytes, header.width(), header.height()));
    }
  }
}
