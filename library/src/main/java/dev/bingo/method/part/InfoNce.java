package dev.bingo.method.part;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * InfoNCE (arXiv 1807.03748) of queries against a positive key each and a queue of negatives:
 *
 * <pre>L(q, k) = −log( exp(q·k/τ) / (exp(q·k/τ) + Σ_j exp(q·Q_j/τ)) )</pre>
 *
 * <p>The negatives are scored once a query, whatever the number of its positives, and no logits of
 * width K + 1 are put together: −log p = log(e^pos + e^lse(neg)) − pos.
 */
public final class InfoNce {
  private final Tensor scaled;
  private final Tensor negatives;
  private final Tensor logSumNegatives;

  /**
   * Scores the negatives.
   *
   * @param query {@code float32 [B, D]}, rows of length 1
   * @param queue {@code [D, K]}, columns of length 1, no gradient
   * @param masked {@code bool [B, K]}, true where a column is not a negative of a query; may be
   *     null
   * @param temperature τ. Smaller: sharper, harder negatives count more; MoCo v2 and BINGO 0.2
   */
  public InfoNce(Tensor query, Tensor queue, Tensor masked, double temperature) {
    // [B, D] is divided rather than [B, K]: it is the same, and a hundredth of the memory
    scaled = query.div(new Scalar(temperature));
    Tensor scores = scaled.matmul(queue);
    negatives =
        masked == null ? scores : scores.masked_fill(masked, new Scalar(Float.NEGATIVE_INFINITY));
    logSumNegatives = torch.logsumexp(negatives, 1);
  }

  /**
   * The mean loss over the batch.
   *
   * @param key the positives, {@code [B, D]}, rows of length 1, no gradient
   */
  public Tensor loss(Tensor key) {
    Tensor positive = positive(key);
    return torch.logaddexp(logSumNegatives, positive).sub(positive).mean();
  }

  /**
   * The weighted sum of the losses by two positives; one of weight 0 is not computed.
   *
   * @param second may be null where its weight is 0
   */
  public Tensor loss(Tensor first, double weight, Tensor second, double secondWeight) {
    if (secondWeight == 0) {
      return loss(first).mul(new Scalar(weight));
    }
    Tensor other = loss(second).mul(new Scalar(secondWeight));
    return weight == 0 ? other : loss(first).mul(new Scalar(weight)).add(other);
  }

  /** The logits as the papers write them, {@code [B, 1 + K]}, the positive in column 0. */
  public Tensor logits(Tensor key) {
    return torch.hstack(new TensorVector(positive(key).unsqueeze(1), negatives));
  }

  /** Share of queries whose key scores above all negatives, a scalar without gradient. */
  public Tensor accuracy(Tensor key) {
    return positive(key)
        .detach()
        .gt(negatives.detach().amax(new long[] {1}, false))
        .to(torch.ScalarType.Float)
        .mean();
  }

  private Tensor positive(Tensor key) {
    return scaled.mul(key).sum(1);
  }
}
