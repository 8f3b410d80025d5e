package dev.bingo.image;

import dev.bingo.file.Sha256;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * A set of raw pixels that lie in memory as uint8. Reading copies nothing: every reader of image
 * {@code i} gets the same {@link Pixels}.
 */
public final class MemorySource implements ImageSource {
  /** Sets of at most this many RGB bytes are worth holding, where the heap allows it. */
  public static final long DEFAULT_BYTES = 1L << 30;

  private final String description;
  private final String[] ids;
  private final Labels labels;
  private final Pixels[] images;

  private volatile String fingerprint;

  MemorySource(String description, String[] ids, Labels labels, Pixels[] images) {
    this.description = description;
    this.ids = ids;
    this.labels = labels;
    this.images = images;
  }

  /**
   * Whether the source is worth holding: all its images at stored size take at most {@code bytes},
   * and at most half of what the heap may grow to. Reads headers until the answer is known.
   */
  public static boolean fits(ImageSource source, long bytes) {
    if (source instanceof MemorySource) {
      return true;
    }
    long left = Math.min(bytes, Runtime.getRuntime().maxMemory() / 2);
    for (int i = 0; i < source.size() && left >= 0; i++) {
      left -= rgbBytes(source, i);
    }
    return left >= 0;
  }

  private static long rgbBytes(ImageSource source, int i) {
    try {
      return source.dimensions(i).rgbBytes();
    } catch (BadImageException e) {
      return 0; // whoever reads it is told
    }
  }

  @Override
  public int size() {
    return images.length;
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

  /** CIFAR and IDX alone are read into memory. */
  @Override
  public boolean numbered() {
    return true;
  }

  @Override
  public Pixels read(int i, Reduction reduction) {
    return images[i];
  }

  @Override
  public Dimensions dimensions(int i) {
    return new Dimensions(images[i].fullWidth(), images[i].fullHeight());
  }

  /** Bytes that the pixels take. */
  public long bytes() {
    long sum = 0;
    for (Pixels image : images) {
      sum += image.rgb().length;
    }
    return sum;
  }

  @Override
  public String fingerprint() {
    String known = fingerprint;
    if (known == null) {
      known = hashAll();
      fingerprint = known;
    }
    return known;
  }

  private String hashAll() {
    MessageDigest digest = Sha256.digest();
    for (int i = 0; i < images.length; i++) {
      Fingerprints.name(digest, this, i);
      Fingerprints.number(digest, images[i].width());
      Fingerprints.number(digest, images[i].height());
      digest.update(images[i].rgb());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public String describe() {
    return EncodedSource.describe(description, this)
        + String.format(Locale.ROOT, ", %,d MiB in memory", bytes() >> 20);
  }
}
