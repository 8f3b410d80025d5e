package dev.bingo.classify;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What is left where an image is rejected unless its likeliest class has a probability of at least
 * the threshold, counted on images that were not learnt from.
 *
 * @param threshold on the probability
 * @param kept images that reach it
 * @param right of those, whose class is right
 * @param of all images
 */
public record Rejection(double threshold, int kept, int right, int of) {
  /** An accuracy of fewer is luck. */
  static final int LEAST = 10;

  /** Share of images that are kept. */
  public double coverage() {
    return (double) kept / of;
  }

  /** Share of those that are right; NaN of none. */
  public double accuracy() {
    return (double) right / kept;
  }

  /** What a threshold brings. */
  public static Rejection at(double threshold, int[] labels, float[][] probabilities) {
    int kept = 0;
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      int given = Judgement.likeliest(probabilities[i]);
      if (probabilities[i][given] >= threshold) {
        kept++;
        right += given == labels[i] ? 1 : 0;
      }
    }
    return new Rejection(threshold, kept, right, labels.length);
  }

  /**
   * The threshold that keeps most where at least so many of those kept are right; empty where none
   * does that.
   *
   * @param accuracy 0 to 1
   */
  public static Optional<Rejection> forAccuracy(
      double accuracy, int[] labels, float[][] probabilities) {
    float[] sure = sure(probabilities);
    Integer[] order = surestFirst(sure);
    int right = 0;
    Rejection best = null;
    for (int i = 0; i < order.length; i++) {
      right += Judgement.likeliest(probabilities[order[i]]) == labels[order[i]] ? 1 : 0;
      boolean tied = i + 1 < order.length && sure[order[i + 1]] == sure[order[i]];
      if (!tied && i + 1 >= LEAST && right >= accuracy * (i + 1)) {
        best = new Rejection(between(sure, order, i), i + 1, right, order.length);
      }
    }
    return Optional.ofNullable(best);
  }

  /**
   * The threshold that keeps so many, or a few more where several are as sure.
   *
   * @param coverage share of images, above 0, up to 1
   */
  public static Rejection forCoverage(double coverage, int[] labels, float[][] probabilities) {
    float[] sure = sure(probabilities);
    Integer[] order = surestFirst(sure);
    int last = Math.max(1, (int) Math.ceil(coverage * order.length)) - 1;
    while (last + 1 < order.length && sure[order[last + 1]] == sure[order[last]]) {
      last++;
    }
    return at(between(sure, order, last), labels, probabilities);
  }

  private static float[] sure(float[][] probabilities) {
    float[] sure = new float[probabilities.length];
    for (int i = 0; i < sure.length; i++) {
      sure[i] = probabilities[i][Judgement.likeliest(probabilities[i])];
    }
    return sure;
  }

  private static Integer[] surestFirst(float[] sure) {
    return IntStream.range(0, sure.length)
        .boxed()
        .sorted(Comparator.comparing(i -> -sure[i]))
        .toArray(Integer[]::new);
  }

  /** Halfway to the next, so that rounding decides nothing; 0 behind the last. */
  private static double between(float[] sure, Integer[] order, int last) {
    return last + 1 == order.length ? 0 : ((double) sure[order[last]] + sure[order[last + 1]]) / 2;
  }
}
