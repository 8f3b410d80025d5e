package dev.bingo.method.part;

import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/** InfoNCE as its formula reads, in loops and double precision: the oracle of the fast one. */
public final class SlowInfoNce {
  private final double[][] query;
  private final double[][] queue;
  private final boolean[][] masked;
  private final double temperature;

  /** Queries {@code [B, D]}, queue {@code [D, K]}, mask {@code [B, K]} or null. */
  public SlowInfoNce(Tensor query, Tensor queue, Tensor masked, double temperature) {
    this.query = rows(query);
    this.queue = rows(queue.t());
    this.masked = new boolean[this.query.length][this.queue.length];
    this.temperature = temperature;
    if (masked != null) {
      double[][] values = rows(masked);
      for (int i = 0; i < values.length; i++) {
        for (int j = 0; j < values[i].length; j++) {
          this.masked[i][j] = values[i][j] != 0;
        }
      }
    }
  }

  public double loss(Tensor key) {
    double[][] keys = rows(key);
    double sum = 0;
    for (int i = 0; i < query.length; i++) {
      double positive = Math.exp(dot(query[i], keys[i]) / temperature);
      double all = positive;
      for (int j = 0; j < queue.length; j++) {
        all += masked[i][j] ? 0 : Math.exp(dot(query[i], queue[j]) / temperature);
      }
      sum -= Math.log(positive / all);
    }
    return sum / query.length;
  }

  /** dL/dq = (Σ_a p_a a − k) / (τ B), row-major. */
  double[] gradient(Tensor key) {
    double[][] keys = rows(key);
    int width = query[0].length;
    double[] gradient = new double[query.length * width];
    for (int i = 0; i < query.length; i++) {
      double all = Math.exp(dot(query[i], keys[i]) / temperature);
      double own = all;
      for (int j = 0; j < queue.length; j++) {
        all += masked[i][j] ? 0 : Math.exp(dot(query[i], queue[j]) / temperature);
      }
      for (int d = 0; d < width; d++) {
        double expected = own / all * keys[i][d];
        for (int j = 0; j < queue.length; j++) {
          double p = masked[i][j] ? 0 : Math.exp(dot(query[i], queue[j]) / temperature) / all;
          expected += p * queue[j][d];
        }
        gradient[i * width + d] = (expected - keys[i][d]) / (temperature * query.length);
      }
    }
    return gradient;
  }

  double accuracy(Tensor key) {
    double[][] keys = rows(key);
    int right = 0;
    for (int i = 0; i < query.length; i++) {
      boolean best = true;
      for (int j = 0; j < queue.length; j++) {
        best &= masked[i][j] || dot(query[i], keys[i]) > dot(query[i], queue[j]);
      }
      right += best ? 1 : 0;
    }
    return (double) right / query.length;
  }

  public static double[][] rows(Tensor t) {
    float[] flat = Tensors.toFloats(t);
    int width = (int) t.size(1);
    double[][] rows = new double[(int) t.size(0)][width];
    for (int i = 0; i < flat.length; i++) {
      rows[i / width][i % width] = flat[i];
    }
    return rows;
  }

  public static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }
}
