package dev.bingo.method.part;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * How alike embeddings are to M keys, as a distribution over the keys:
 *
 * <pre>p_ij = softmax_j( z_i · Q_j / τ )</pre>
 *
 * <p>A student that is told to rank the keys as its teacher does learns without positives and
 * negatives: SEED, CompRess and MSVQ compare two of these.
 */
public final class Similarities {
  private final Tensor logProbabilities;

  private Similarities(Tensor logits) {
    logProbabilities = logits.log_softmax(1);
  }

  /**
   * Over the keys of a queue.
   *
   * @param embedding {@code float32 [B, D]}, rows of length 1
   * @param keys {@code [D, K]}, no gradient
   * @param temperature τ. Smaller: the nearest keys count more
   */
  public static Similarities to(Tensor keys, Tensor embedding, double temperature) {
    // [B, D] is divided rather than [B, K]: it is the same, and a hundredth of the memory
    return new Similarities(embedding.div(new Scalar(temperature)).matmul(keys));
  }

  /**
   * Over each row's own key, in column 0, and those of a queue.
   *
   * @param own {@code [B, D]}, no gradient
   */
  public static Similarities toOwnAnd(
      Tensor own, Tensor keys, Tensor embedding, double temperature) {
    Tensor scaled = embedding.div(new Scalar(temperature));
    Tensor first = scaled.mul(own).sum(new long[] {1}, true, null);
    return new Similarities(torch.hstack(new TensorVector(first, scaled.matmul(keys))));
  }

  /** {@code [B, M]}, rows that sum to 1. */
  public Tensor probabilities() {
    return logProbabilities.exp();
  }

  /**
   * The mean over the batch of −Σ_j p_j log q_j, p the teacher's and q these. No gradient reaches
   * the teacher.
   */
  public Tensor crossEntropy(Similarities teacher) {
    return teacher.probabilities().detach().mul(logProbabilities).sum(1).mean().neg();
  }

  /** The mean over the batch of H(p), the least cross-entropy there is; no gradient. */
  public Tensor entropy() {
    try (AutoGradMode off = new AutoGradMode(false)) {
      return probabilities().mul(logProbabilities).sum(1).mean().neg();
    }
  }

  /** {@code [B, M]}. */
  public Tensor logProbabilities() {
    return logProbabilities;
  }
}
