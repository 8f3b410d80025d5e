package dev.bingo.format;

import java.util.Locale;

/**
 * How a TIFF's pixels are stored. Of the kinds that have no certain 8-bit RGB, or that are not read
 * here, it says which one it is.
 *
 * @param photometric what samples mean: 0 and 1 grey, 2 RGB, 3 a palette, 5 CMYK, 6 YCbCr
 * @param compression 1 none, 2 to 4 fax, 5 LZW, 7 JPEG, 8 and 32946 deflate, 32773 PackBits
 * @param samples of a pixel, those beyond the colour included
 * @param bits of a sample
 * @param planar each sample lies in pieces of its own
 * @param differences samples are stored as the difference to the one before
 * @param associated which sample holds the alpha that colours are multiplied by; −1: none does
 * @param pieceWidth columns of a strip or tile
 * @param pieceHeight rows of a strip or tile
 */
public record TiffLayout(
    int width,
    int height,
    int photometric,
    int compression,
    int samples,
    int bits,
    boolean planar,
    boolean differences,
    int associated,
    boolean tiled,
    int pieceWidth,
    int pieceHeight) {
  private static final int MOST_SAMPLES = 64;

  /** Tiles up to this side are ordinary, whatever the image. */
  private static final int USUAL_TILE = 4096;

  /** Reads it; the kinds that are not supported are refused by name. */
  public static TiffLayout of(TiffDirectory tags) throws BadBytes {
    int width = tags.width();
    int height = tags.height();
    int samples = small(tags, TiffDirectory.SAMPLES, 1);
    if (samples < 1 || samples > MOST_SAMPLES) {
      throw unsupported("%d samples a pixel", samples);
    }
    int bits = bits(tags, samples);
    checkFormat(tags, samples, bits);
    int photometric = photometric(tags, bits);
    int compression = compression(tags);
    int colours = colours(photometric);
    if (samples < colours) {
      throw new BadBytes(
          "corrupt TIFF: " + samples + " samples a pixel, its colours take " + colours);
    }
    boolean tiled = tags.has(TiffDirectory.TILE_WIDTH) || tags.has(TiffDirectory.TILE_OFFSETS);
    if (tiled && tags.has(TiffDirectory.STRIP_OFFSETS)) {
      throw new BadBytes("ambiguous TIFF: it has strips and tiles");
    }
    int pieceWidth = tiled ? tile(tags, TiffDirectory.TILE_WIDTH, width) : width;
    int pieceHeight =
        tiled
            ? tile(tags, TiffDirectory.TILE_HEIGHT, height)
            : (int) Math.min(height, tags.optional(TiffDirectory.ROWS_PER_STRIP, height));
    if (pieceHeight < 1) {
      throw new BadBytes("corrupt TIFF: strips of 0 rows");
    }
    boolean lossless = compression == 5 || compression == 8 || compression == 32946;
    return new TiffLayout(
        width,
        height,
        photometric,
        compression,
        samples,
        bits,
        samples > 1 && small(tags, TiffDirectory.PLANAR, 1) == 2,
        lossless && predictor(tags, bits) == 2,
        associated(tags, colours, samples),
        tiled,
        pieceWidth,
        pieceHeight);
  }

  /** Whether it takes a codec that we have none of our own for. */
  public boolean needsCodec() {
    return photometric == 6 || compression == 7 || (compression >= 2 && compression <= 4);
  }

  /** Strips or tiles side by side. */
  public int across() {
    return (width + pieceWidth - 1) / pieceWidth;
  }

  /** Strips or tiles one below the other. */
  public int down() {
    return (height + pieceHeight - 1) / pieceHeight;
  }

  /** Samples that lie side by side in a row of a piece. */
  int interleaved() {
    return planar ? 1 : samples;
  }

  int rowBytes() {
    return (int) (((long) pieceWidth * interleaved() * bits + 7) / 8);
  }

  static int colours(int photometric) {
    return switch (photometric) {
      case 2, 6 -> 3;
      case 5 -> 4;
      default -> 1;
    };
  }

  private static int bits(TiffDirectory tags, int samples) throws BadBytes {
    if (!tags.has(TiffDirectory.BITS)) {
      return 1;
    }
    long bits = tags.value(TiffDirectory.BITS, 0);
    for (long i = 1; i < Math.min(samples, tags.count(TiffDirectory.BITS)); i++) {
      if (tags.value(TiffDirectory.BITS, i) != bits) {
        throw unsupported("samples of %d and %d bits", bits, tags.value(TiffDirectory.BITS, i));
      }
    }
    return (int) Math.min(bits, Integer.MAX_VALUE);
  }

  private static void checkFormat(TiffDirectory tags, int samples, int bits) throws BadBytes {
    long count = Math.min(samples, tags.count(TiffDirectory.SAMPLE_FORMAT));
    for (long i = 0; i < count; i++) {
      long format = tags.value(TiffDirectory.SAMPLE_FORMAT, i);
      if (format == 2) {
        throw unsupported("signed %d-bit samples", bits);
      }
      if (format == 3) {
        throw unsupported("%d-bit floating-point samples", bits);
      }
      if (format != 1 && format != 4) {
        throw unsupported("samples of format %d", format);
      }
    }
    if (bits < 1 || bits > 16) {
      throw unsupported("%d-bit samples", bits);
    }
  }

  private static int photometric(TiffDirectory tags, int bits) throws BadBytes {
    if (!tags.has(TiffDirectory.PHOTOMETRIC)) {
      throw new BadBytes("ambiguous TIFF: it doesn't say what its samples mean (tag 262)");
    }
    int photometric = small(tags, TiffDirectory.PHOTOMETRIC, 0);
    switch (photometric) {
      case 0, 1, 2 -> {}
      case 3 -> {
        if (tags.count(TiffDirectory.COLOUR_MAP) < 3L << bits) {
          throw new BadBytes("corrupt TIFF: a palette that is too short");
        }
      }
      case 4 -> throw unsupported("a transparency mask");
      case 5 -> {
        if (small(tags, TiffDirectory.INK_SET, 1) != 1) {
          throw unsupported("inks other than CMYK");
        }
      }
      case 6 -> {
        if (bits != 8) {
          throw unsupported("YCbCr of %d bits", bits);
        }
      }
      case 8, 9, 10 -> throw unsupported("CIE L*a*b* colours");
      case 32803 -> throw unsupported("a camera's raw mosaic");
      case 32844, 32845 -> throw unsupported("LogLuv colours");
      case 34892 -> throw unsupported("a camera's linear raw data");
      default -> throw unsupported("colours of kind %d", photometric);
    }
    return photometric;
  }

  private static int compression(TiffDirectory tags) throws BadBytes {
    int compression = small(tags, TiffDirectory.COMPRESSION, 1);
    String other =
        switch (compression) {
          case 1, 2, 3, 4, 5, 7, 8, 32773, 32946 -> null;
          case 6 -> "old-style JPEG";
          case 32771 -> "CCITT RLE of words";
          case 32809 -> "ThunderScan";
          case 33003, 33005, 34712 -> "JPEG 2000";
          case 34661 -> "JBIG";
          case 34676, 34677 -> "SGI log";
          case 34887 -> "LERC";
          case 34925 -> "LZMA";
          case 50000 -> "Zstandard";
          case 50001 -> "WebP";
          case 50002, 52546 -> "JPEG XL";
          default -> "kind " + compression;
        };
    if (other != null) {
      throw unsupported("compression by %s", other);
    }
    return compression;
  }

  private static int predictor(TiffDirectory tags, int bits) throws BadBytes {
    int predictor = small(tags, TiffDirectory.PREDICTOR, 1);
    if (predictor != 1 && (predictor != 2 || (bits != 8 && bits != 16))) {
      throw unsupported("predictor %d on %d-bit samples", predictor, bits);
    }
    return predictor;
  }

  private static int associated(TiffDirectory tags, int colours, int samples) throws BadBytes {
    long count = Math.min(samples - colours, tags.count(TiffDirectory.EXTRA_SAMPLES));
    for (int i = 0; i < count; i++) {
      if (tags.value(TiffDirectory.EXTRA_SAMPLES, i) == 1) {
        return colours + i;
      }
    }
    return -1;
  }

  /** A side of the tiles. Much larger ones than the image only cost time. */
  private static int tile(TiffDirectory tags, int tag, int side) throws BadBytes {
    long tile = tags.required(tag);
    if (tile < 1 || tile > Math.max(USUAL_TILE, 2L * side)) {
      throw new BadBytes("corrupt TIFF: tiles of " + tile + " pixels where the image has " + side);
    }
    return (int) tile;
  }

  private static int small(TiffDirectory tags, int tag, int otherwise) throws BadBytes {
    return (int) Math.min(tags.optional(tag, otherwise), Integer.MAX_VALUE);
  }

  /** A verdict that names the kind. */
  public static BadBytes unsupported(String what, Object... values) {
    return new BadBytes(
        String.format(Locale.ROOT, "a TIFF with " + what + ": not supported", values)
            + "; save it anew with 8 bits, uncompressed");
  }
}
