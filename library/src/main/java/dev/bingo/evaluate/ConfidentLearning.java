package dev.bingo.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Labels to look at again (Northcutt et al., arXiv 1911.00068): of an image that is taken for
 * another class as surely as that class's own images are on average.
 */
public final class ConfidentLearning {
  private ConfidentLearning() {}

  /**
   * An image.
   *
   * @param row of it
   * @param given its label
   * @param likely the class that it is taken for
   * @param support probability of that, 0 to 1
   * @param own probability of the label it has
   */
  public record Suspect(int row, int given, int likely, double support, double own) {}

  /**
   * Finds them.
   *
   * @param labels of each row, −1 where unknown
   * @param probabilities of a row, by somebody who has not seen its label; classes may be left out,
   *     and all of them where nothing is known
   * @return most suspicious first
   */
  public static List<Suspect> suspects(
      int[] labels, IntFunction<Map<Integer, Double>> probabilities) {
    int classes = Arrays.stream(labels).max().orElse(-1) + 1;
    double[] sum = new double[classes];
    int[] count = new int[classes];
    for (int row = 0; row < labels.length; row++) {
      Map<Integer, Double> of = labels[row] < 0 ? Map.of() : probabilities.apply(row);
      if (!of.isEmpty()) {
        sum[labels[row]] += of.getOrDefault(labels[row], 0.0);
        count[labels[row]]++;
      }
    }
    List<Suspect> suspects = new ArrayList<>();
    for (int row = 0; row < labels.length; row++) {
      Map<Integer, Double> of = labels[row] < 0 ? Map.of() : probabilities.apply(row);
      int likely = -1;
      double most = 0;
      for (Map.Entry<Integer, Double> one : of.entrySet()) {
        int c = one.getKey();
        boolean sure = count[c] > 0 && one.getValue() >= sum[c] / count[c];
        if (sure && one.getValue() > most) {
          likely = c;
          most = one.getValue();
        }
      }
      if (likely >= 0 && likely != labels[row]) {
        double own = of.getOrDefault(labels[row], 0.0);
        suspects.add(new Suspect(row, labels[row], likely, most, own));
      }
    }
    suspects.sort(Comparator.comparingDouble(s -> s.own() - s.support()));
    return suspects;
  }
}
