package dev.bingo.evaluate;

import dev.bingo.torch.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Which class was taken for which, of the classes that an image has. Empty where they are more than
 * {@value #MOST_CLASSES}: nobody reads such a table, and it would take more memory than the images.
 *
 * @param counts {@code [true class][given class]}
 * @param classes their names
 */
public record Confusion(long[][] counts, List<String> classes) {
  static final int MOST_CLASSES = 2000;

  static Confusion of(Tensor labels, Tensor given, List<String> classes) {
    if (classes.size() > MOST_CLASSES) {
      return new Confusion(new long[0][], List.of());
    }
    long[] right = Tensors.toLongs(labels);
    long[] named = Tensors.toLongs(given);
    long[][] counts = new long[classes.size()][classes.size()];
    for (int i = 0; i < right.length; i++) {
      counts[(int) right[i]][(int) named[i]]++;
    }
    return new Confusion(counts, classes);
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
