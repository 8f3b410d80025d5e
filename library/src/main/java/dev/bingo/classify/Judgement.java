package dev.bingo.classify;

import dev.bingo.evaluate.Confusion;
import java.util.Arrays;
import java.util.List;

/**
 * How good probabilities are, by images whose labels are known and were not learnt from.
 *
 * @param confusion which class was taken for which
 * @param logLoss mean of −log p of the right class
 * @param calibrationError expected calibration error (Guo et al., arXiv 1706.04599), 0 to 1: by how
 *     much the probability of the likeliest class is off the share that is right, in {@value #BINS}
 *     bins of equal width
 */
public record Judgement(Confusion confusion, double logLoss, double calibrationError) {
  static final int BINS = 15;

  /** A class that was thought impossible costs no more than this probability would. */
  private static final double TINY = 1e-12;

  /**
   * Judges.
   *
   * @param labels of the images, 0 to C − 1
   * @param probabilities {@code [N][C]}
   * @param weights what each image counts in log-loss and calibration; the confusion counts images
   */
  public static Judgement of(
      int[] labels, float[][] probabilities, double[] weights, List<String> classes) {
    int[] given = new int[labels.length];
    double[] weight = new double[BINS];
    double[] sure = new double[BINS];
    double[] right = new double[BINS];
    double loss = 0;
    for (int i = 0; i < labels.length; i++) {
      given[i] = likeliest(probabilities[i]);
      double p = probabilities[i][given[i]];
      int bin = Math.min(BINS - 1, (int) (p * BINS));
      weight[bin] += weights[i];
      sure[bin] += weights[i] * p;
      right[bin] += given[i] == labels[i] ? weights[i] : 0;
      loss -= weights[i] * Math.log(Math.max(TINY, probabilities[i][labels[i]]));
    }
    double all = Arrays.stream(weights).sum();
    double off = 0;
    for (int bin = 0; bin < BINS; bin++) {
      off += Math.abs(sure[bin] - right[bin]);
    }
    return new Judgement(
        Confusion.of(Labelled.index(labels), Labelled.index(given), classes),
        loss / all,
        off / all);
  }

  /** The class of the largest probability; the first of several. */
  public static int likeliest(float[] probabilities) {
    int best = 0;
    for (int c = 1; c < probabilities.length; c++) {
      best = probabilities[c] > probabilities[best] ? c : best;
    }
    return best;
  }
}
