package dev.bingo.similar;

import dev.bingo.neighbour.ApproximateNeighbours;
import dev.bingo.neighbour.NearestNeighbours;
import dev.bingo.neighbour.Rows;
import dev.bingo.neighbour.VectorSearch;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.MappedRows;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A set of images that is searched by resemblance: the cosine of the angle between vectors that one
 * encoder gave. {@link IndexUpdate} makes it and keeps it up to date.
 *
 * <p>Vectors are memory-mapped: what is resident is what the system likes to keep. An index that is
 * open stays as it was while another process updates its folder. Threads may share it.
 */
public final class SimilarIndex {
  private static final int EXACT_PAIRS_UP_TO = 100_000;
  private static final int NEIGHBOURS = 16;
  private static final double RECALL = 0.97;
  private static final int TRIES = 3;

  private final Path folder;
  private final Manifest manifest;
  private final List<Entry> entries;
  private final MappedRows vectors;
  private final Tensor centres;
  private final VectorSearch search;

  private SimilarIndex(
      Path folder,
      Manifest manifest,
      List<Entry> entries,
      MappedRows vectors,
      VectorSearch.Cells cells) {
    this.folder = folder;
    this.manifest = manifest;
    this.entries = entries;
    this.vectors = vectors;
    centres = cells == null ? null : cells.centres();
    search = new VectorSearch(vectors, cells);
  }

