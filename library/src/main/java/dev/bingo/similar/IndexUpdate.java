package dev.bingo.similar;

import dev.bingo.encoder.Backbone;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.file.FolderLock;
import dev.bingo.file.Printable;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.MappedRows;
import dev.bingo.weights.Npy;
import dev.bingo.weights.OtherFileException;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Makes an index of a set of images, or brings one up to date: only images that are new, or that
 * were altered, are embedded. Whatever ends it, the index of before is whole until the new one is;
 * with many new images it is written more than once, so that a killed update has not worked in
 * vain.
 */
public final class IndexUpdate {
  /** Up to so many bytes of vectors a search looks at all of them: about 50 ms on two cores. */
  public static final long EXACT_BYTES = 512L << 20;

  private static final int LEAST_NEW = 1 << 14;
  private static final int BLOCK = 4096;
  private static final int FEWEST_SORTED = 1000;

  private final IndexFolder folder;
  private final Identity identity;
  private final String data;
  private final ImageSource source;
  private final Embedder embedder;
  private final long exactBytes;
  private final int leastNew;
  private final Listener listener;

  private final Map<String, String> leftOut = new TreeMap<>();

  /** Embeds images. */
  public interface Embedder {
    /** Numbers a vector. */
    int width();

    /** Gives the features of those of a set that can be read, as {@link Embeddings#stream} does. */
    void embed(ImageSource some, Embeddings.Sink sink, Embeddings.Listener listener);

    /** By an encoder, which is in evaluation mode meanwhile. */
    static Embedder of(Backbone backbone, Embeddings.Options options) {
      return new Embedder() {
        @Override
        public int width() {
          return backbone.width();
        }

        @Override
        public void embed(ImageSource some, Embeddings.Sink sink, Embeddings.Listener listener) {
          Embeddings.stream(backbone, some, options, sink, listener);
        }
      };
    }
  }

  /** Is told how the work gets on. */
  public interface Listener {
    /** Tells nobody. */
    Listener NONE = new Listener() {};

    /** Something begins that is counted. */
    default void begin(String what) {}

    /** So much of it is done. */
    default void progress(long done, long total) {}
  }

  /**
   * What was done.
   *
   * @param added images that are new, and were embedded
   * @param changed images that were altered, and embedded again
   * @param renamed images whose vector was there under another name
   * @param removed images that the set has no more
   * @param kept images of which nothing was to be done
   */
  public record Done(int added, int changed, int renamed, int removed, int kept) {}

  /**
   * Prepares an update.
   *
   * @param folder of the index; made where it isn't there
   * @param identity of the vectors to make; an index of other ones is refused
   * @param data where the images are, absolute; an index of other images is refused
   * @param source of the images; those that can't be read get no vector
   */
  public IndexUpdate(
      Path folder,
      Identity identity,
      String data,
      ImageSource source,
      Embedder embedder,
      Listener listener) {
    this(folder, identity, data, source, embedder, listener, EXACT_BYTES, LEAST_NEW);
  }

  IndexUpdate(
      Path folder,
      Identity identity,
      String data,
      ImageSource source,
      Embedder embedder,
      Listener listener,
      long exactBytes,
      int leastNew) {
    this.folder = new IndexFolder(folder);
    this.identity = identity;
    this.data = data;
    this.source = source;
    this.embedder = embedder;
    this.listener = listener;
    this.exactBytes = exactBytes;
    this.leastNew = leastNew;
  }

  /**
   * Refuses an index of another encoder, of images prepared otherwise or of elsewhere, before
   * anything is read or embedded.
   */
  public static void check(Path folder, Identity identity) throws IOException {
    IndexFolder files = new IndexFolder(folder);
    if (files.holdsIndex()) {
      identity.check(files.manifest().identity(), folder);
    }
  }

  /**
   * Brings the index up to date.
   *
   * @param anew whether what is there is put aside whatever it is
   * @throws OtherFileException where what is there is the index of something else
   * @throws IOException where another process is at it, it is damaged, or it can't be written
   */
  public Done run(boolean anew) throws IOException {
    folder.plain().makeFolder("");
    try (FolderLock lock =
            FolderLock.take(folder.plain(), "another process is updating this index; wait for it");
        AutoGradMode off = new AutoGradMode(false)) {
      SimilarIndex before = anew || !folder.holdsIndex() ? null : SimilarIndex.open(folder);
      if (before != null) {
        identity.check(before.identity(), folder.path());
      }
      return run(before);
    }
  }

