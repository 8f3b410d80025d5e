package dev.bingo.evaluate;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** At which place the right class comes. */
final class Ranks {
  private Ranks() {}

  /**
   * Places, 0 for the best score. Among equal scores the lower class comes first; a score that is
   * no number comes last, and others don't come before it is judged: a diverged classifier never
   * hits.
   *
   * @param scores {@code [N, C]}
   * @param labels {@code int64 [N]}, each in 0 … C − 1
   * @return {@code int64 [N]}
   */
  static Tensor of(Tensor scores, Tensor labels) {
    long classes = scores.size(1);
    Tensor column = labels.unsqueeze(1);
    Tensor right = scores.gather(1, column);
    // "Not less or equal" rather than "greater": a NaN is ahead of everything then.
    Tensor notAhead = scores.le(right).sum(1);
    Tensor index =
        torch.arange(new Scalar(classes), new TensorOptions(ScalarType.Long)).unsqueeze(0);
    Tensor ties = scores.eq(right).logical_and(index.lt(column)).sum(1);
    return ties.sub(notAhead).add(new Scalar(classes));
  }

  /** Percent of the ranks that are below {@code k}. */
  static double percentWithin(Tensor ranks, int k) {
    return 100.0 * ranks.lt(new Scalar(k)).sum().item_long() / ranks.numel();
  }
}
