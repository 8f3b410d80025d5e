package dev.bingo.method;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Labels as distributions over classes. */
final class Labels {
  private Labels() {}

  /**
   * 1 − s at the label, the rest alike at all others (label smoothing).
   *
   * @param labels {@code int64 [B]}
   * @param smoothing s; 0: one-hot
   * @return {@code float32 [B, C]}
   */
  static Tensor smoothed(Tensor labels, long classes, double smoothing) {
    Scalar rest = new Scalar(smoothing / (classes - 1));
    return torch
        .full(new long[] {labels.size(0), classes}, rest)
        .to(labels.device(), ScalarType.Float)
        .scatter(1, labels.unsqueeze(1), new Scalar(1 - smoothing));
  }
}
