package dev.bingo.classify;

import dev.bingo.evaluate.ConfidentLearning;
import dev.bingo.evaluate.ConfidentLearning.Suspect;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What a classifier says of labelled images that it has not learnt from.
 *
 * @param labels of the images
 * @param probabilities {@code [N][C]}, calibrated by other images than each one's own fold
 * @param before as they were without a temperature
 * @param after with it
 */
public record Unseen(int[] labels, float[][] probabilities, Judgement before, Judgement after) {

  /**
   * Judges the logits of one head by images that it has not seen.
   *
   * @param logits {@code float32 [N, C]}
   * @param parts that calibrate each other, at the most
   * @param weights what each image counts
   */
  public static Unseen of(Tensor logits, Labelled data, int parts, double[] weights, long seed) {
    int images = (int) Arrays.stream(data.groups()).distinct().count();
    return of(
        logits,
        data,
        Folds.stratified(data.labels(), data.groups(), Math.min(parts, images), seed),
        weights);
  }

  /** The temperature by all of them. */
  public static double temperature(Tensor logits, Labelled data, double[] weights) {
    try (PointerScope scope = new PointerScope()) {
      return Temperature.fit(logits, data.labelTensor(), HeadTraining.floats(weights));
    }
  }

  /**
   * Judges logits.
   *
   * @param logits {@code float32 [N, C]}, each row by somebody who has not seen it
   * @param folds parts, each of which gets the temperature of the others
   * @param weights what each image counts
   */
  static Unseen of(Tensor logits, Labelled data, Folds folds, double[] weights) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Tensor labels = data.labelTensor();
      Tensor counts = HeadTraining.floats(weights);
      Tensor cooled = logits.clone();
      for (int fold = 0; fold < folds.count(); fold++) {
        Tensor others = Labelled.index(folds.outside(fold));
        Tensor own = Labelled.index(folds.in(fold));
        double temperature =
            Temperature.fit(
                logits.index_select(0, others),
                labels.index_select(0, others),
                counts.index_select(0, others));
        cooled.index_copy_(0, own, logits.index_select(0, own).div(new Scalar(temperature)));
      }
      float[][] probabilities = Temperature.probabilities(cooled, 1);
      float[][] plain = Temperature.probabilities(logits, 1);
      return new Unseen(
          data.labels(),
          probabilities,
          Judgement.of(data.labels(), plain, weights, data.classes()),
          Judgement.of(data.labels(), probabilities, weights, data.classes()));
    }
  }

  /** Labels to look at again, most suspicious first; rows are those of the images. */
  public List<Suspect> suspects() {
    return ConfidentLearning.suspects(labels, row -> named(probabilities[row]));
  }

  private static Map<Integer, Double> named(float[] probabilities) {
    Map<Integer, Double> named = new HashMap<>();
    for (int c = 0; c < probabilities.length; c++) {
      named.put(c, (double) probabilities[c]);
    }
    return named;
  }
}
