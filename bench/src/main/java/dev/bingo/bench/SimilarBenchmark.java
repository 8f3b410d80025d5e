package dev.bingo.bench;

import dev.bingo.evaluate.Embeddings;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.image.Stamp;
import dev.bingo.neighbour.VectorSearch;
import dev.bingo.similar.Hit;
import dev.bingo.similar.Identity;
import dev.bingo.similar.IndexUpdate;
import dev.bingo.similar.SimilarIndex;
import dev.bingo.torch.Engine;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.MappedRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * An index of made-up images: how long it takes to build, to update by 1 %, and to search. Prints a
 * JSON line; arguments are how many images, the width of vectors, and a folder for the index.
 *
 * <p>Vectors are of 2,000 groups in 32 dimensions, turned into D with a little noise: as those of
 * encoders they fill few of their dimensions, and groups overlap.
 */
public final class SimilarBenchmark {
  private static final int GROUPS = 2000;
  private static final int LATENT = 32;
  private static final int QUERIES = 300;
  private static final int BLOCK = 8192;
  private static final int K = 10;

  private final int width;
  private final Tensor centres;
  private final Tensor turn;
  private long embedding;

  private SimilarBenchmark(int width) {
    this.width = width;
    torch.manual_seed(0);
    centres = torch.randn(GROUPS, LATENT);
    turn = torch.randn(LATENT, width);
  }

  /** Runs it. */
  public static void main(String... args) throws IOException {
    if (args.length != 3) {
      System.err.println("usage: SimilarBenchmark N D FOLDER");
      System.exit(2);
    }
    Engine.start();
    try (PointerScope scope = new PointerScope()) {
      int n = Integer.parseInt(args[0]);
      new SimilarBenchmark(Integer.parseInt(args[1])).run(n, Path.of(args[2]));
    }
  }

  private void run(int n, Path folder) throws IOException {
    double build = update(folder, n, 0);
    double one = update(folder, n, n / 100);
    SimilarIndex index = SimilarIndex.open(folder);
    float[][] queries = new float[QUERIES][];
    for (int q = 0; q < QUERIES; q++) {
      queries[q] = Tensors.toFloats(rows(1));
    }
    VectorSearch all = new VectorSearch(MappedRows.open(vectors(folder)), null);
    double[] took = new double[QUERIES];
    double[] exact = new double[QUERIES];
    List<List<Hit>> hits = new ArrayList<>();
    for (int round = 0; round < 2; round++) { // the first warms up
      hits.clear();
      for (int q = 0; q < QUERIES; q++) {
        long start = System.nanoTime();
        hits.add(index.search(queries[q], K));
        took[q] = (System.nanoTime() - start) / 1e6;
      }
    }
    long found = 0;
    for (int q = 0; q < QUERIES; q++) {
      long start = System.nanoTime();
      VectorSearch.Nearest truth = all.nearest(queries[q], K);
      exact[q] = (System.nanoTime() - start) / 1e6;
      Set<Integer> right = Arrays.stream(truth.rows()).boxed().collect(Collectors.toSet());
      found += hits.get(q).stream().filter(hit -> right.contains(hit.row())).count();
    }
    System.out.printf(
        Locale.ROOT,
        "{\"bingo\": \"similar\", \"n\": %d, \"dim\": %d, \"exact\": %s, \"build_s\": %.1f,"
            + " \"update_1_percent_s\": %.1f, \"disk_mb\": %.0f, \"p50_ms\": %.1f, \"p99_ms\": %.1f,"
            + " \"exact_p50_ms\": %.1f, \"exact_p99_ms\": %.1f, \"recall\": %.4f,"
            + " \"recall_of_sample\": %.4f, \"peak_mib\": %d, \"own_mib\": %d}%n",
        n,
        width,
        index.exact(),
        build,
        one,
        bytes(folder) / 1e6,
        percentile(took, 50),
        percentile(took, 99),
        percentile(exact, 50),
        percentile(exact, 99),
        (double) found / (QUERIES * K),
        index.recall(),
        (long) ProcessMemory.mib("VmHWM"),
        (long) ProcessMemory.mib("RssAnon"));
  }

  /** Seconds without the embedding; the first {@code altered} images have changed. */
  private double update(Path folder, int n, int altered) throws IOException {
    embedding = 0;
    long start = System.nanoTime();
    new IndexUpdate(
            folder,
            new Identity("0".repeat(64), Map.of()),
            "made up",
            new MadeUp(n, altered),
            new Mixture(),
            IndexUpdate.Listener.NONE)
        .run(false);
    return (System.nanoTime() - start - embedding) / 1e9;
  }

  private static Path vectors(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith("vectors-"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static long bytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(f -> f.toFile().length()).sum();
    }
  }

  private static double percentile(double[] values, int percent) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }

  private Tensor rows(int count) {
    Tensor of = torch.rand(count).mul(new Scalar(GROUPS)).to(ScalarType.Long);
    Tensor latent =
        centres.index_select(0, of).add_(torch.randn(count, LATENT).mul_(new Scalar(.5)));
    return latent.matmul(turn).add_(torch.randn(count, width).mul_(new Scalar(.5)));
  }

  private final class Mixture implements IndexUpdate.Embedder {
    @Override
    public int width() {
      return width;
    }

    @Override
    public void embed(ImageSource some, Embeddings.Sink sink, ProgressListener listener) {
      for (int from = 0; from < some.size(); from += BLOCK) {
        try (PointerScope scope = new PointerScope()) {
          long start = System.nanoTime();
          Tensor rows = rows(Math.min(BLOCK, some.size() - from));
          embedding += System.nanoTime() - start;
          sink.take(IntStream.range(from, from + (int) rows.size(0)).toArray(), rows);
        }
      }
    }
  }

  /** Images of which nothing but a name and a time is ever asked. */
  private record MadeUp(int size, int altered) implements ImageSource {
    @Override
    public String id(int i) {
      return "folder-%04d/image-%08d.jpg".formatted(i / 1000, i);
    }

    @Override
    public int label(int i) {
      return UNLABELLED;
    }

    @Override
    public List<String> classes() {
      return List.of();
    }

    @Override
    public Pixels read(int i, Reduction reduction) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Stamp> stamp(int i) {
      return Optional.of(new Stamp(1000, i < altered ? 2 : 1));
    }

    @Override
    public String digest(int i) {
      return "%064x".formatted(i < altered ? -1L - i : i);
    }

    @Override
    public String fingerprint() {
      return "made up";
    }

    @Override
    public String describe() {
      return size + " made-up images";
    }
  }
}
