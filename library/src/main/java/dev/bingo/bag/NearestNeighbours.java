package dev.bingo.bag;

import dev.bingo.torch.Tensors;
import java.util.function.LongConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Exact k-nearest neighbours by cosine, in tiles of queries by candidates: the memory beside the
 * features is at most 256 MiB, whatever N is.
 */
public final class NearestNeighbours {
  private static final int QUERIES = 1024;
  private static final int CANDIDATES = 1 << 16;

  private NearestNeighbours() {}

  /**
   * The neighbours of every row among all others.
   *
   * @param members {@code [N][k]}, nearest first
   * @param squaredDistances {@code [N][k]}, squared L2 between the unit rows: 2 − 2 · cosine
   */
  public record Result(int[][] members, float[][] squaredDistances) {}

  /**
   * Searches exactly, in float32. A row is left out by its position, not by its rank: with
   * duplicates in the data the first hit need not be the row itself.
   *
   * @param features {@code float32 [N, D]}, rows of length 1
   * @param k at most N − 1
   * @param progress told of the rows done
   */
  public static Result exact(Tensor features, int k, LongConsumer progress) {
    return exact(features, k, progress, QUERIES, CANDIDATES);
  }

  static Result exact(Tensor features, int k, LongConsumer progress, int queries, int candidates) {
    int n = Math.toIntExact(features.size(0));
    if (k < 1 || k > n - 1) {
      throw new IllegalArgumentException(
          "bags.k: expected 1 to " + (n - 1) + " neighbours for " + n + " images, got " + k);
    }
    int[][] members = new int[n][];
    float[][] distances = new float[n][];
    try (AutoGradMode off = new AutoGradMode(false)) {
      for (int start = 0; start < n; start += queries) {
        int count = Math.min(queries, n - start);
        try (PointerScope scope = new PointerScope()) {
          Nearest best = nearest(features, start, count, k, candidates);
          unpack(best, start, count, k, members, distances);
        }
        progress.accept(start + count);
      }
    }
    return new Result(members, distances);
  }

  /** The best so far of some queries, {@code [count, k]} each, best first. */
  private record Nearest(Tensor cosine, Tensor index) {}

  private static Nearest nearest(Tensor features, int start, int count, int k, int candidates) {
    long n = features.size(0);
    Tensor queries = features.narrow(0, start, count);
    Tensor none = torch.full_like(queries.narrow(1, 0, 1), new Scalar(-2)).repeat(1, k);
    Nearest best = new Nearest(none, none.to(ScalarType.Long));
    for (long from = 0; from < n; from += candidates) {
      long width = Math.min(candidates, n - from);
      try (PointerScope scope = new PointerScope()) {
        Tensor scores = queries.matmul(features.narrow(0, from, width).t());
        if (start + count > from && start < from + width) {
          // query i is candidate start + i − from of this tile
          scores.diagonal(start - from, 0, 1).fill_(new Scalar(Float.NEGATIVE_INFINITY));
        }
        T_TensorTensor_T tile = torch.topk(scores, Math.min(k, width), 1, true, true);
        Tensor cosine = torch.hstack(new TensorVector(best.cosine, tile.get0()));
        Tensor index =
            torch.hstack(new TensorVector(best.index, tile.get1().add(new Scalar(from))));
        T_TensorTensor_T both = torch.topk(cosine, k, 1, true, true);
        best.cosine.copy_(both.get0());
        best.index.copy_(index.gather(1, both.get1()));
      }
    }
    return best;
  }

  private static void unpack(
      Nearest best, int start, int count, int k, int[][] members, float[][] distances) {
    float[] cosine = Tensors.toFloats(best.cosine);
    long[] index = Tensors.toLongs(best.index);
    for (int i = 0; i < count; i++) {
      int[] row = new int[k];
      float[] distance = new float[k];
      for (int j = 0; j < k; j++) {
        row[j] = (int) index[i * k + j];
        distance[j] = Math.max(0, 2 - 2 * cosine[i * k + j]);
      }
      members[start + i] = row;
      distances[start + i] = distance;
    }
  }
}
