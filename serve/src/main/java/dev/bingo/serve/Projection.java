package dev.bingo.serve;

import java.util.Arrays;
import java.util.Random;

/**
 * The two directions in which vectors spread most (principal components, by subspace iteration on a
 * sample), and every vector's place along them.
 */
final class Projection {
  private static final int SAMPLE = 20_000;
  private static final int ROUNDS = 24;

  private Projection() {}

  /**
   * Places in the plane.
   *
   * @return {@code [N, 2]}, row by row, about 0
   */
  static float[] of(Vectors vectors) {
    int width = vectors.width();
    int n = vectors.size();
    int sampled = Math.min(SAMPLE, n);
    float[][] rows = new float[sampled][];
    double[] mean = new double[width];
    for (int i = 0; i < sampled; i++) {
      rows[i] = vectors.vector((int) ((long) i * n / sampled));
      for (int d = 0; d < width; d++) {
        mean[d] += rows[i][d] / (double) sampled;
      }
    }
    for (float[] row : rows) {
      for (int d = 0; d < width; d++) {
        row[d] -= (float) mean[d];
      }
    }
    double[][] axes = axes(rows, width);
    float[] places = new float[2 * n];
    for (int axis = 0; axis < 2; axis++) {
      double[] direction = axes[Math.min(axis, axes.length - 1)];
      float[] factor = new float[width];
      double shift = 0;
      for (int d = 0; d < width; d++) {
        factor[d] = (float) direction[d];
        shift += direction[d] * mean[d];
      }
      float[] along = vectors.products(factor);
      for (int row = 0; row < n; row++) {
        places[2 * row + axis] = (float) (along[row] - shift);
      }
    }
    return places;
  }

  private static double[][] axes(float[][] rows, int width) {
    Random random = new Random(1);
    double[][] axes = new double[Math.min(2, width)][width];
    for (double[] axis : axes) {
      Arrays.setAll(axis, d -> random.nextGaussian());
    }
    orthonormal(axes);
    for (int round = 0; round < ROUNDS; round++) {
      double[][] next = new double[axes.length][width];
      for (float[] row : rows) {
        for (int a = 0; a < axes.length; a++) {
          double along = 0;
          for (int d = 0; d < width; d++) {
            along += axes[a][d] * row[d];
          }
          for (int d = 0; d < width; d++) {
            next[a][d] += along * row[d];
          }
        }
      }
      axes = next;
      orthonormal(axes);
    }
    return axes;
  }

  private static void orthonormal(double[][] axes) {
    for (int a = 0; a < axes.length; a++) {
      for (int b = 0; b < a; b++) {
        double along = dot(axes[a], axes[b]);
        for (int d = 0; d < axes[a].length; d++) {
          axes[a][d] -= along * axes[b][d];
        }
      }
      double length = Math.sqrt(dot(axes[a], axes[a]));
      for (int d = 0; d < axes[a].length; d++) {
        // All in one place, there is no second direction.
        axes[a][d] = length > 1e-12 ? axes[a][d] / length : 0;
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }
}
