package dev.bingo.neighbour;

import dev.bingo.neighbour.CodeSearch.Block;
import dev.bingo.neighbour.CodeSearch.Stretch;
import dev.bingo.torch.Int8Product;
import dev.bingo.torch.Names;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
 * features is at most 256 MiB and, with int8, N · D bytes of codes.
 */
public final class NearestNeighbours {
  private static final int QUERIES = 1024;
  private static final int CANDIDATES = 1 << 16;
  private static final int SMALL = 4 * QUERIES;

  private NearestNeighbours() {}

  /**
   * The neighbours of every row among all others.
   *
   * @param members {@code [N][k]}, nearest first
   * @param squaredDistances {@code [N][k]}, squared L2 between the unit rows: 2 − 2 · cosine
   */
  public record Result(int[][] members, float[][] squaredDistances) {
    Result(int n) {
      this(new int[n][], new float[n][]);
    }

    void put(int row, int[] of, float[] cosines) {
      float[] distances = new float[cosines.length];
      for (int j = 0; j < cosines.length; j++) {
        distances[j] = Math.max(0, 2 - 2 * cosines[j]);
      }
      members[row] = of;
      squaredDistances[row] = distances;
    }
  }

  /**
   * Searches exactly, in float32; where the CPU multiplies int8 faster, by candidates in int8
   * ({@link Codes}) that are ranked in float32, and rows whose neighbours lie too close for their
   * candidates to be certain again in float32. A row is left out by its position, not by its rank:
   * with duplicates in the data the first hit need not be the row itself.
   *
   * @param k at most N − 1
   * @param progress told of the rows done
   */
  public static Result exact(Rows rows, int k, LongConsumer progress) {
    boolean coded = rows.size() >= SMALL && 2L * k < rows.size() && Int8Product.isFast();
    return coded ? byCodes(rows, k, progress) : inFloat32(rows, k, progress, QUERIES, CANDIDATES);
  }

  static Result byCodes(Rows rows, int k, LongConsumer progress) {
    int n = size(rows, k);
    Result result = new Result(n);
    List<Long> open = new ArrayList<>();
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope outer = new PointerScope()) {
      Stretch all = new Stretch(0, n);
      CodeSearch.run(
          rows,
          null,
          new Codes(rows, null),
          k,
          all.parts(CodeSearch.QUERIES).map(part -> new Block(part, List.of(all))).toList(),
          (row, members, cosines, certain) -> {
            result.put(row, members, cosines);
            if (!certain) {
              open.add((long) row);
            }
          },
          progress);
      long[] rest = open.stream().mapToLong(Long::longValue).sorted().toArray();
      for (int from = 0; from < rest.length; from += QUERIES) {
        try (PointerScope scope = new PointerScope()) {
          long[] some = Arrays.copyOfRange(rest, from, Math.min(rest.length, from + QUERIES));
          search(rows, some, k, CANDIDATES, result);
        }
      }
    }
    return result;
  }

  private static long[] range(int start, int count) {
    return LongStream.range(start, (long) start + count).toArray();
  }

  private static int size(Rows rows, int k) {
    int n = rows.size();
    if (k < 1 || k > n - 1) {
      throw new IllegalArgumentException(
          "bags.k: expected 1 to "
              + (n - 1)
              + " neighbours for "
              + Names.counted(n, "image")
              + ", got "
              + k);
    }
    return n;
  }

  static Result inFloat32(Rows rows, int k, LongConsumer progress, int queries, int candidates) {
    int n = size(rows, k);
    Result result = new Result(n);
    try (AutoGradMode off = new AutoGradMode(false)) {
      for (int start = 0; start < n; start += queries) {
        int count = Math.min(queries, n - start);
        try (PointerScope scope = new PointerScope()) {
          search(rows, range(start, count), k, candidates, result);
        }
        progress.accept(start + count);
      }
    }
    return result;
  }

  static void search(Rows all, long[] rows, int k, int candidates, Result result) {
    unpack(nearest(all, rows, k, candidates), rows, k, result);
  }

  /** The best so far of some queries, {@code [count, k]} each, best first. */
  private record Nearest(Tensor cosine, Tensor index) {}

  private static Nearest nearest(Rows all, long[] rows, int k, int candidates) {
    int n = all.size();
    Tensor queries = all.gather(rows);
    Tensor none = torch.full_like(queries.narrow(1, 0, 1), new Scalar(-2)).repeat(1, k);
    Nearest best = new Nearest(none, none.to(ScalarType.Long));
    for (int from = 0; from < n; from += candidates) {
      int width = Math.min(candidates, n - from);
      try (PointerScope scope = new PointerScope()) {
        Tensor scores = queries.matmul(all.block(from, width).t());
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
      float[] of = new float[k];
      for (int j = 0; j < k; j++) {
        row[j] = (int) index[i * k + j];
        of[j] = cosine[i * k + j];
      }
      result.put((int) rows[i], row, of);
    }
  }
}
