package dev.bingo.image;

import dev.bingo.format.BadBytes;
import dev.bingo.format.TiffDirectory;
import dev.bingo.format.TiffLayout;
import dev.bingo.format.Truncation;
import java.nio.ByteBuffer;

/** TIFFs of fax codes, JPEGs and YCbCr, which libtiff reads: checked before it allocates. */
final class TiffForCodec {
  private TiffForCodec() {}

  /**
   * The file as libtiff is to see it: not turned, for that is asked for elsewhere.
   *
   * @param data the file, from 0 to the limit
   */
  static ByteBuffer checked(ByteBuffer data, TiffDirectory tags, TiffLayout layout)
      throws BadBytes {
    boolean fax = layout.compression() >= 2 && layout.compression() <= 4;
    if (fax && (layout.bits() != 1 || layout.samples() != 1)) {
      throw new BadBytes("corrupt TIFF: a fax of colours");
    }
    if (layout.samples() > 4 || (!fax && layout.bits() != 8)) {
      throw TiffLayout.unsupported(
          "%d samples of %d bits in JPEG or YCbCr", layout.samples(), layout.bits());
    }
    int offsets = layout.tiled() ? TiffDirectory.TILE_OFFSETS : TiffDirectory.STRIP_OFFSETS;
    int counts = layout.tiled() ? TiffDirectory.TILE_BYTES : TiffDirectory.STRIP_BYTES;
    int pieces = layout.across() * layout.down() * (layout.planar() ? layout.samples() : 1);
    for (int i = 0; i < pieces; i++) {
      if (tags.value(offsets, i) + tags.value(counts, i) > data.limit()) {
        throw new BadBytes(Truncation.truncated(data.limit()));
      }
    }
    return Orientation.of(tags) == 1 ? data : tags.withOne(TiffDirectory.ORIENTATION);
  }
}
