package dev.bingo.evaluate;

import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
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

  /** Images of class {@code c}. */
  public long images(int c) {
    return Arrays.stream(counts[c]).sum();
  }

  /** Images that were taken for class {@code c}. */
  public long given(int c) {
    return Arrays.stream(counts).mapToLong(row -> row[c]).sum();
  }

  /** Percent of class {@code c} that was given its own name; NaN where it has no images. */
  public double recall(int c) {
    return 100.0 * counts[c][c] / images(c);
  }

  /** Percent of what was taken for class {@code c} that is of it; NaN where nothing was. */
  public double precision(int c) {
    return 100.0 * counts[c][c] / given(c);
  }

  /** F1 of class {@code c} = 2 · right / (images + given), percent; NaN where it has neither. */
  public double f1(int c) {
    return 200.0 * counts[c][c] / (images(c) + given(c));
  }

  /** Percent of all images that were given their own class. */
  public double accuracy() {
    long right = IntStream.range(0, counts.length).mapToLong(c -> counts[c][c]).sum();
    return 100.0 * right / Arrays.stream(counts).flatMapToLong(Arrays::stream).sum();
  }

  /**
   * The mean of F1 over the classes that have images, percent: a rare class counts as much as a
   * common one.
   */
  public double macroF1() {
    return IntStream.range(0, counts.length)
        .filter(c -> images(c) > 0)
        .mapToDouble(this::f1)
        .average()
        .orElse(Double.NaN);
  }

  /**
   * A class that was taken for another.
   *
   * @param images of {@code right} that were taken for {@code given}
   */
  public record Mistake(int right, int given, long images) {}

  /** The mistakes that were made most often, first. */
  public List<Mistake> mistakes(int most) {
    List<Mistake> all = new ArrayList<>();
    for (int right = 0; right < counts.length; right++) {
      for (int given = 0; given < counts.length; given++) {
        if (right != given && counts[right][given] > 0) {
          all.add(new Mistake(right, given, counts[right][given]));
        }
      }
    }
    all.sort(Comparator.comparingLong(Mistake::images).reversed());
    return all.subList(0, Math.min(most, all.size()));
  }
}