  /**
   * Opens an index.
   *
   * @throws dev.bingo.weights.OtherFileException where there is none, or one of another version
   * @throws IOException where it is damaged
   */
  public static SimilarIndex open(Path folder) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        return open(new IndexFolder(folder));
      } catch (NoSuchFileException e) {
        // Another process may have replaced it between the manifest and what it names.
        if (tries == TRIES) {
          throw e;
        }
      }
    }
  }

  static SimilarIndex open(IndexFolder files) throws IOException {
    Manifest manifest = files.manifest();
    List<Entry> entries = files.entries(manifest);
    MappedRows vectors = MappedRows.open(files.file(manifest.vectors()));
    if (vectors.size() != entries.size()
        || vectors.type().intern() != ScalarType.Float
        || vectors.width() == 0) {
      throw files.damaged("its vectors are not of its images", null);
    }
    VectorSearch.Cells cells =
        manifest.sorted() == null ? null : cells(files, manifest.sorted(), vectors);
    return new SimilarIndex(files.path(), manifest, entries, vectors, cells);
  }

  private static VectorSearch.Cells cells(
      IndexFolder files, Manifest.Sorted sorted, MappedRows vectors) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Tensor centres = Npy.read(files.file(sorted.centres()));
      int[] starts = sorted.starts().stream().mapToInt(Integer::intValue).toArray();
      boolean fit =
          centres.dim() == 2
              && centres.size(1) == vectors.width()
              && centres.scalar_type().intern() == ScalarType.Float
              && starts.length > 0
              && starts[starts.length - 1] == vectors.size();
      if (!fit) {
        throw files.damaged("its cells are not of its vectors", null);
      }
      // Outlives the scope: it is the index's.
      return new VectorSearch.Cells(centres.retainReference(), starts, sorted.probed());
    } catch (IllegalArgumentException e) {
      throw files.damaged(e.getMessage(), e);
    }
  }

  Manifest manifest() {
    return manifest;
  }

  List<Entry> entries() {
    return entries;
  }

  MappedRows vectors() {
    return vectors;
  }

  /** Null where the rows are not sorted. */
  Tensor centres() {
    return centres;
  }

  /** How many images. */
  public int size() {
    return entries.size();
  }

  /** Numbers a vector. */
  public int width() {
    return vectors.width();
  }

  /** An image. */
  public Entry entry(int row) {
    return entries.get(row);
  }

  /** Images of the set that have no vector, and why. */
  public Map<String, String> leftOut() {
    return Map.copyOf(manifest.leftOut());
  }

  /** What the vectors are of. */
  public Identity identity() {
    return manifest.identity();
  }

  /** Where the images were. */
  public String data() {
    return manifest.data();
  }

  /** Whether all images of the set have been looked at: else an update was interrupted. */
  public boolean complete() {
    return manifest.complete();
  }

  /** Whether a search looks at all vectors, and can miss nothing. */
  public boolean exact() {
    return search.exact();
  }

  /** Share of the true ten nearest that a search finds, by a sample; 1 where it is exact. */
  public double recall() {
    return exact() ? 1 : manifest.sorted().recall();
  }

  /** Bytes of the vectors. */
  public long vectorBytes() {
    return (long) size() * width() * Float.BYTES;
  }

  /** Its vector, of length 1. */
  public float[] vector(int row) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.toFloats(vectors.block(row, 1));
    }
  }

  /** All vectors, of length 1. */
  public Rows rows() {
    return Rows.of(vectors);
  }

  /**
   * The images whose vectors are nearest, nearest first.
   *
   * @param vector of the encoder of {@link #identity}, {@code [D]}, of any length but 0
   * @param k most to find
   * @throws IOException where the index is damaged
   */
  public List<Hit> search(float[] vector, int k) throws IOException {
    VectorSearch.Nearest nearest;
    try {
      nearest = search.nearest(vector, k);
    } catch (IOException e) {
      throw new IndexFolder(folder).damaged(e.getMessage(), e);
    }
    List<Hit> hits = new ArrayList<>();
    for (int i = 0; i < nearest.rows().length; i++) {
      int row = nearest.rows()[i];
      hits.add(new Hit(entries.get(row), row, Math.min(1, nearest.cosines()[i])));
    }
    return hits;
  }

  /**
   * Two images that resemble each other.
   *
   * @param a row of the one
   * @param b row of the other, above {@code a}
   */
  public record Pair(int a, int b, double cosine) {}

  /**
   * Pairs of images, most alike first.
   *
   * @param recall share of the pairs that were found, by a sample; 1 where nothing was missed but
   *     what {@code crowded} says
   * @param crowded images whose nearest that were looked at are all that near: not all of their
   *     pairs are listed
   */
  public record Pairs(List<Pair> pairs, double recall, int crowded) {}

  /**
   * The nearest of each image among the others. Exact up to 100,000 images.
   *
   * @param members rows, {@code [N][k]}, nearest first
   * @param squaredDistances {@code [N][k]}: 2 − 2 · cosine
   * @param recall share of the true ones that were found, by a sample; 1 where it is exact
   */
  public record Neighbours(int[][] members, float[][] squaredDistances, double recall) {
    /** Of an image and the {@code j}-th nearest. */
    public double cosine(int row, int j) {
      return 1 - squaredDistances[row][j] / 2;
    }
  }

  /**
   * Finds the nearest of each image.
   *
   * @param most of each; fewer where the index has fewer others
   * @param progress told of the rows done
   */
  public Neighbours neighbours(int most, LongConsumer progress) {
    int n = size();
    int k = Math.min(most, n - 1);
    if (k < 1) {
      return new Neighbours(new int[n][0], new float[n][0], 1);
    }
    if (n <= EXACT_PAIRS_UP_TO) {
      NearestNeighbours.Result exact = NearestNeighbours.exact(rows(), k, progress);
      return new Neighbours(exact.members(), exact.squaredDistances(), 1);
    }
    ApproximateNeighbours.Found found =
        ApproximateNeighbours.search(rows(), k, RECALL, 0, progress);
    return new Neighbours(
        found.neighbours().members(), found.neighbours().squaredDistances(), found.recall());
  }

  /** Pairs with at least this cosine. Exact up to 100,000 images. */
  public Pairs pairs(double cosine, LongConsumer progress) {
    return pairs(neighbours(NEIGHBOURS, progress), cosine);
  }

  /** Pairs with at least this cosine, among the nearest of each image. */
  public static Pairs pairs(Neighbours near, double cosine) {
    int n = near.members().length;
    List<Pair> pairs = new ArrayList<>();
    int crowded = 0;
    for (int a = 0; a < n; a++) {
      int[] members = near.members()[a];
      for (int j = 0; j < members.length; j++) {
        double of = near.cosine(a, j);
        if (of < cosine) {
          break;
        }
        crowded += j == members.length - 1 && members.length < n - 1 ? 1 : 0;
        int b = members[j];
        // Each is found from both sides, but where the other one has nearer ones.
        if (a < b || !contains(near.members()[b], a)) {
          pairs.add(new Pair(Math.min(a, b), Math.max(a, b), of));
        }
      }
    }
    pairs.sort(Comparator.comparingDouble(Pair::cosine).reversed());
    return new Pairs(pairs, near.recall(), crowded);
  }

  private static boolean contains(int[] members, int row) {
    for (int member : members) {
      if (member == row) {
        return true;
      }
    }
    return false;
  }
}
