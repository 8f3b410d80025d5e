package dev.bingo.similar;

import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Stamp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * What is to be done so that an index holds the images of a set.
 *
 * @param entries of each image of the set; one without a digest can't even be read
 * @param rows of each image in the index of before; {@link #NONE} where it is to be embedded
 * @param kinds of each image
 * @param gone images that the set has no more
 * @param told whether the index of before says the very same of all images that are not to be
 *     embedded, and has no others
 */
record Plan(Entry[] entries, int[] rows, Kind[] kinds, int gone, boolean told) {
  static final int NONE = -1;

  /** What became of an image. */
  enum Kind {
    KEPT,
    ALTERED,
    RENAMED,
    NEW
  }

  /**
   * A file that was changed so shortly before it was looked at can be changed once more within the
   * same tick of its file system's clock: its time says nothing then.
   */
  private static final long TICK = 2_000;

  /**
   * Looks at the images. One whose size and time are those of before is taken for the same; any
   * other is read.
   *
   * @param before entries of the index
   * @param now milliseconds since 1970
   * @param progress told of the images looked at
   */
  static Entry[] look(List<Entry> before, ImageSource source, long now, LongConsumer progress) {
    Map<String, Entry> byId = new HashMap<>();
    before.forEach(entry -> byId.putIfAbsent(entry.id(), entry));
    int n = source.size();
    Entry[] entries = new Entry[n];
    AtomicInteger looked = new AtomicInteger();
    IntStream.range(0, n)
        .parallel()
        .forEach(
            i -> {
              entries[i] = look(source, i, byId.get(source.id(i)), now);
              synchronized (looked) {
                progress.accept(looked.incrementAndGet());
              }
            });
    return entries;
  }

  /**
   * Compares: an image is the same where its SHA-256 is.
   *
   * @param before entries of the index
   * @param entries of the images as they are
   */
  static Plan of(List<Entry> before, Entry[] entries) {
    Map<String, Integer> byId = new HashMap<>();
    Map<String, Integer> byDigest = new HashMap<>();
    for (int row = 0; row < before.size(); row++) {
      byId.putIfAbsent(before.get(row).id(), row);
      byDigest.putIfAbsent(before.get(row).digest(), row);
    }
    int n = entries.length;
    int[] rows = new int[n];
    Kind[] kinds = new Kind[n];
    Set<String> ids = new HashSet<>();
    boolean told = true;
    for (int i = 0; i < n; i++) {
      ids.add(entries[i].id());
      Integer known = byId.get(entries[i].id());
      String digest = entries[i].digest();
      boolean same =
          known != null && !digest.isEmpty() && before.get(known).digest().equals(digest);
      rows[i] = same ? known : digest.isEmpty() ? NONE : byDigest.getOrDefault(digest, NONE);
      kinds[i] =
          same
              ? Kind.KEPT
              : known != null ? Kind.ALTERED : rows[i] == NONE ? Kind.NEW : Kind.RENAMED;
      told &= rows[i] == NONE ? known == null : same && before.get(known).equals(entries[i]);
    }
    int gone = (int) byId.keySet().stream().filter(id -> !ids.contains(id)).count();
    return new Plan(entries, rows, kinds, gone, told && gone == 0);
  }

  private static Entry look(ImageSource source, int i, Entry before, long now) {
    Optional<Stamp> stamp = source.stamp(i);
    long bytes = stamp.map(Stamp::bytes).orElse(0L);
    long modified = stamp.map(Stamp::modified).filter(t -> t < now - TICK).orElse(0L);
    boolean trusted =
        before != null && modified != 0 && before.modified() == modified && before.bytes() == bytes;
    String digest = "";
    try {
      digest = trusted ? before.digest() : source.digest(i);
    } catch (BadImageException e) {
      // Whoever embeds it is told.
    }
    return new Entry(source.id(i), bytes, modified, digest);
  }

  /** Positions of the images to embed, without those of these ids. */
  int[] missing(Set<String> without) {
    return IntStream.range(0, rows.length)
        .filter(i -> rows[i] == NONE && !without.contains(entries[i].id()))
        .toArray();
  }

  /** How many images of this kind there are, without those of these ids. */
  int count(Kind kind, Set<String> without) {
    return (int)
        IntStream.range(0, kinds.length)
            .filter(i -> kinds[i] == kind && !without.contains(entries[i].id()))
            .count();
  }
}
