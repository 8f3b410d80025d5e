package dev.bingo.image;

import dev.bingo.format.BadBytes;
import dev.bingo.format.Bmp;
import dev.bingo.format.Deadline;
import dev.bingo.format.ImageHeader;
import dev.bingo.format.ImageLimits;
import dev.bingo.format.JpegScans;
import dev.bingo.format.Png;
import dev.bingo.format.Tiff;
import dev.bingo.format.TiffDirectory;
import dev.bingo.format.TiffLayout;
import dev.bingo.format.Truncation;
import dev.bingo.torch.Engine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Encoded bytes to RGB: JPEG and WebP by OpenCV, PNG, BMP and TIFF here. Safe to use from many
 * threads.
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
    } catch (BadImageException e) {
      throw e;
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
    return switch (header.format()) {
      case JPEG -> {
        JpegScans.check(header, data, limits);
        int divisor = reduction.divisor(header.width(), header.height());
        yield byCodec(header, data, divisor, exif, buffer);
      }
      case PNG -> {
        byte[] rgb = buffer.atLeast(3 * header.width() * header.height());
        Png.read(data, Deadline.NONE, rgb);
        Pixels pixels = new Pixels(header.width(), header.height(), rgb);
        yield upright(pixels, exif ? Orientation.ofPng(data) : 1);
      }
      case WEBP ->
          upright(byCodec(header, data, 1, false, buffer), exif ? Orientation.ofWebp(data) : 1);
      case BMP -> {
        byte[] rgb = buffer.atLeast(3 * header.width() * header.height());
        Bmp.read(data, Deadline.NONE, rgb);
        yield new Pixels(header.width(), header.height(), rgb);
      }
      case TIFF -> tiff(header, data, buffer);
    };
  }

  private Pixels byCodec(
      ImageHeader header, ByteBuffer data, int divisor, boolean exif, PixelBuffer buffer)
      throws BadBytes {
    CodecMemory.check(header, data, limits);
    return OpenCv.decode(header, data, divisor, exif, buffer);
  }

  private Pixels tiff(ImageHeader header, ByteBuffer data, PixelBuffer buffer) throws BadBytes {
    try {
      TiffDirectory tags = TiffDirectory.read(data);
      TiffLayout layout = TiffLayout.of(tags);
      Pixels pixels;
      if (layout.needsCodec()) {
        pixels = byCodec(header, TiffForCodec.checked(data, tags, layout), 1, false, buffer);
      } else {
        Tiff.check(data, layout, limits);
        byte[] rgb = buffer.atLeast(3 * header.width() * header.height());
        Tiff.read(data, tags, layout, Deadline.NONE, rgb);
        pixels = new Pixels(header.width(), header.height(), rgb);
      }
      return upright(pixels, exif ? Orientation.of(tags) : 1);
    } catch (IndexOutOfBoundsException e) {
      throw new BadBytes(Truncation.truncated(data.limit()));
    }
  }

  private static Pixels upright(Pixels pixels, int orientation) {
    if (orientation == 1) {
      return pixels;
    }
    int width = pixels.width();
    int height = pixels.height();
    byte[] rgb = Orientation.upright(pixels.rgb(), width, height, orientation);
    return Orientation.swaps(orientation)
        ? new Pixels(height, width, rgb)
        : new Pixels(width, height, rgb);
  }

  private static String firstLine(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(e.getClass().getSimpleName());
  }
}
