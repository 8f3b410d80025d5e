package dev.bingo.fewshot;

import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * What is to be classified, as the encoder's maps.
 *
 * @param supports {@code [S, C, s, s]}, class by class
 * @param queries {@code [Q, C, s, s]}
 * @param unlabelled {@code [R, C, s, s]}, further images without labels, for the transductive; or
 *     null
 * @param shots how many of the supports are of each of the N classes
 * @param classes what a learner's memory calls the classes, −1 where it does not know one; {@code
 *     [N]}
 * @param transductive whether the queries are looked at together
 * @param draw a number that random choices depend on
 */
public record Task(
    Tensor supports,
    Tensor queries,
    Tensor unlabelled,
    int[] shots,
    long[] classes,
    boolean transductive,
    long draw) {
  public Task {
    if (classes.length != shots.length
        || IntStream.of(shots).anyMatch(k -> k < 1)
        || supports.size(0) != IntStream.of(shots).sum()) {
      throw new IllegalArgumentException(
          "expected supports of each class, got "
              + supports.size(0)
              + " for "
              + Arrays.toString(shots)
              + " of "
              + classes.length
              + " classes");
    }
  }

  /** An episode's. */
  static Task of(
      Tensor maps, Episodes.Shape shape, long[] classes, boolean transductive, long draw) {
    int supports = shape.supports();
    int[] shots = new int[shape.ways()];
    Arrays.fill(shots, shape.shots());
    return new Task(
        maps.narrow(0, 0, supports),
        maps.narrow(0, supports, (long) shape.ways() * shape.queries()),
        null,
        shots,
        classes,
        transductive,
        draw);
  }

  /** N. */
  public int ways() {
    return shots.length;
  }

  /**
   * The mean of each class.
   *
   * @param each {@code [S, …]}, something of each support
   * @return {@code [N, …]}
   */
  Tensor means(Tensor each) {
    long[] shape = each.sizes().vec().get();
    if (IntStream.of(shots).distinct().count() == 1) {
      long[] apart = new long[shape.length + 1];
      apart[0] = shots.length;
      apart[1] = shots[0];
      System.arraycopy(shape, 1, apart, 2, shape.length - 1);
      return each.reshape(apart).mean(1);
    }
    float[] share = new float[shots.length * (int) shape[0]];
    for (int c = 0, s = 0; c < shots.length; c++) {
      for (int i = 0; i < shots[c]; i++, s++) {
        share[c * (int) shape[0] + s] = 1f / shots[c];
      }
    }
    Tensor matrix = Tensors.of(share, shots.length, shape[0]).to(each.device(), each.scalar_type());
    shape[0] = shots.length;
    return matrix.mm(each.flatten(1, -1)).reshape(shape);
  }
}
