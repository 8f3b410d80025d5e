package dev.bingo.neighbour;

import dev.bingo.torch.Draws;
import dev.bingo.torch.Names;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Spherical k-means: the bag rule of BINGO's ablation, which minimises the mean of −vᵢᵀ c_q(i). */
public final class KMeans {
  // Similarities held at once: 64 MiB.
  private static final long CELLS = 1 << 24;

  private KMeans() {}

  /**
   * Clusters unit rows. Centres start at rows drawn from the seed; one that loses all its rows
   * moves to the row that is worst served.
   *
   * @param features {@code float32 [N, D]}, rows of length 1
   * @param clusters at most N
   * @param iterations of assignment and update; stops earlier when nothing changes
   * @return the cluster of each row
   */
  public static int[] spherical(Tensor features, int clusters, int iterations, long seed) {
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope outer = new PointerScope()) {
      long[] assigned = iterate(features, start(features, clusters, seed), iterations);
      return Arrays.stream(assigned).mapToInt(c -> (int) c).toArray();
    }
  }

  /** The same, but gives the centres, {@code float32 [clusters, D]}, of length 1. */
  static Tensor centres(Tensor features, int clusters, int iterations, long seed) {
    Tensor centres = start(features, clusters, seed);
    iterate(features, centres, iterations);
    return centres;
  }

  /**
   * The same from a start that is spread out (k-means++, Arthur and Vassilvitskii, 2007): each
   * centre is a row drawn by 1 − its cosine to the nearest centre before. Fewer clusters share a
   * centre; it takes {@code clusters} passes.
   */
  public static Tensor spreadCentres(Tensor features, int clusters, int iterations, long seed) {
    Draws draws = Draws.of(seed, 0x4eb);
    int n = Math.toIntExact(features.size(0));
    long[] rows = new long[clusters];
    float[] far = new float[n];
    Arrays.fill(far, 1);
    for (int c = 0; c < clusters; c++) {
      rows[c] = drawn(far, draws);
      try (PointerScope scope = new PointerScope()) {
        float[] cosine = Tensors.toFloats(features.mv(features.select(0, rows[c])));
        for (int i = 0; i < n; i++) {
          far[i] = c == 0 ? 1 - cosine[i] : Math.min(far[i], 1 - cosine[i]);
        }
      }
    }
    Tensor centres = features.index_select(0, Tensors.of(rows, clusters)).clone();
    iterate(features, centres, iterations);
    return centres;
  }

  /** A position, by weights; any where all are 0. */
  private static int drawn(float[] weights, Draws draws) {
    double sum = 0;
    for (float w : weights) {
      sum += Math.max(0, w);
    }
    double at = draws.uniform() * sum;
    for (int i = 0; i < weights.length; i++) {
      at -= Math.max(0, weights[i]);
      if (at < 0) {
        return i;
      }
    }
    return draws.below(weights.length);
  }

  private static Tensor start(Tensor features, int clusters, long seed) {
    int n = Math.toIntExact(features.size(0));
    if (clusters < 1 || clusters > n) {
      throw new IllegalArgumentException(
          "bags.clusters: expected 1 to "
              + n
              + " for "
              + Names.counted(n, "image")
              + ", got "
              + clusters);
    }
    long[] start = new long[clusters];
    int[] order = Draws.of(seed, 0x4ea).permutation(n);
    for (int c = 0; c < clusters; c++) {
      start[c] = order[c];
    }
    return features.index_select(0, Tensors.of(start, clusters)).clone();
  }

  /** Moves the centres; returns the cluster of each row. */
  private static long[] iterate(Tensor features, Tensor centres, int iterations) {
    long[] assigned = new long[0];
    for (int i = 0; i < iterations; i++) {
      long[] before = assigned;
      try (PointerScope scope = new PointerScope()) {
        assigned = step(features, centres);
      }
      if (Arrays.equals(before, assigned)) {
        break;
      }
    }
    return assigned;
  }

  private static long[] step(Tensor features, Tensor centres) {
    long n = features.size(0);
    Tensor similarity = features.select(1, 0).clone();
    Tensor cluster = similarity.to(ScalarType.Long);
    long block = Math.max(1, CELLS / centres.size(0));
    for (long from = 0; from < n; from += block) {
      long count = Math.min(block, n - from);
      try (PointerScope scope = new PointerScope()) {
        var best = torch.max(features.narrow(0, from, count).matmul(centres.t()), 1, false);
        similarity.narrow(0, from, count).copy_(best.get0());
        cluster.narrow(0, from, count).copy_(best.get1());
      }
    }
    Tensor sums = torch.zeros_like(centres).index_add_(0, cluster, features);
    Tensor counts =
        torch.bincount(cluster, new org.bytedeco.pytorch.TensorOptional(), centres.size(0));
    long[] rows = Tensors.toLongs(counts);
    long[] worst = Tensors.toLongs(torch.argsort(similarity, true, 0, false));
    int next = 0;
    for (int c = 0; c < rows.length; c++) {
      if (rows[c] == 0) {
        sums.select(0, c).copy_(features.select(0, worst[next++]));
      }
    }
    centres.copy_(torch.normalize(sums.add_(new Scalar(1e-12))));
    return Tensors.toLongs(cluster);
  }
}
