package dev.bingo.neighbour;

import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.MappedRows;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The rows of a file that are nearest to a vector from outside, by cosine: among all of them, or,
 * where the file is sorted by cells, among those of the cells whose centroids are nearest (an
 * inverted file: Jégou et al., "Product Quantization for Nearest Neighbor Search", 2011, §IV, with
 * the rows themselves in place of codes). Threads may share it.
 */
public final class VectorSearch {
  private static final int SAMPLE = 600;
  private static final int JUDGED = 10;
  private static final int CANDIDATES = 1 << 14;
  private static final int BLOCK = 1 << 16;

  private final MappedRows rows;
  private final Cells cells;

  /**
   * How the rows are sorted.
   *
   * @param centres {@code float32 [cells, D]}, of length 1
   * @param starts first row of each cell, and N behind the last
   * @param probed how many cells are looked through for a query
   */
  public record Cells(Tensor centres, int[] starts, int probed) {
    public Cells {
      boolean fine =
          starts.length == centres.size(0) + 1
              && starts[0] == 0
              && probed >= 1
              && probed < starts.length
              && IntStream.range(1, starts.length).allMatch(c -> starts[c - 1] <= starts[c]);
      if (!fine) {
        throw new IllegalArgumentException("cells that don't follow one another");
      }
    }
  }

  /**
   * Rows, nearest first.
   *
   * @param cosines of them
   */
  public record Nearest(int[] rows, float[] cosines) {}

  /**
   * Searches these.
   *
   * @param rows {@code float32}, of length 1
   * @param cells that they are sorted by; null: all rows are looked at
   */
  public VectorSearch(MappedRows rows, Cells cells) {
    if (cells != null && cells.starts[cells.starts.length - 1] != rows.size()) {
      throw new IllegalArgumentException("cells of other rows");
    }
    this.rows = rows;
    this.cells = cells;
  }

  /** Whether nothing can be missed. */
  public boolean exact() {
    return cells == null;
  }

  /**
   * The nearest rows.
   *
   * @param vector of any length but 0
   * @param k most to find
   * @throws IOException where the file's numbers are damaged
   */
  public Nearest nearest(float[] vector, int k) throws IOException {
    if (vector.length != rows.width()) {
      throw new IllegalArgumentException(
          "expected a vector of " + rows.width() + " numbers, got " + vector.length);
    }
    Best best = new Best(Math.min(k, rows.size()));
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope scope = new PointerScope()) {
      Tensor query = torch.normalize(Tensors.of(vector, 1, vector.length)).squeeze(0);
      if (!(query.square().sum().item_double() > 0.99)) {
        throw new IllegalArgumentException("a vector without a direction: its length is 0 or NaN");
      }
      if (cells == null) {
        for (int from = 0; from < rows.size(); from += BLOCK) {
          look(query, from, Math.min(BLOCK, rows.size() - from), best);
        }
      } else {
        lookThroughCells(query, best);
      }
    }
    return best.sorted();
  }

  private void lookThroughCells(Tensor query, Best best) throws IOException {
    int seen = 0;
    long[] order = Tensors.toLongs(torch.argsort(cells.centres.mv(query), true, 0, true));
    for (int r = 0; r < order.length && (r < cells.probed || seen < best.k); r++) {
      int from = cells.starts[(int) order[r]];
      int count = cells.starts[(int) order[r] + 1] - from;
      look(query, from, count, best);
      seen += count;
    }
  }

  private void look(Tensor query, int from, int count, Best best) throws IOException {
    boolean[] damaged = {false};
    rows.visit(
        from,
        count,
        (first, block) -> {
          Tensor cosines = block.mv(query);
          int most = Math.min(best.k, (int) block.size(0));
          T_TensorTensor_T top = torch.topk(cosines, most, 0, true, false);
          float[] values = Tensors.toFloats(top.get0());
          long[] at = Tensors.toLongs(top.get1());
          for (int i = 0; i < most; i++) {
            // Not a number counts as the largest, so that it is among these where there is one.
            damaged[0] |= !(Math.abs(values[i]) < 1.01f);
            best.offer(first + (int) at[i], values[i]);
          }
        });
    if (damaged[0]) {
      throw new IOException(
          "rows " + from + " to " + (from + count - 1) + " are not of length 1: damaged");
    }
  }

  /**
   * How many cells must be looked through.
   *
   * @param probed enough for the recall that was aimed at, by one half of a sample of rows
   * @param recall share of the true 10 nearest that are found so, by its other half
   */
  public record Depth(int probed, double recall) {}

  /**
   * Finds how many cells must be looked through.
   *
   * @param of cells, {@code [N]}, of each row
   * @param recall to aim at, 0 to 1
   */
  public static Depth depth(Rows rows, Tensor centres, int[] of, double recall, long seed) {
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope outer = new PointerScope()) {
      int n = rows.size();
      int k = Math.min(JUDGED, n - 1);
      int[] some = Arrays.copyOf(Draws.of(seed, 0xdee9).permutation(n), Math.min(SAMPLE, n));
      long[] sample = Arrays.stream(some).asLongStream().toArray();
      NearestNeighbours.Result truth = new NearestNeighbours.Result(n);
      NearestNeighbours.search(rows, sample, k, CANDIDATES, truth);
      Tensor toCentres = rows.gather(sample).matmul(centres.t());
      long[] order = Tensors.toLongs(torch.argsort(toCentres, true, 1, true));
      int cells = (int) centres.size(0);
      int[][] ranks = new int[some.length][];
      for (int q = 0; q < some.length; q++) {
        int[] rank = new int[cells];
        for (int r = 0; r < cells; r++) {
          rank[(int) order[q * cells + r]] = r;
        }
        ranks[q] = Arrays.stream(truth.members()[some[q]]).map(m -> rank[of[m]]).toArray();
      }
      int half = some.length / 2;
      int[] choosing =
          Arrays.stream(ranks, 0, half).flatMapToInt(Arrays::stream).sorted().toArray();
      int last = Math.min(choosing.length - 1, (int) Math.ceil(recall * choosing.length));
      int probed = 1 + choosing[last];
      double found =
          Arrays.stream(ranks, half, ranks.length)
              .flatMapToInt(Arrays::stream)
              .map(r -> r < probed ? 1 : 0)
              .average()
              .orElse(1);
      return new Depth(probed, found);
    }
  }

  /** The best so far, at most k. */
  private static final class Best {
    final int k;
    private final int[] rows;
    private final float[] cosines;
    private int count;

    Best(int k) {
      this.k = k;
      rows = new int[k];
      cosines = new float[k];
    }

    /** Sorted as it grows: k is small. Of equals the first row comes first. */
    void offer(int row, float cosine) {
      if (count == k && !before(row, cosine, k - 1)) {
        return;
      }
      int at = count < k ? count++ : k - 1;
      while (at > 0 && before(row, cosine, at - 1)) {
        rows[at] = rows[at - 1];
        cosines[at] = cosines[at - 1];
        at--;
      }
      rows[at] = row;
      cosines[at] = cosine;
    }

    private boolean before(int row, float cosine, int other) {
      return cosine > cosines[other] || (cosine == cosines[other] && row < rows[other]);
    }

    Nearest sorted() {
      return new Nearest(Arrays.copyOf(rows, count), Arrays.copyOf(cosines, count));
    }
  }
}
