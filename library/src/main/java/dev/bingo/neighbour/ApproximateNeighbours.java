package dev.bingo.neighbour;

import dev.bingo.neighbour.CodeSearch.Block;
import dev.bingo.neighbour.CodeSearch.Stretch;
import dev.bingo.torch.Draws;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;

/**
 * k-nearest neighbours of all rows among each other, most of them: rows are put into {@link Cells},
 * and a cell's rows are compared with those of as many cells as a sample of rows, searched exactly,
 * shows to be needed. N rows cost about N^1.5 products in place of N².
 *
 * <p>Beside the features it holds N · D bytes of codes and some 16 bytes a row.
 */
public final class ApproximateNeighbours {
  private static final int SAMPLE = 1000;
  private static final int CANDIDATES = 1 << 14;

  private ApproximateNeighbours() {}

  /**
   * What was found.
   *
   * @param recall share of the true neighbours that were found, by rows that had no part in
   *     choosing how many cells are searched
   * @param cells there are
   * @param searched of them for each row
   */
  public record Found(
      NearestNeighbours.Result neighbours, double recall, int cells, int searched) {}

  /** The fewest rows among which {@code k} neighbours can be searched so. */
  public static int least(int k) {
    return 8 * CodeSearch.fewest(k);
  }

  /**
   * Searches.
   *
   * @param rows at least {@link #least}
   * @param recall to aim at, 0 to 1: with more, more cells are searched
   * @param progress told of the rows done
   */
  public static Found search(Rows rows, int k, double recall, long seed, LongConsumer progress) {
    int n = rows.size();
    if (n < least(k)) {
      throw new IllegalArgumentException(
          "too few rows for an approximate search of " + k + " neighbours: " + n);
    }
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope outer = new PointerScope()) {
      Cells cells = new Cells(rows, (int) Math.sqrt(n), seed);
      int[] some = Arrays.copyOf(Draws.of(seed, 0x5a3).permutation(n), Math.min(SAMPLE, n));
      long[] sample = Arrays.stream(some).asLongStream().toArray();
      NearestNeighbours.Result truth = new NearestNeighbours.Result(n);
      NearestNeighbours.search(rows, sample, k, CANDIDATES, truth);
      int half = sample.length / 2;
      int searched = needed(cells, truth, Arrays.copyOf(some, half), recall);
      NearestNeighbours.Result found = run(rows, cells, k, searched, progress);
      int[] judges = Arrays.copyOfRange(some, half, some.length);
      return new Found(found, recall(found, truth, judges), cells.count(), searched);
    }
  }

  /** The fewest cells that hold such a share of the sample's neighbours. */
  private static int needed(
      Cells cells, NearestNeighbours.Result truth, int[] sample, double recall) {
    int[] ranks =
        Arrays.stream(sample)
            .flatMap(
                row ->
                    Arrays.stream(truth.members()[row])
                        .map(member -> cells.rank(cells.of(row), cells.of(member))))
            .sorted()
            .toArray();
    return 1 + ranks[Math.min(ranks.length - 1, (int) Math.ceil(recall * ranks.length))];
  }

  private static double recall(
      NearestNeighbours.Result found, NearestNeighbours.Result truth, int[] sample) {
    long hits = 0;
    long all = 0;
    for (int row : sample) {
      int[] have = found.members()[row].clone();
      Arrays.sort(have);
      for (int member : truth.members()[row]) {
        hits += Arrays.binarySearch(have, member) >= 0 ? 1 : 0;
        all++;
      }
    }
    return (double) hits / all;
  }

  private static NearestNeighbours.Result run(
      Rows rows, Cells cells, int k, int searched, LongConsumer progress) {
    NearestNeighbours.Result result = new NearestNeighbours.Result(rows.size());
    List<Block> blocks = new ArrayList<>();
    for (int c = 0; c < cells.count(); c++) {
      List<Stretch> among = among(cells, c, searched, CodeSearch.fewest(k));
      cells.stretch(c).parts(CodeSearch.QUERIES).forEach(p -> blocks.add(new Block(p, among)));
    }
    CodeSearch.run(
        rows,
        cells.order,
        new Codes(rows, cells.positions),
        k,
        blocks,
        (row, members, cosines, certain) -> result.put(row, members, cosines),
        progress);
    return result;
  }

  /** The nearest cells, and more where these hold too few rows. */
  private static List<Stretch> among(Cells cells, int cell, int searched, int fewest) {
    List<Stretch> among = new ArrayList<>();
    int rows = 0;
    for (int r = 0; r < cells.count() && (r < searched || rows < fewest); r++) {
      Stretch stretch = cells.stretch(cells.near(cell, r));
      among.add(stretch);
      rows += stretch.count();
    }
    return among;
  }
}
