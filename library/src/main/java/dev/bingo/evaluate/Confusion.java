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

  /**
   * Counts.
   *
   * @param labels {@code int64 [N]}, below the number of classes
   * @param given likewise
   */
  public static Confusion of(Tensor labels, Tensor given, List<String> classes) {
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

  /** Percent of all images that were given their own class. */
  public double accuracy() {
    long right = 0;
    long all = 0;
    for (int c = 0; c < counts.length; c++) {
      right += counts[c][c];
      for (long n : counts[c]) {
        all += n;
      }
    }
    return 100.0 * right / all;
  }

  /**
   * The mean over the classes that have images of F1 = 2 · right / (images + given), percent: a
   * rare class counts as much as a common one.
   */
  public double macroF1() {
    double sum = 0;
    int classes = 0;
    for (int c = 0; c < counts.length; c++) {
      long images = 0;
      long given = 0;
      for (int other = 0; other < counts.length; other++) {
        images += counts[c][other];
        given += counts[other][c];
      }
      if (images > 0) {
        sum += 2.0 * counts[c][c] / (images + given);
        classes++;
      }
    }
    return 100 * sum / classes;
  }
}
