package dev.bingo.serve;

import java.util.Arrays;
import java.util.Random;

/** Groups of vectors by direction: spherical k-means, its centres found on a sample. */
final class Clusters {
  private static final int SAMPLE = 10_000;
  private static final int ROUNDS = 12;

  private Clusters() {}

  /**
   * The group of each vector.
   *
   * @param most groups
   */
  static int[] of(Vectors vectors, int most) {
    int n = vectors.size();
    int sampled = Math.min(SAMPLE, n);
    int k = Math.min(most, sampled);
    float[][] rows = new float[sampled][];
    for (int i = 0; i < sampled; i++) {
      rows[i] = vectors.vector((int) ((long) i * n / sampled));
    }
    float[][] centres = spread(rows, k);
    Vectors sample = Vectors.of(rows);
    for (int round = 0; round < ROUNDS; round++) {
      int[] group = nearest(sample, centres);
      double[][] sums = new double[k][vectors.width()];
      for (int i = 0; i < sampled; i++) {
        for (int d = 0; d < vectors.width(); d++) {
          sums[group[i]][d] += rows[i][d];
        }
      }
      for (int c = 0; c < k; c++) {
        // An empty group keeps its centre.
        if (Arrays.stream(sums[c]).anyMatch(value -> Math.abs(value) > 1e-9)) {
          float[] sum = new float[vectors.width()];
          for (int d = 0; d < sum.length; d++) {
            sum[d] = (float) sums[c][d];
          }
          centres[c] = Vectors.unit(sum);
        }
      }
    }
    return nearest(vectors, centres);
  }

  /** Far from each other: the next is drawn, a row the likelier the farther it is (k-means++). */
  private static float[][] spread(float[][] rows, int k) {
    Random random = new Random(1);
    Vectors all = Vectors.of(rows);
    float[][] centres = new float[k][];
    centres[0] = rows[random.nextInt(rows.length)];
    double[] far = new double[rows.length];
    Arrays.fill(far, Double.MAX_VALUE);
    for (int c = 1; c < k; c++) {
      float[] cosines = all.products(centres[c - 1]);
      double sum = 0;
      for (int i = 0; i < far.length; i++) {
        far[i] = Math.min(far[i], Math.max(0, 1 - cosines[i]));
        sum += far[i];
      }
      double at = random.nextDouble() * sum;
      int row = 0;
      while (row < far.length - 1 && (at -= far[row]) > 0) {
        row++;
      }
      centres[c] = rows[row];
    }
    return centres;
  }

  private static int[] nearest(Vectors vectors, float[][] centres) {
    int[] group = new int[vectors.size()];
    float[] best = new float[vectors.size()];
    Arrays.fill(best, -2);
    for (int c = 0; c < centres.length; c++) {
      float[] cosines = vectors.products(centres[c]);
      for (int row = 0; row < group.length; row++) {
        if (cosines[row] > best[row]) {
          best[row] = cosines[row];
          group[row] = c;
        }
      }
    }
    return group;
  }
}
