package dev.bingo.evaluate;

import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Maps embeddings to the plane, to be looked at. The same embeddings give the same map. */
public final class Projection2d {
  /** More points than this make a map that takes long and shows no more. */
  public static final int MOST_POINTS = 2000;

  private static final int PRINCIPAL = 50;
  private static final double TINY = 1e-12;

  private Projection2d() {}

  /** At most {@code most} positions out of {@code size}, drawn by {@code seed}, in order. */
  public static long[] sample(int size, int most, long seed) {
    int[] order = Draws.of(seed).permutation(size);
    return Arrays.stream(order).limit(most).sorted().asLongStream().toArray();
  }

  /**
   * The two directions of most variance.
   *
   * @param embeddings {@code [N, D]}, N at least 2
   * @return {@code [N][2]}
   */
  public static double[][] pca(Tensor embeddings) {
    return principal(embeddings.to(ScalarType.Double), 2);
  }

  /**
   * t-SNE (van der Maaten and Hinton 2008), exact, of rows scaled to length 1 and reduced to their
   * 50 principal directions; it starts from PCA, so it needs no random numbers.
   *
   * @param embeddings {@code [N, D]}, N from 5 to {@value #MOST_POINTS}
   * @return {@code [N][2]}
   */
  public static double[][] tsne(Tensor embeddings) {
    long n = embeddings.size(0);
    if (n < 5 || n > MOST_POINTS) {
      throw new IllegalArgumentException(
          "a map is made of 5 to " + MOST_POINTS + " points, got " + n + "; draw some by sample()");
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor rows = embeddings.to(ScalarType.Double);
      rows =
          rows.div(
              rows.norm(new ScalarOptional(new Scalar(2)), new long[] {1}, true)
                  .clamp_min_(new Scalar(TINY)));
      double[][] points = principal(rows, (int) Math.min(PRINCIPAL, rows.size(1)));
      return new Tsne(points).run();
    }
  }

  private static double[][] principal(Tensor rows, int directions) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      int n = (int) rows.size(0);
      int d = (int) rows.size(1);
      int kept = Math.min(directions, d);
      Tensor centred = rows.sub(rows.mean(0));
      // Ascending, so the last columns have the most variance.
      T_TensorTensor_T eigen = torch.linalg_eigh(centred.t().matmul(centred));
      Tensor axes = eigen.get1().narrow(1, d - kept, kept).flip(1);
      // The sign of an axis is free; fixed so that its largest number is positive.
      Tensor largest =
          axes.gather(0, axes.abs().argmax(new org.bytedeco.pytorch.LongOptional(0), true)).sign();
      float[] flat = Tensors.toFloats(centred.matmul(axes.mul(largest)));
      double[][] points = new double[n][directions];
      for (int i = 0; i < n * kept; i++) {
        points[i / kept][i % kept] = flat[i];
      }
      return points;
    }
  }
}
