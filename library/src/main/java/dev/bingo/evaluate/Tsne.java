package dev.bingo.evaluate;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Exact t-SNE with the usual settings: perplexity 30, early exaggeration 12, momentum 0.5 then 0.8,
 * gains, a start from the first two coordinates. Rows are worked on in parallel and summed in
 * order, so threads change nothing.
 */
final class Tsne {
  private static final double PERPLEXITY = 30;
  private static final double EXAGGERATION = 12;
  private static final int EARLY = 150;
  private static final int ITERATIONS = 500;

  private final int n;
  private final float[][] affinity;
  private final float[] x;
  private final float[] y;
  private final double[] gradientX;
  private final double[] gradientY;

  /**
   * @param points {@code [N][≥ 2]}, the coordinates of most variance first
   */
  Tsne(double[][] points) {
    n = points.length;
    affinity = joint(points);
    double spread = Math.sqrt(Arrays.stream(points).mapToDouble(p -> p[0] * p[0]).sum() / n);
    double scale = spread > 0 ? 1e-4 / spread : 0;
    x = new float[n];
    y = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (points[i][0] * scale);
      y[i] = (float) (points[i][1] * scale);
    }
    gradientX = new double[n];
    gradientY = new double[n];
  }

  double[][] run() {
    double rate = Math.max(n / EXAGGERATION / 4, 50);
    Axis ax = new Axis(x, gradientX);
    Axis ay = new Axis(y, gradientY);
    for (int i = 0; i < ITERATIONS; i++) {
      boolean early = i < EARLY;
      gradient(early ? EXAGGERATION : 1);
      ax.move(early ? .5 : .8, rate);
      ay.move(early ? .5 : .8, rate);
    }
    double[][] map = new double[n][];
    for (int i = 0; i < n; i++) {
      map[i] = new double[] {x[i], y[i]};
    }
    return map;
  }

  /**
   * 4 Σ_j (e·p_ij − q_ij) (y_i − y_j) / (1 + |y_i − y_j|²), where q's common divisor is only known
   * when all rows are done: attraction and repulsion are summed apart.
   */
  private void gradient(double exaggeration) {
    double[] pushX = new double[n];
    double[] pushY = new double[n];
    double[] share = new double[n];
    IntStream.range(0, n).parallel().forEach(i -> row(i, exaggeration, pushX, pushY, share));
    double all = Arrays.stream(share).sequential().sum();
    for (int i = 0; i < n; i++) {
      gradientX[i] = 4 * (gradientX[i] - pushX[i] / all);
      gradientY[i] = 4 * (gradientY[i] - pushY[i] / all);
    }
  }

  private void row(int i, double exaggeration, double[] pushX, double[] pushY, double[] share) {
    float[] p = affinity[i];
    float xi = x[i];
    float yi = y[i];
    float attractX = 0;
    float attractY = 0;
    float repelX = 0;
    float repelY = 0;
    float sum = 0;
    for (int j = 0; j < n; j++) {
      float dx = xi - x[j];
      float dy = yi - y[j];
      float near = 1 / (1 + dx * dx + dy * dy);
      float pull = p[j] * near;
      float push = near * near;
      attractX += pull * dx;
      attractY += pull * dy;
      repelX += push * dx;
      repelY += push * dy;
      sum += near;
    }
    gradientX[i] = exaggeration * attractX;
    gradientY[i] = exaggeration * attractY;
    pushX[i] = repelX;
    pushY[i] = repelY;
    // The point itself was counted, with 1.
    share[i] = sum - 1;
  }

  /** p_ij = (p_j|i + p_i|j) / 2N. */
  private static float[][] joint(double[][] points) {
    int n = points.length;
    double[][] conditional = new double[n][];
    IntStream.range(0, n).parallel().forEach(i -> conditional[i] = conditional(points, i));
    float[][] joint = new float[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        joint[i][j] = (float) ((conditional[i][j] + conditional[j][i]) / (2.0 * n));
      }
    }
    return joint;
  }

  /** Gaussian neighbourhood of point i whose width gives the perplexity, found by bisection. */
  private static double[] conditional(double[][] points, int i) {
    int n = points.length;
    double[] distances = new double[n];
    double nearest = Double.POSITIVE_INFINITY;
    for (int j = 0; j < n; j++) {
      for (int d = 0; d < points[i].length; d++) {
        double difference = points[i][d] - points[j][d];
        distances[j] += difference * difference;
      }
      nearest = j == i ? nearest : Math.min(nearest, distances[j]);
    }
    double wanted = Math.log(Math.min(PERPLEXITY, (n - 1) / 3.0));
    double low = 0;
    double high = Double.POSITIVE_INFINITY;
    double precision = 1;
    double[] p = new double[n];
    for (int round = 0; round < 60; round++) {
      double entropy = fill(p, distances, nearest, i, precision);
      if (Math.abs(entropy - wanted) < 1e-5) {
        break;
      }
      if (entropy > wanted) {
        low = precision;
        precision = high == Double.POSITIVE_INFINITY ? precision * 2 : (precision + high) / 2;
      } else {
        high = precision;
        precision = (precision + low) / 2;
      }
    }
    return p;
  }

  /** Fills p and returns its entropy. The nearest distance is taken off: exp can't vanish. */
  private static double fill(
      double[] p, double[] distances, double nearest, int i, double precision) {
    double sum = 0;
    double weighted = 0;
    for (int j = 0; j < p.length; j++) {
      double d = distances[j] - nearest;
      p[j] = j == i ? 0 : Math.exp(-precision * d);
      sum += p[j];
      weighted += p[j] * (j == i ? 0 : d);
    }
    for (int j = 0; j < p.length; j++) {
      p[j] /= sum;
    }
    return Math.log(sum) + precision * weighted / sum;
  }

  /** One coordinate of all points, with its speed and gains. */
  private record Axis(float[] values, double[] gradient, double[] speed, double[] gains) {
    Axis(float[] values, double[] gradient) {
      this(values, gradient, new double[values.length], new double[values.length]);
      Arrays.fill(gains, 1);
    }

    void move(double momentum, double rate) {
      double mean = 0;
      for (int i = 0; i < values.length; i++) {
        boolean downhill = gradient[i] * speed[i] < 0;
        gains[i] = Math.max(downhill ? gains[i] + .2 : gains[i] * .8, .01);
        speed[i] = momentum * speed[i] - rate * gains[i] * gradient[i];
        values[i] += (float) speed[i];
        mean += values[i];
      }
      for (int i = 0; i < values.length; i++) {
        values[i] -= (float) (mean / values.length);
      }
    }
  }
}
