package dev.bingo.bag;

import dev.bingo.torch.Tensors;
import java.util.function.LongConsumer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Exact k-nearest neighbours by cosine, in blocks of queries: memory is block · N floats, whatever
 * N is.
 */
public final class NearestNeighbours {
  private static final int BLOCK = 1024;

  private NearestNeighbours() {}

  /**
   * The neighbours of every row among all others.
   *
   * @param members {@code [N][k]}, nearest first
   * @param squaredDistances {@code [N][k]}, squared L2 between the unit rows: 2 − 2 · cosine
   */
  public record Result(int[][] members, float[][] squaredDistances) {}

  /**
   * Searches exactly, in float32. A row is left out by its position, not by its rank: with
   * duplicates in the data the first hit need not be the row itself.
   *
   * @param features {@code float32 [N, D]}, rows of length 1
   * @param k at most N − 1
   * @param progress told of the rows done
   */
  public static Result exact(Tensor features, int k, LongConsumer progress) {
    int n = Math.toIntExact(features.size(0));
    if (k < 1 || k > n - 1) {
      throw new IllegalArgumentException(
          "bags.k: expected 1 to " + (n - 1) + " neighbours for " + n + " images, got " + k);
    }
    int[][] members = new int[n][];
    float[][] distances = new float[n][];
    try (AutoGradMode off = new AutoGradMode(false)) {
      for (int start = 0; start < n; start += BLOCK) {
        int count = Math.min(BLOCK, n - start);
        try (PointerScope scope = new PointerScope()) {
          block(features, start, count, k, members, distances);
        }
        progress.accept(start + count);
      }
    }
    return new Result(members, distances);
  }

  private static void block(
      Tensor features, int start, int count, int k, int[][] members, float[][] distances) {
    long n = features.size(0);
    Tensor scores = features.narrow(0, start, count).matmul(features.t()).contiguous();
    FloatPointer cells = new FloatPointer(scores.data_ptr());
    for (int i = 0; i < count; i++) {
      cells.put(i * n + start + i, Float.NEGATIVE_INFINITY);
    }
    T_TensorTensor_T top = torch.topk(scores, k, 1, true, true);
    float[] cosine = Tensors.toFloats(top.get0());
    long[] index = Tensors.toLongs(top.get1());
    for (int i = 0; i < count; i++) {
      int[] row = new int[k];
      float[] distance = new float[k];
      for (int j = 0; j < k; j++) {
        row[j] = (int) index[i * k + j];
        distance[j] = Math.max(0, 2 - 2 * cosine[i * k + j]);
      }
      members[start + i] = row;
      distances[start + i] = distance;
    }
  }
}