  private Done run(SimilarIndex first) throws IOException {
    SimilarIndex before = first;
    int n = source.size();
    listener.begin("looking for changes");
    Entry[] entries =
        Plan.look(
            entries(before),
            source,
            System.currentTimeMillis(),
            looked -> listener.progress(looked, n));
    Plan begun = Plan.of(entries(before), entries);
    checkData(before, begun);
    Plan plan = begun;
    while (true) {
      int[] missing = plan.missing(leftOut.keySet());
      int most = Math.max(leastNew, before == null ? 0 : before.size());
      boolean complete = missing.length <= most;
      boolean needless =
          missing.length == 0
              && plan.told()
              && before != null
              && before.complete()
              && before.leftOut().equals(leftOut);
      if (!needless) {
        try (PointerScope scope = new PointerScope()) {
          int[] now = Arrays.copyOf(missing, Math.min(most, missing.length));
          before = step(before, plan, now, complete);
        }
      }
      if (complete) {
        return new Done(
            begun.count(Plan.Kind.NEW, leftOut.keySet()),
            begun.count(Plan.Kind.ALTERED, leftOut.keySet()),
            begun.count(Plan.Kind.RENAMED, leftOut.keySet()),
            begun.gone(),
            begun.count(Plan.Kind.KEPT, Set.of()));
      }
      plan = Plan.of(entries(before), entries);
    }
  }

  private static List<Entry> entries(SimilarIndex index) {
    return index == null ? List.of() : index.entries();
  }

  /** A moved folder is the same one; another folder's images in place of these are a mistake. */
  private void checkData(SimilarIndex before, Plan plan) throws OtherFileException {
    if (before == null || before.data().equals(data)) {
      return;
    }
    int there = plan.count(Plan.Kind.KEPT, Set.of()) + plan.count(Plan.Kind.RENAMED, Set.of());
    if (2L * there < before.size()) {
      throw new OtherFileException(
          "%s: is the index of other images (%s): of its %,d, %,d are in %s; choose another index (--index), or make this one anew (--rebuild)"
              .formatted(folder.path(), before.data(), before.size(), there, data));
    }
  }

