package dev.bingo.similar;

import dev.bingo.encoder.Backbone;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.file.FolderLock;
import dev.bingo.file.Remedy;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.torch.ProgressListener;
import dev.bingo.weights.MappedRows;
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
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * Makes an index of a set of images, or brings one up to date: only images that are new, or that
 * were altered, are embedded. Whatever ends it, the index of before is whole until the new one is;
 * with many new images it is written every few minutes, so that a killed update has not worked in
 * vain.
 */
public final class IndexUpdate {
  /** Up to so many bytes of vectors a search looks at all of them: about 50 ms on two cores. */
  public static final long EXACT_BYTES = 512L << 20;

  /** What an update that dies has worked in vain at most, about. */
  private static final double SECONDS = 300;

  private static final int LEAST_NEW = 1024;

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
    void embed(ImageSource some, Embeddings.Sink sink, ProgressListener listener);

    /** By an encoder, which is in evaluation mode meanwhile. */
    static Embedder of(Backbone backbone, Embeddings.Options options) {
      return new Embedder() {
        @Override
        public int width() {
          return backbone.width();
        }

        @Override
        public void embed(ImageSource some, Embeddings.Sink sink, ProgressListener listener) {
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
        if (before.width() != embedder.width()) {
          throw folder.damaged("its vectors are not as long as the encoder's", null);
        }
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
    int wanted = begun.missing(Set.of()).length;
    int most = leastNew;
    if (wanted > 0) {
      listener.begin("embedding");
    }
    while (true) {
      int[] missing = plan.missing(leftOut.keySet());
      boolean complete = missing.length <= most;
      try (PointerScope scope = new PointerScope()) {
        long start = System.nanoTime();
        int[] now = Arrays.copyOf(missing, Math.min(most, missing.length));
        int embedded = wanted - missing.length;
        before = step(before, plan, now, complete, at -> listener.progress(embedded + at, wanted));
        double seconds = (System.nanoTime() - start) / 1e9;
        most = (int) Math.max(leastNew, SECONDS * now.length / seconds);
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
          "%s: is the index of other images (%s): of its %,d, %,d are in %s"
              .formatted(folder.path(), before.data(), before.size(), there, data),
          Remedy.OTHER_INDEX);
    }
  }

  /** Embeds some images, and writes an index of these and of all that is kept. */
  private SimilarIndex step(
      SimilarIndex before, Plan plan, int[] now, boolean complete, LongConsumer progress)
      throws IOException {
    Path file = WholeFile.temporary(folder.path().resolve("new.npy"));
    try {
      NewRows made = new NewRows(now.length);
      if (now.length > 0) {
        Entry[] wanted = IntStream.of(now).mapToObj(i -> plan.entries()[i]).toArray(Entry[]::new);
        made.write(file, wanted, Subset.of(source, now), embedder, progress);
        leftOut.putAll(made.leftOut());
      }
      boolean nothingNew = IntStream.range(0, now.length).noneMatch(made::has);
      boolean asBefore =
          before != null
              && nothingNew
              && plan.told()
              && before.complete() == complete
              && before.leftOut().equals(leftOut);
      if (asBefore) {
        return before;
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
      for (int j = 0; j < now.length; j++) {
        if (made.has(j)) {
          entries.add(plan.entries()[now[j]]);
          from.add(-1 - j);
        }
      }
      if (entries.isEmpty() && !complete) {
        return before;
      }
      if (entries.isEmpty()) {
        throw new IOException(source.describe() + ": none of the images has a vector");
      }
      Pieces pieces =
          new Pieces(
              before == null ? null : before.vectors(),
              now.length == 0 ? null : MappedRows.open(file),
              from.build().toArray(),
              embedder.width());
      IndexWriter writer = new IndexWriter(folder, identity, data, exactBytes, listener);
      return writer.write(before, pieces, entries, leftOut, complete);
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
