package dev.bingo.bag;

import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
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
  private static final int CANDIDATES_A_MATE = 2;
  private static final int SPARE = 14;

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

  /**
   * The same, exactly too, but with candidates found in bfloat16 where that is asked for: two to
   * three times as fast on CPUs with AMX. A row whose neighbours lie too close for its candidates
   * to be certain is searched in float32; where that is half of the first rows, all are.
   */
  public static Result exact(Tensor features, int k, Precision precision, LongConsumer progress) {
    if (precision != Precision.BF16 || features.size(0) < 4 * QUERIES) {
      return exact(features, k, progress);
    }
    return certified(features, k, progress);
  }

  private static Result certified(Tensor features, int k, LongConsumer progress) {
    int n = size(features, k);
    Result result = new Result(new int[n][], new float[n][]);
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope outer = new PointerScope()) {
      Bf16Candidates search = new Bf16Candidates(features, CANDIDATES_A_MATE * k + SPARE);
      boolean trusted = true;
      for (int start = 0; start < n; start += QUERIES) {
        int count = Math.min(QUERIES, n - start);
        try (PointerScope scope = new PointerScope()) {
          if (trusted) {
            long[] open = settle(features, search.find(start, count), start, count, k, result);
            trusted = start > 0 || open.length * 2 <= count;
            if (trusted && open.length > 0) {
              search(features, open, k, CANDIDATES, result);
            }
          }
          if (!trusted) {
            search(features, range(start, count), k, CANDIDATES, result);
          }
        }
        progress.accept(start + count);
      }
    }
    return result;
  }

  /** Ranks candidates in float32; returns which rows may have a nearer neighbour elsewhere. */
  private static long[] settle(
      Tensor features, Bf16Candidates.Found found, int start, int count, int k, Result result) {
    long m = found.index().size(1);
    Tensor rows = features.index_select(0, found.index().reshape(-1)).view(count, m, -1);
    Tensor cosine = rows.bmm(features.narrow(0, start, count).unsqueeze(2)).squeeze(2);
    T_TensorTensor_T best = torch.topk(cosine, k, 1, true, true);
    Nearest nearest = new Nearest(best.get0(), found.index().gather(1, best.get1()));
    unpack(nearest, range(start, count), k, result);
    float[] margin =
        Tensors.toFloats(best.get0().narrow(1, k - 1L, 1).sub(found.missed()).reshape(-1));
    return LongStream.range(0, count)
        .filter(i -> !(margin[(int) i] > 0))
        .map(i -> start + i)
        .toArray();
  }

  private static long[] range(int start, int count) {
    return LongStream.range(start, (long) start + count).toArray();
  }

  private static int size(Tensor features, int k) {
    int n = Math.toIntExact(features.size(0));
    if (k < 1 || k > n - 1) {
      throw new IllegalArgumentException(
          "bags.k: expected 1 to " + (n - 1) + " neighbours for " + n + " images, got " + k);
    }
    return n;
  }

  static Result exact(Tensor features, int k, LongConsumer progress, int queries, int candidates) {
    int n = size(features, k);
    Result result = new Result(new int[n][], new float[n][]);
    try (AutoGradMode off = new AutoGradMode(false)) {
      for (int start = 0; start < n; start += queries) {
        int count = Math.min(queries, n - start);
        try (PointerScope scope = new PointerScope()) {
          search(features, range(start, count), k, candidates, result);
        }
        progress.accept(start + count);
      }
    }
    return result;
  }

  private static void search(Tensor features, long[] rows, int k, int candidates, Result result) {
    unpack(nearest(features, rows, k, candidates), rows, k, result);
  }

  /** The best so far of some queries, {@code [count, k]} each, best first. */
  private record Nearest(Tensor cosine, Tensor index) {}

  private static Nearest nearest(Tensor features, long[] rows, int k, int candidates) {
    long n = features.size(0);
    Tensor queries = features.index_select(0, Tensors.of(rows, rows.length));
    Tensor none = torch.full_like(queries.narrow(1, 0, 1), new Scalar(-2)).repeat(1, k);
    Nearest best = new Nearest(none, none.to(ScalarType.Long));
    for (long from = 0; from < n; from += candidates) {
      long width = Math.min(candidates, n - from);
      try (PointerScope scope = new PointerScope()) {
        Tensor scores = queries.matmul(features.narrow(0, from, width).t());
        hideThemselves(scores, rows, from, width);
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

  /** Query i is candidate rows[i] − from of this tile, where it is in it. */
  private static void hideThemselves(Tensor scores, long[] rows, long from, long width) {
    long[] in =
        LongStream.range(0, rows.length)
            .filter(i -> rows[(int) i] >= from && rows[(int) i] < from + width)
            .toArray();
    if (in.length > 0) {
      long[] at = LongStream.of(in).map(i -> i * width + rows[(int) i] - from).toArray();
      scores
          .view(-1)
          .index_fill_(0, Tensors.of(at, at.length), new Scalar(Float.NEGATIVE_INFINITY));
    }
  }

  private static void unpack(Nearest best, long[] rows, int k, Result result) {
    float[] cosine = Tensors.toFloats(best.cosine);
    long[] index = Tensors.toLongs(best.index);
    for (int i = 0; i < rows.length; i++) {
      int[] row = new int[k];
      float[] distance = new float[k];
      for (int j = 0; j < k; j++) {
        row[j] = (int) index[i * k + j];
        distance[j] = Math.max(0, 2 - 2 * cosine[i * k + j]);
      }
      result.members[(int) rows[i]] = row;
      result.squaredDistances[(int) rows[i]] = distance;
    }
  }
}
