package dev.bingo.neighbour;

import dev.bingo.torch.Tensors;
import dev.bingo.torch.Workers;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Rows in cells around centroids, as in an inverted file (Jégou et al., "Product Quantization for
 * Nearest Neighbor Search", 2011, §IV): the neighbours of a row are in its own cell and the few
 * about it.
 */
final class Cells {
  private final int[] of;
  private final int[] starts;

  /** Row of each position: cell by cell. */
  final int[] order;

  /** Position of each row. */
  final long[] positions;

  /** Of each cell all cells, itself first: the more of its rows lie close to one, the earlier. */
  private final int[][] near;

  /**
   * @param count of cells, at most N
   */
  Cells(Rows rows, int count, long seed) {
    int n = rows.size();
    starts = new int[count + 1];
    order = new int[n];
    positions = new long[n];
    try (PointerScope scope = new PointerScope()) {
      Tensor centres = Centroids.of(rows, count, seed);
      of = Centroids.assign(rows, centres);
      sort(count);
      near = near(rows, centres);
    }
  }

  int count() {
    return near.length;
  }

  int of(int row) {
    return of[row];
  }

  CodeSearch.Stretch stretch(int cell) {
    return new CodeSearch.Stretch(starts[cell], starts[cell + 1] - starts[cell]);
  }

  /** The cell that is {@code rank}-th in the order in which a cell's rows are searched for. */
  int near(int cell, int rank) {
    return near[cell][rank];
  }

  /** At which rank a cell searches another. */
  int rank(int cell, int other) {
    return IntStream.range(0, near.length)
        .filter(r -> near[cell][r] == other)
        .findFirst()
        .orElseThrow();
  }

  /** By counting. */
  private void sort(int count) {
    for (int cell : of) {
      starts[cell + 1]++;
    }
    for (int c = 0; c < count; c++) {
      starts[c + 1] += starts[c];
    }
    int[] next = starts.clone();
    for (int row = 0; row < of.length; row++) {
      int position = next[of[row]]++;
      order[position] = row;
      positions[row] = position;
    }
  }

  /** A row votes for the sixteenth of the centroids that it is closest to. */
  private int[][] near(Rows rows, Tensor centres) {
    int cells = starts.length - 1;
    int votes = Math.min(cells, Math.max(8, cells / 16));
    int[][] near = new int[cells][];
    Workers.run(
        cells,
        () ->
            cell -> {
              try (PointerScope scope = new PointerScope()) {
                near[cell] = near(rows, centres, cell, votes);
              }
            });
    return near;
  }

  private int[] near(Rows rows, Tensor centres, int cell, int votes) {
    int size = Math.min(Centroids.SAMPLE, starts[cell + 1] - starts[cell]);
    // Half a vote and less by its centroid's closeness, for the order of those that get none.
    Tensor between = centres.select(0, cell).unsqueeze(0).matmul(centres.t()).squeeze(0);
    Tensor score = between.mul(new Scalar(0.25));
    if (size > 0) {
      long[] some = new long[size];
      Arrays.setAll(some, i -> order[starts[cell] + i]);
      Tensor to = torch.topk(rows.gather(some).matmul(centres.t()), votes, 1, true, false).get1();
      score = score.add(torch.bincount(to.reshape(-1), new TensorOptional(), centres.size(0)));
    }
    score.select(0, cell).fill_(new Scalar(2.0 * Centroids.SAMPLE));
    long[] order = Tensors.toLongs(torch.argsort(score, true, 0, true));
    return Arrays.stream(order).mapToInt(c -> (int) c).toArray();
  }
}
