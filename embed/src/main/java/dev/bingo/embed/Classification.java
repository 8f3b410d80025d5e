package dev.bingo.embed;

import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Classifier} takes an image for.
 *
 * @param index of the likeliest class in {@link Classifier#classes}
 * @param name of it
 * @param probability of it, 0 to 1
 * @param rejected whether that is less than the model's threshold: somebody should look
 * @param probabilities of all classes, in their order; they sum to 1
 */
public record Classification(
    int index, String name, float probability, boolean rejected, List<Float> probabilities) {
  public Classification {
    probabilities = List.copyOf(probabilities);
  }

  static Classification of(float[] row, Contract contract) {
    List<Float> all = new ArrayList<>(row.length);
    int best = 0;
    for (int c = 0; c < row.length; c++) {
      all.add(row[c]);
      best = row[c] > row[best] ? c : best;
    }
    return new Classification(
        best, contract.classes().get(best), row[best], row[best] < contract.threshold(), all);
  }
}
