package dev.bingo.image;

import dev.bingo.file.Sha256;
import dev.bingo.torch.Draws;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Some images of another source, with their ids, labels and classes. Closing it closes that. Where
 * bad images are to be replaced, {@link Tolerant} goes around the subset, so that a replacement
 * comes from within it.
 */
public final class Subset implements ImageSource {
  private static final long PURPOSE = 0x5B5E7; // keeps these draws apart from others of the seed

  private final ImageSource source;
  private final int[] indices;
  private volatile String fingerprint;

  private Subset(ImageSource source, int[] indices) {
    this.source = source;
    this.indices = indices;
  }

  /**
   * The images at these positions, in this order.
   *
   * @throws IllegalArgumentException where a position is outside the source
   */
  public static Subset of(ImageSource source, int... indices) {
    for (int index : indices) {
      if (index < 0 || index >= source.size()) {
        throw new IllegalArgumentException(
            "subset: expected positions 0 to " + (source.size() - 1) + ", got " + index);
      }
    }
    return new Subset(source, indices.clone());
  }

  /**
   * {@code n} images drawn without replacement, in the source's order; a larger subset of the same
   * seed holds the smaller one.
   */
  public static Subset random(ImageSource source, int n, long seed) {
    if (n < 1 || n > source.size()) {
      throw new IllegalArgumentException(
          "subset: expected 1 to " + source.size() + " images, got " + n);
    }
    int[] first = Arrays.copyOf(Draws.of(seed, PURPOSE).permutation(source.size()), n);
    Arrays.sort(first);
    return new Subset(source, first);
  }

  /**
   * The images that have a label: the source itself where that is all.
   *
   * @throws ImageSetException where none has one
   */
  public static ImageSource labelled(ImageSource source) {
    int[] with = IntStream.range(0, source.size()).filter(i -> source.label(i) >= 0).toArray();
    if (with.length == 0) {
      throw new ImageSetException(
          source.describe()
              + ": no image has a label. Give a folder with a sub-folder for each class, or labels"
              + " in a manifest or beside the images in tar shards.");
    }
    return with.length == source.size() ? source : new Subset(source, with);
  }

  /** Position in the source of image {@code i} of this subset. */
  public int position(int i) {
    return indices[i];
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public String id(int i) {
    return source.id(indices[i]);
  }

  @Override
  public int label(int i) {
    return source.label(indices[i]);
  }

  @Override
  public List<String> classes() {
    return source.classes();
  }

  @Override
  public boolean numbered() {
    return source.numbered();
  }

  @Override
  public int resolved(int i) {
    int at = source.resolved(indices[i]);
    return at == indices[i]
        ? i
        : IntStream.range(0, indices.length).filter(j -> indices[j] == at).findFirst().orElse(-1);
  }

  @Override
  public Pixels read(int i, Reduction reduction) throws BadImageException {
    return source.read(indices[i], reduction);
  }

  @Override
  public Pixels read(int i, Reduction reduction, PixelBuffer buffer) throws BadImageException {
    return source.read(indices[i], reduction, buffer);
  }

  @Override
  public Dimensions dimensions(int i) throws BadImageException {
    return source.dimensions(indices[i]);
  }

  @Override
  public Optional<Stamp> stamp(int i) {
    return source.stamp(indices[i]);
  }

  @Override
  public String digest(int i) throws BadImageException {
    return source.digest(indices[i]);
  }

  @Override
  public String fingerprint() {
    String known = fingerprint;
    if (known == null) {
      MessageDigest digest = Sha256.digest();
      Fingerprints.text(digest, source.fingerprint());
      for (int index : indices) {
        Fingerprints.number(digest, index);
      }
      known = HexFormat.of().formatHex(digest.digest());
      fingerprint = known;
    }
    return known;
  }

  @Override
  public String describe() {
    return EncodedSource.describe("subset of " + source.describe(), this);
  }

  @Override
  public void close() {
    source.close();
  }
}
