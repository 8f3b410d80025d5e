package dev.bingo.image;

import dev.bingo.file.Printable;
import dev.bingo.file.Sha256;
import dev.bingo.format.BadBytes;
import dev.bingo.format.ImageHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** Images that are decoded when they are read: files of a folder or manifest, members of tars. */
final class EncodedSource implements ImageSource {
  private static final int HEAD = 1 << 16;

  private final String description;
  private final LeftOut leftOut;
  private final String[] ids;
  private final Labels labels;
  private final Blobs blobs;
  private final Decoder decoder;
  private volatile String fingerprint;

  EncodedSource(
      String description,
      LeftOut leftOut,
      List<String> ids,
      Labels labels,
      Blobs blobs,
      SourceOptions options) {
    this.description = description;
    this.leftOut = leftOut;
    this.ids = ids.toArray(String[]::new);
    this.labels = labels;
    this.blobs = blobs;
    this.decoder = new Decoder(options.limits(), options.exif());
  }

  @Override
  public int size() {
    return ids.length;
  }

  @Override
  public String id(int i) {
    return ids[i];
  }

  @Override
  public int label(int i) {
    return labels.of()[i];
  }

  @Override
  public List<String> classes() {
    return labels.classes();
  }

  @Override
  public Pixels read(int i, Reduction reduction) throws BadImageException {
    return read(i, reduction, PixelBuffer.once());
  }

  @Override
  public Pixels read(int i, Reduction reduction, PixelBuffer buffer) throws BadImageException {
    ByteBuffer bytes;
    try {
      bytes = blobs.read(i, decoder.limits(), buffer);
    } catch (IOException | BadBytes e) {
      throw bad(i, e);
    }
    return decoder.decode(ids[i], bytes, reduction, buffer);
  }

  @Override
  public Dimensions dimensions(int i) throws BadImageException {
    try {
      byte[] head = blobs.read(i, 0, HEAD);
      ImageHeader header;
      try {
        header = ImageHeader.parse(ByteBuffer.wrap(head), decoder.limits());
      } catch (BadBytes e) {
        if (head.length < HEAD) {
          throw e;
        }
        // it lies behind long metadata
        ByteBuffer whole = blobs.read(i, decoder.limits(), PixelBuffer.once());
        header = ImageHeader.parse(whole, decoder.limits());
      }
      return new Dimensions(header.width(), header.height());
    } catch (IOException | BadBytes e) {
      throw bad(i, e);
    }
  }

  private BadImageException bad(int i, Exception e) {
    return e instanceof BadImageException bad
        ? bad
        : new BadImageException(ids[i], FileBlobs.reason(e), e);
  }

  @Override
  public Optional<Stamp> stamp(int i) {
    try {
      return Optional.of(new Stamp(blobs.length(i), blobs.modified(i)));
    } catch (IOException | BadBytes e) {
      return Optional.empty(); // whoever reads it is told
    }
  }

  @Override
  public String digest(int i) throws BadImageException {
    try {
      ByteBuffer bytes = blobs.read(i, decoder.limits(), PixelBuffer.once());
      MessageDigest digest = Sha256.digest();
      digest.update(bytes);
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException | BadBytes e) {
      throw bad(i, e);
    }
  }

  @Override
  public String fingerprint() {
    String known = fingerprint;
    if (known == null) {
      known = Fingerprints.of(this, blobs);
      fingerprint = known;
    }
    return known;
  }

  @Override
  public String describe() {
    return describe(description, this) + leftOut.words();
  }

  @Override
  public void close() {
    blobs.close();
  }

  static String describe(String what, ImageSource source) {
    long without =
        source.labelled()
            ? IntStream.range(0, source.size()).filter(i -> source.label(i) < 0).count()
            : 0;
    return String.format(
        Locale.ROOT,
        "%s: %s, %s%s",
        Printable.line(what),
        counted(source.size(), "image", "images"),
        source.labelled() ? counted(source.classes().size(), "class", "classes") : "unlabelled",
        without == 0 ? "" : String.format(Locale.ROOT, ", %,d without a label", without));
  }

  static String counted(int number, String one, String several) {
    return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : several);
  }
}
