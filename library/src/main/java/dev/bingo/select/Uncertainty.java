package dev.bingo.select;

import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * What a classifier says of rows, a number or two each: memory does not grow with the classes.
 *
 * @param margin probability of the likeliest class less the second's, 0 to 1
 * @param entropy of the probabilities, nats
 * @param likeliest class
 * @param probability of that class
 */
public record Uncertainty(float[] margin, float[] entropy, int[] likeliest, float[] probability) {
  private static final int MOST_ROWS = 4096;
  private static final int LEAST_ROWS = 64;

  /** Probabilities held at once: 16 MiB. */
  private static final int CELLS = 1 << 22;

  /** Of these rows, in their order. */
  public static Uncertainty of(Rows points, int[] rows, Classifier classifier) {
    Uncertainty all =
        new Uncertainty(
            new float[rows.length],
            new float[rows.length],
            new int[rows.length],
            new float[rows.length]);
    // The first block says how many classes there are.
    int block = LEAST_ROWS;
    for (int from = 0; from < rows.length; ) {
      int count = Math.min(block, rows.length - from);
      try (PointerScope scope = new PointerScope();
          NoGradGuard off = new NoGradGuard()) {
        long[] some = Arrays.stream(rows, from, from + count).asLongStream().toArray();
        Tensor probabilities = classifier.probabilities(points.gather(some));
        int classes = Math.toIntExact(probabilities.size(1));
        float[] p = Tensors.toFloats(probabilities);
        for (int i = 0; i < count; i++) {
          all.put(from + i, p, i * classes, classes);
        }
        block = Math.max(1, Math.min(MOST_ROWS, CELLS / classes));
        from += count;
      }
    }
    return all;
  }

  private void put(int at, float[] p, int first, int classes) {
    int best = 0;
    float second = 0;
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      float now = p[first + c];
      if (!Float.isFinite(now)) {
        throw new IllegalArgumentException("the classifier's probabilities are not finite");
      }
      sum -= now > 0 ? now * Math.log(now) : 0;
      if (c > 0 && now > p[first + best]) {
        second = p[first + best];
        best = c;
      } else if (c > 0) {
        second = Math.max(second, now);
      }
    }
    margin[at] = Math.max(0, p[first + best] - second);
    entropy[at] = (float) Math.max(0, sum);
    likeliest[at] = best;
    probability[at] = p[first + best];
  }

  /** Positions by a number that is never negative; of two alike, the first comes first. */
  static int[] ranked(float[] values, boolean largestFirst) {
    long[] keys = new long[values.length];
    for (int i = 0; i < keys.length; i++) {
      int bits = Float.floatToIntBits(values[i] + 0f);
      keys[i] = ((long) (largestFirst ? Integer.MAX_VALUE - bits : bits) << 32) | i;
    }
    Arrays.sort(keys);
    return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
  }
}
