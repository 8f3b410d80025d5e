package dev.bingo.fewshot;

import dev.bingo.evaluate.Spread;
import java.util.Arrays;
import java.util.Locale;

/**
 * The accuracies of episodes, percent, in their order.
 *
 * @param percent of the queries of each episode that were right
 */
public record EpisodeScores(double[] percent) {
  /** Of a normal distribution, two-sided 95 %. */
  private static final double NORMAL = 1.96;

  public EpisodeScores {
    if (percent.length == 0) {
      throw new IllegalArgumentException("there are no episodes");
    }
    percent = percent.clone();
  }

  @Override
  public double[] percent() {
    return percent.clone();
  }

  /** Over all episodes. */
  public double mean() {
    return Arrays.stream(percent).average().orElseThrow();
  }

  /**
   * Half of the 95 % interval of the mean: 1.96 s / √E, s with E − 1. It says how far other
   * episodes of the same classes would move the mean, not another training.
   */
  public double interval() {
    if (percent.length < 2) {
      return Double.POSITIVE_INFINITY;
    }
    return NORMAL * Spread.of(percent).deviation() / Math.sqrt(percent.length);
  }

  /**
   * How much better these are than others of the same episodes: the difference of each episode, as
   * its own mean and interval.
   *
   * @throws IllegalArgumentException where the episodes can't be the same
   */
  public EpisodeScores minus(EpisodeScores others) {
    if (others.percent.length != percent.length) {
      throw new IllegalArgumentException(
          "paired differences take the same episodes, got "
              + percent.length
              + " and "
              + others.percent.length);
    }
    double[] differences = new double[percent.length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = percent[i] - others.percent[i];
    }
    return new EpisodeScores(differences);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%.2f ± %.2f %% of %,d episodes", mean(), interval(), percent.length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EpisodeScores a && Arrays.equals(percent, a.percent);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(percent);
  }
}
