package dev.bingo.similar;

import dev.bingo.neighbour.Centroids;
import dev.bingo.neighbour.Rows;
import dev.bingo.neighbour.VectorSearch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows sorted by cells. The centroids of before serve as long as the set has not become twice or
 * half as large and enough is found.
 *
 * @param centres {@code float32 [cells, D]}
 * @param order position p gets row order[p]
 * @param starts first position of each cell, and N behind the last
 * @param altered rows that came or went since the depth was measured
 * @param rowsThen how many rows there were when the centroids were found
 */
record Sorting(
    Tensor centres,
    long[] order,
    int[] starts,
    VectorSearch.Depth depth,
    int altered,
    int rowsThen) {
  private static final double AIM = 0.995;
  private static final double ENOUGH = 0.99;
  // The depth is measured again once a twentieth of the rows has come or gone.
  private static final int MEASURE_AGAIN = 20;
  private static final long SEED = 0;

  static Sorting of(SimilarIndex before, Pieces rows) {
    int n = rows.size();
    Manifest.Sorted sorted = before == null ? null : before.manifest().sorted();
    if (sorted != null && n <= 2L * sorted.rowsThen() && 2L * n >= sorted.rowsThen()) {
      int[] cells = cellsAsBefore(before, rows);
      int kept = (int) IntStream.of(rows.from()).filter(r -> r >= 0).count();
      int altered = sorted.altered() + n - kept + Math.max(0, before.size() - kept);
      if ((long) MEASURE_AGAIN * altered <= n) {
        VectorSearch.Depth depth = new VectorSearch.Depth(sorted.probed(), sorted.recall());
        return of(before.centres(), cells, depth, altered, sorted.rowsThen());
      }
      VectorSearch.Depth depth = VectorSearch.depth(rows, before.centres(), cells, AIM, SEED);
      if (depth.recall() >= ENOUGH) {
        return of(before.centres(), cells, depth, 0, sorted.rowsThen());
      }
    }
    Tensor centres = Centroids.of(rows, (int) Math.sqrt(n), SEED);
    int[] cells = Centroids.assign(rows, centres);
    return of(centres, cells, VectorSearch.depth(rows, centres, cells, AIM, SEED), 0, n);
  }

  private static int[] cellsAsBefore(SimilarIndex before, Pieces rows) {
    int[] starts =
        before.manifest().sorted().starts().stream().mapToInt(Integer::intValue).toArray();
    int[] made =
        rows.made() == null ? new int[0] : Centroids.assign(Rows.of(rows.made()), before.centres());
    return IntStream.of(rows.from()).map(r -> r < 0 ? made[-1 - r] : cell(starts, r)).toArray();
  }

  /** The last cell that begins at the row or before: empty ones begin where the next does. */
  private static int cell(int[] starts, int row) {
    int at = Arrays.binarySearch(starts, row);
    int cell = at < 0 ? -at - 2 : at;
    while (starts[cell + 1] <= row) {
      cell++;
    }
    return cell;
  }

  private static Sorting of(
      Tensor centres, int[] cells, VectorSearch.Depth depth, int altered, int rowsThen) {
    int[] starts = new int[(int) centres.size(0) + 1];
    for (int cell : cells) {
      starts[cell + 1]++;
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    int[] next = starts.clone();
    long[] order = new long[cells.length];
    for (int row = 0; row < cells.length; row++) {
      order[next[cells[row]]++] = row;
    }
    return new Sorting(centres, order, starts, depth, altered, rowsThen);
  }

  Manifest.Sorted sorted(String file) {
    List<Integer> all = Arrays.stream(starts).boxed().toList();
    return new Manifest.Sorted(file, all, depth.probed(), depth.recall(), altered, rowsThen);
  }
}
