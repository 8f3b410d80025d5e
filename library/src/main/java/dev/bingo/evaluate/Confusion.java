package dev.bingo.evaluate;

import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Which class was taken for which.
 *
 * @param counts {@code [true class][given class]}
 */
public record Confusion(long[][] counts) {
  static Confusion of(Tensor labels, Tensor given, int classes) {
    long[] right = Tensors.toLongs(labels);
    long[] named = Tensors.toLongs(given);
    long[][] counts = new long[classes][classes];
    for (int i = 0; i < right.length; i++) {
      counts[(int) right[i]][(int) named[i]]++;
    }
    return new Confusion(counts);
  }

  /** Percent of class {@code c} that was given its own name; NaN where it has no images. */
  public double recall(int c) {
    long all = 0;
    for (long n : counts[c]) {
      all += n;
    }
    return 100.0 * counts[c][c] / all;
  }
}