  /** Embeds some images, and writes an index of these and of all that is kept. */
  private SimilarIndex step(SimilarIndex before, Plan plan, int[] now, boolean complete)
      throws IOException {
    Path file = WholeFile.temporary(folder.path().resolve("new.npy"));
    try {
      boolean[] made = new boolean[now.length];
      if (now.length > 0) {
        embed(plan, now, file, made);
      }
      List<Entry> entries = new ArrayList<>();
      IntStream.Builder from = IntStream.builder();
      // In the order in which they lie: what does not move need not be written again.
      IntStream.range(0, plan.rows().length)
          .filter(i -> plan.rows()[i] != Plan.NONE)
          .boxed()
          .sorted(Comparator.comparingInt(i -> plan.rows()[i]))
          .forEach(
              i -> {
                entries.add(plan.entries()[i]);
                from.add(plan.rows()[i]);
              });
      boolean nothingNew = true;
      for (int j = 0; j < now.length; j++) {
        if (made[j]) {
          entries.add(plan.entries()[now[j]]);
          from.add(-1 - j);
          nothingNew = false;
        }
      }
      if (entries.isEmpty() && !complete) {
        return before;
      }
      if (entries.isEmpty()) {
        throw new IOException(source.describe() + ": none of the images has a vector");
      }
      boolean asBefore =
          before != null
              && nothingNew
              && plan.told()
              && before.complete() == complete
              && before.leftOut().equals(leftOut);
      if (asBefore) {
        return before;
      }
      Pieces pieces =
          new Pieces(
              before == null ? null : before.vectors(),
              now.length == 0 ? null : MappedRows.open(file),
              from.build().toArray(),
              embedder.width());
      return write(before, pieces, entries, complete);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /**
   * Embeds images.
   *
   * @param file gets a row each, of length 1; of NaN where there is none
   * @param made set where there is one
   */
  private void embed(Plan plan, int[] now, Path file, boolean[] made) throws IOException {
    listener.begin("embedding");
    Npy.write(
        file,
        ScalarType.Float,
        new long[] {now.length, embedder.width()},
        blocks -> {
          int[] next = {0};
          embedder.embed(
              Subset.of(source, now),
              (positions, features) -> {
                if (positions.length > 0) {
                  next[0] = unit(plan, now, positions, features, next[0], made, blocks);
                }
              },
              listener::progress);
          blocks.accept(nothing(now.length - next[0]));
        });
    for (int j = 0; j < now.length; j++) {
      if (!made[j]) {
        leftOut.putIfAbsent(plan.entries()[now[j]].id(), "it can't be read");
      }
    }
  }

  private Tensor nothing(int rows) {
    return torch.zeros(new long[] {rows, embedder.width()}).fill_(new Scalar(Double.NaN));
  }

  /** Writes features of length 1, and NaN for those between that are missing; returns the next. */
  private int unit(
      Plan plan,
      int[] now,
      int[] positions,
      Tensor features,
      int next,
      boolean[] made,
      Consumer<Tensor> blocks) {
    int last = positions[positions.length - 1];
    float[] lengths = Tensors.toFloats(norms(features));
    for (int i = 0; i < positions.length; i++) {
      Entry entry = plan.entries()[now[positions[i]]];
      if (!Float.isFinite(lengths[i])) {
        throw new IllegalStateException(
            Printable.line(entry.id()) + ": the encoder gives it features that are not finite");
      }
      // One that couldn't be read a moment ago is not known well enough to be found again.
      made[positions[i]] = lengths[i] > 0 && !entry.digest().isEmpty();
      if (lengths[i] == 0) {
        leftOut.put(entry.id(), "the encoder gives it nothing but zeros, which resemble nothing");
      }
    }
    Tensor rows = nothing(last + 1 - next);
    long[] at = Arrays.stream(positions).mapToLong(p -> p - next).toArray();
    rows.index_copy_(0, Tensors.of(at, at.length), torch.normalize(features));
    blocks.accept(rows);
    return last + 1;
  }

  private static Tensor norms(Tensor rows) {
    return rows.square().sum(new long[] {1}, false, new ScalarTypeOptional()).sqrt();
  }

  private SimilarIndex write(
      SimilarIndex before, Pieces pieces, List<Entry> entries, boolean complete)
      throws IOException {
    int n = pieces.size();
    boolean sort =
        complete && n >= FEWEST_SORTED && (long) n * pieces.width() * Float.BYTES > exactBytes;
    String names = IndexFolder.fresh("entries", "jsonl");
    Manifest.Sorted sorted = null;
    String vectors;
    List<Entry> inOrder = entries;
    if (before != null
        && before.size() == n
        && (before.manifest().sorted() != null) == sort
        && IntStream.range(0, n).allMatch(r -> pieces.from()[r] == r)) {
      vectors = before.manifest().vectors();
      sorted = before.manifest().sorted();
    } else {
      vectors = IndexFolder.fresh("vectors", "npy");
      long[] order = LongStream.range(0, n).toArray();
      if (sort) {
        listener.begin("sorting into cells");
        Sorting sorting = Sorting.of(before, pieces);
        order = sorting.order();
        String centres = IndexFolder.fresh("cells", "npy");
        Npy.write(folder.file(centres), sorting.centres());
        sorted = sorting.sorted(centres);
        inOrder = LongStream.of(order).mapToObj(r -> entries.get((int) r)).toList();
      }
      write(vectors, pieces, order);
    }
    String digest = folder.write(names, inOrder);
    folder.commit(
        new Manifest(
            Manifest.VERSION,
            complete,
            data,
            identity.encoder(),
            new TreeMap<>(identity.settings()),
            vectors,
            names,
            digest,
            leftOut,
            sorted));
    return SimilarIndex.open(folder);
  }

  private void write(String name, Pieces pieces, long[] order) throws IOException {
    Npy.write(
        folder.file(name),
        ScalarType.Float,
        new long[] {order.length, pieces.width()},
        blocks -> {
          for (int from = 0; from < order.length; from += BLOCK) {
            try (PointerScope scope = new PointerScope()) {
              Tensor rows =
                  pieces.gather(
                      Arrays.copyOfRange(order, from, Math.min(order.length, from + BLOCK)));
              // Not a number is above nothing, so that it counts as damage too.
              if (!(norms(rows).sub(new Scalar(1)).abs().max().item_double() < 0.01)) {
                throw folder.damaged("vectors are not of length 1", null);
              }
              blocks.accept(rows);
            }
          }
        });
  }
}
