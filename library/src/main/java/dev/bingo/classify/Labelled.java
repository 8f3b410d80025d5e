package dev.bingo.classify;

import dev.bingo.evaluate.Features;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Images to learn from: their features and labels.
 *
 * @param features {@code float32 [N, D]} on the CPU
 * @param labels of the rows, 0 to C − 1
 * @param groups of the rows: those of one number are copies of one image, which no fold may have
 *     with another
 * @param classes their names, C of them
 */
public record Labelled(Tensor features, int[] labels, int[] groups, List<String> classes) {
  public Labelled {
    classes = List.copyOf(classes);
    if (features.size(0) != labels.length || groups.length != labels.length) {
      throw new IllegalArgumentException(
          "expected a label and a group for each of "
              + features.size(0)
              + " rows, got "
              + labels.length
              + " and "
              + groups.length);
    }
  }

  /**
   * Of features whose images all have a label.
   *
   * @param groups of the rows
   */
  public static Labelled of(Features features, int[] groups) {
    int[] labels =
        Arrays.stream(Tensors.toLongs(features.labels())).mapToInt(Math::toIntExact).toArray();
    return new Labelled(features.values(), labels, groups, features.classes().names());
  }

  /** N. */
  public int size() {
    return labels.length;
  }

  /** Some rows. */
  Labelled rows(int[] rows) {
    return new Labelled(
        features.index_select(0, index(rows)),
        IntStream.of(rows).map(r -> labels[r]).toArray(),
        IntStream.of(rows).map(r -> groups[r]).toArray(),
        classes);
  }

  /** {@code int64 [N]}. */
  Tensor labelTensor() {
    return index(labels);
  }

  static Tensor index(int[] values) {
    return Tensors.of(Arrays.stream(values).asLongStream().toArray(), values.length);
  }
}
