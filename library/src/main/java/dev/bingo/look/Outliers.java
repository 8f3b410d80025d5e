package dev.bingo.look;

import dev.bingo.similar.SimilarIndex.Neighbours;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Images that resemble no others: those whose mean cosine to their ten nearest is lowest.
 *
 * @param rows the furthest first
 * @param closeness of each of them: the mean cosine
 * @param usual the median of all images' closeness
 * @param far how many images are further from theirs than the median by three standard deviations,
 *     which are estimated by the median deviation
 */
public record Outliers(List<Integer> rows, List<Double> closeness, double usual, int far) {
  private static final int NEAREST = 10;
  private static final double DEVIATIONS = 3;
  // Of a normal distribution the standard deviation is so many median deviations.
  private static final double OF_NORMAL = 1.4826;

  /** Finds them; at most {@code most} are listed. */
  public static Outliers of(Neighbours near, int most) {
    int n = near.members().length;
    double[] closeness =
        IntStream.range(0, n)
            .mapToDouble(
                row ->
                    IntStream.range(0, Math.min(NEAREST, near.members()[row].length))
                        .mapToDouble(j -> near.cosine(row, j))
                        .average()
                        .orElse(0))
            .toArray();
    double usual = median(closeness);
    double deviation =
        OF_NORMAL * median(Arrays.stream(closeness).map(c -> Math.abs(c - usual)).toArray());
    double limit = usual - DEVIATIONS * deviation;
    List<Integer> rows =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(row -> closeness[row]))
            .limit(most)
            .toList();
    return new Outliers(
        rows,
        rows.stream().map(row -> closeness[row]).toList(),
        usual,
        (int) Arrays.stream(closeness).filter(c -> c < limit).count());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }
}
