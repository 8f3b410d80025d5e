package dev.bingo.image;

import dev.bingo.file.Sha256;
import java.io.Closeable;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An ordered set of images, read by position from any number of threads at once.
 *
 * <p>The order is stable: the same files give the same positions on every machine.
 */
public interface ImageSource extends Closeable {
  /** Label of an image that has none. */
  int UNLABELLED = -1;

  /** How many images there are. */
  int size();

  /**
   * A stable name of image {@code i}: a path relative to the root, with {@code /}, or {@code
   * file#record}.
   */
  String id(int i);

  /** Class of image {@code i}, an index into {@link #classes()}, or {@link #UNLABELLED}. */
  int label(int i);

  /**
   * The names of the classes in label order, which is sorted order where they are names of folders;
   * empty where the set is unlabelled.
   */
  List<String> classes();

  /**
   * Whether the numbers of the classes are the format's own, as in CIFAR and IDX: another set of
   * that format has the same ones, whatever they are called there. Elsewhere classes are known by
   * their names alone.
   */
  default boolean numbered() {
    return false;
  }

  /**
   * Decodes image {@code i} to RGB.
   *
   * @throws BadImageException where the bytes are no image that we read, or exceed the bounds
   */
  Pixels read(int i, Reduction reduction) throws BadImageException;

  /**
   * The same, perhaps into memory that is used again.
   *
   * @param buffer the thread's own; what is returned is good until the next read with it
   */
  default Pixels read(int i, Reduction reduction, PixelBuffer buffer) throws BadImageException {
    return read(i, reduction);
  }

  /**
   * Width and height of image {@code i} as stored, without decoding it where that can be avoided.
   *
   * @throws BadImageException as {@link #read}, though a bad image may have a good header
   */
  default Dimensions dimensions(int i) throws BadImageException {
    Pixels pixels = read(i, Reduction.NONE);
    return new Dimensions(pixels.fullWidth(), pixels.fullHeight());
  }

  /**
   * The position whose pixels {@link #read} gave for {@code i}: {@code i} itself, but where {@link
   * Tolerant} replaced a bad image; −1 where the replacement is outside of this set. Meaningful
   * after that read.
   */
  default int resolved(int i) {
    return i;
  }

  /**
   * What shows at little cost whether image {@code i} was altered; empty where there is no such
   * thing, or the file can't be looked at.
   */
  default Optional<Stamp> stamp(int i) {
    return Optional.empty();
  }

  /**
   * SHA-256 of image {@code i} alone, of every byte as it is stored, or of the pixels where they
   * are stored raw; hex, 64 digits. An image that is no good may have one.
   *
   * @throws BadImageException where it can't be read at all
   */
  default String digest(int i) throws BadImageException {
    Pixels pixels = read(i, Reduction.NONE);
    MessageDigest digest = Sha256.digest();
    Fingerprints.number(digest, pixels.width());
    Fingerprints.number(digest, pixels.height());
    digest.update(pixels.rgb(), 0, pixels.width() * pixels.height() * 3);
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Identifies the content: changes when an image is added, removed, renamed, relabelled or
   * altered. Hex, 64 digits. Computed when first asked for; encoded images are judged by id, class,
   * size in bytes and their first and last 4 KiB, pixels in memory by every byte.
   */
  String fingerprint();

  /** One line for people: kind, size, classes. */
  String describe();

  @Override
  default void close() {}

  /** The position of each image by its {@link #id}. */
  default Map<String, Integer> positions() {
    Map<String, Integer> positions = new HashMap<>();
    for (int i = 0; i < size(); i++) {
      positions.put(id(i), i);
    }
    return positions;
  }

  default boolean labelled() {
    return !classes().isEmpty();
  }
}
