package dev.bingo.neighbour;

import dev.bingo.torch.Draws;
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
  // k-means sees so many rows a cell, and so often.
  private static final int SAMPLE = 64;
  // ... of 256 MiB in all, at most
  private static final int SAMPLED = 1 << 26;
  private static final int ITERATIONS = 8;
  private static final int BLOCK = 4096;

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
    of = new int[n];
    starts = new int[count + 1];
    order = new int[n];
    positions = new long[n];
    try (PointerScope scope = new PointerScope()) {
      long fits = Math.max(count, SAMPLED / rows.width());
      int sampled = (int) Math.min(n, Math.min(fits, (long) SAMPLE * count));
      int[] some = Arrays.copyOf(Draws.of(seed, 0xce11).permutation(n), sampled);
      Arrays.sort(some);
      Tensor centres =
          KMeans.centres(
              rows.gather(Arrays.stream(some).asLongStream().toArray()), count, ITERATIONS, seed);
      assign(rows, centres);
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

  private void assign(Rows rows, Tensor centres) {
    int n = rows.size();
    Workers.run(
        (n + BLOCK - 1) / BLOCK,
        () ->
            block -> {
              int from = block * BLOCK;
              try (PointerScope scope = new PointerScope()) {
                Tensor x = rows.block(from, Math.min(BLOCK, n - from));
                long[] best = Tensors.toLongs(torch.max(x.matmul(centres.t()), 1, false).get1());
                for (int i = 0; i < best.length; i++) {
                  of[from + i] = (int) best[i];
                }
              }
            });
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
    int size = Math.min(SAMPLE, starts[cell + 1] - starts[cell]);
    // Half a vote and less by its centroid's closeness, for the order of those that get none.
    Tensor between = centres.select(0, cell).unsqueeze(0).matmul(centres.t()).squeeze(0);
    Tensor score = between.mul(new Scalar(0.25));
    if (size > 0) {
      long[] some = new long[size];
      Arrays.setAll(some, i -> order[starts[cell] + i]);
      Tensor to = torch.topk(rows.gather(some).matmul(centres.t()), votes, 1, true, false).get1();
      score = score.add(torch.bincount(to.reshape(-1), new TensorOptional(), centres.size(0)));
    }
    score.select(0, cell).fill_(new Scalar(2.0 * SAMPLE));
    long[] order = Tensors.toLongs(torch.argsort(score, true, 0, true));
    return Arrays.stream(order).mapToInt(c -> (int) c).toArray();
  }
}
