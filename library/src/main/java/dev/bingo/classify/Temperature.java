package dev.bingo.classify;

import dev.bingo.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The one number that logits are divided by so that probabilities are as sure as they are right
 * (Guo et al., arXiv 1706.04599): that of the least cross-entropy on images that were not learnt
 * from.
 */
final class Temperature {
  private static final double LEAST = .02;
  private static final double MOST = 50;
  private static final int STEPS = 50;
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private Temperature() {}

  /**
   * Finds it.
   *
   * @param logits {@code float32 [N, C]}
   * @param labels {@code int64 [N]}
   * @param weights of the rows, {@code float32 [N]}
   */
  static double fit(Tensor logits, Tensor labels, Tensor weights) {
    // The cross-entropy is convex in 1 / T, so it has one minimum in log T.
    double low = Math.log(LEAST);
    double high = Math.log(MOST);
    double left = high - GOLDEN * (high - low);
    double right = low + GOLDEN * (high - low);
    double atLeft = loss(logits, labels, weights, Math.exp(left));
    double atRight = loss(logits, labels, weights, Math.exp(right));
    for (int step = 0; step < STEPS && high - low > 1e-4; step++) {
      if (atLeft <= atRight) {
        high = right;
        right = left;
        atRight = atLeft;
        left = high - GOLDEN * (high - low);
        atLeft = loss(logits, labels, weights, Math.exp(left));
      } else {
        low = left;
        left = right;
        atLeft = atRight;
        right = low + GOLDEN * (high - low);
        atRight = loss(logits, labels, weights, Math.exp(right));
      }
    }
    return Math.exp((low + high) / 2);
  }

  /** Mean cross-entropy at a temperature. */
  static double loss(Tensor logits, Tensor labels, Tensor weights, double temperature) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Tensor logs = logits.div(new Scalar(temperature)).log_softmax(1);
      Tensor own = logs.gather(1, labels.unsqueeze(1)).squeeze(1);
      return -own.mul(weights).sum().div(weights.sum()).item_double();
    }
  }

  /** {@code float32 [N, C]} at a temperature, on the host. */
  static float[][] probabilities(Tensor logits, double temperature) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      float[] all = Tensors.toFloats(logits.div(new Scalar(temperature)).softmax(1));
      int classes = Math.toIntExact(logits.size(1));
      float[][] rows = new float[Math.toIntExact(logits.size(0))][classes];
      for (int row = 0; row < rows.length; row++) {
        System.arraycopy(all, row * classes, rows[row], 0, classes);
      }
      return rows;
    }
  }
}
