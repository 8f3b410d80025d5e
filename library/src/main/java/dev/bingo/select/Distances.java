package dev.bingo.select;

import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Exact distances to the nearest of some rows. A product of matrices says which can be the nearest,
 * within its error, and only those are measured, in double precision and one order of summation: so
 * that images that are the same are exactly as far from anything, and ties are ties.
 */
final class Distances {
  /** Rows of a product on either side: 64 MiB of float32 at most. */
  private static final int BLOCK = 4096;

  private Distances() {}

  /**
   * The nearest row of each of some others, and the square of the distance.
   *
   * @param row −1 where there is none to be near to
   */
  record Nearest(int[] row, double[] squared) {
    static Nearest none(int count) {
      Nearest none = new Nearest(new int[count], new double[count]);
      Arrays.fill(none.row, -1);
      Arrays.fill(none.squared, Double.POSITIVE_INFINITY);
      return none;
    }
  }

  /** Of {@code rows}, to the nearest of {@code centres}; of two as near, the first. */
  static Nearest nearest(Rows points, int[] rows, int[] centres) {
    Nearest all = Nearest.none(rows.length);
    for (int c = 0; c < centres.length; c += BLOCK) {
      int[] some = Arrays.copyOfRange(centres, c, Math.min(centres.length, c + BLOCK));
      try (PointerScope scope = new PointerScope();
          NoGradGuard off = new NoGradGuard()) {
        Block near = Block.of(points, some);
        for (int r = 0; r < rows.length; r += BLOCK) {
          int count = Math.min(BLOCK, rows.length - r);
          try (PointerScope inner = new PointerScope()) {
            Block block = Block.of(points, Arrays.copyOfRange(rows, r, r + count));
            block.measure(near, some, all, r);
          }
        }
      }
    }
    return all;
  }

  /** Some rows as a tensor, as numbers and with their lengths. */
  private record Block(Tensor tensor, float[] values, double[] lengths, int width) {
    static Block of(Rows points, int[] rows) {
      Tensor tensor = points.gather(Arrays.stream(rows).asLongStream().toArray());
      float[] values = Tensors.toFloats(tensor);
      int width = points.width();
      double[] lengths = new double[rows.length];
      for (int i = 0; i < lengths.length; i++) {
        double sum = 0;
        for (int d = i * width; d < (i + 1) * width; d++) {
          sum += (double) values[d] * values[d];
        }
        lengths[i] = Math.sqrt(sum);
      }
      return new Block(tensor, values, lengths, width);
    }

    void measure(Block centres, int[] names, Nearest all, int at) {
      float[] products = Tensors.toFloats(tensor.matmul(centres.tensor.t()));
      int n = names.length;
      // Of a float32 product of so many terms, times the two lengths; doubled for safety.
      double error = width * 0x1p-22;
      double[] low = new double[n];
      for (int i = 0; i < lengths.length; i++) {
        double x = lengths[i];
        double best = all.squared[at + i];
        double bound = best;
        for (int j = 0; j < n; j++) {
          double c = centres.lengths[j];
          double about = x * x + c * c - 2.0 * products[i * n + j];
          double off = error * x * c + 1e-12 * (x * x + c * c);
          low[j] = about - off;
          bound = Math.min(bound, about + off);
        }
        for (int j = 0; j < n; j++) {
          if (low[j] <= bound) {
            double d = squared(values, i * width, centres.values, j * width, width, best);
            if (d < best) {
              best = d;
              all.squared[at + i] = d;
              all.row[at + i] = names[j];
            }
          }
        }
      }
    }
  }

  /** The square of the distance of two rows; any number above {@code limit} where it is above. */
  static double squared(float[] a, int from, float[] b, int other, int width, double limit) {
    double sum = 0;
    for (int d = 0; d < width; d++) {
      double difference = (double) a[from + d] - b[other + d];
      sum += difference * difference;
      if (sum > limit) {
        return sum;
      }
    }
    return sum;
  }
}
