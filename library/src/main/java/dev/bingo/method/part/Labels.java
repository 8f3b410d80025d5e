package dev.bingo.method.part;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What labels say of a prediction. */
public final class Labels {
  private Labels() {}

  /**
   * The cross-entropy with 1 − s at the label and the rest alike at all other classes (label
   * smoothing).
   *
   * @param logProbabilities {@code [B, C]}
   * @param labels {@code int64 [B]}
   * @param smoothing s; 0: one-hot
   * @return {@code [B]}
   */
  public static Tensor crossEntropy(Tensor logProbabilities, Tensor labels, double smoothing) {
    Scalar rest = new Scalar(smoothing / (logProbabilities.size(1) - 1));
    Tensor target =
        torch
            .full_like(logProbabilities.detach(), rest)
            .scatter(1, labels.unsqueeze(1), new Scalar(1 - smoothing));
    return logProbabilities.mul(target).sum(1).neg();
  }
}
