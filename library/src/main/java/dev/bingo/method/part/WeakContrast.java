package dev.bingo.method.part;

import dev.bingo.group.Group;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Contrast by weak labels, with many positives a query (WCL, arXiv 2110.04770, equation 5):
 *
 * <pre>S(w, M) = −mean_i mean_{j: M_ij} log softmax_l(w_i·w'_l / τ)_j      no gradient by w'</pre>
 *
 * @param temperature τ. Smaller: the nearest count more
 */
public record WeakContrast(double temperature) {
  /**
   * The mean loss over the batch.
   *
   * @param queries {@code [B, D]}, rows of length 1; {@code keys} likewise
   * @param labels {@code int64 [B]}: those of one label are each other's positives; of the whole
   *     batch, where ranks share it
   * @param sameView whether queries and keys are the same: an image is then none of its own keys
   */
  public Tensor loss(Tensor queries, Tensor keys, Tensor labels, boolean sameView) {
    Group ranks = Group.here();
    Tensor all = ranks.gather(keys.detach());
    Tensor logits = queries.matmul(all.t()).div(new Scalar(temperature));
    Tensor positive = ranks.own(labels).unsqueeze(1).eq(labels.unsqueeze(0));
    if (sameView) {
      Tensor self = ranks.own(torch.eye(all.size(0)).to(all.device(), ScalarType.Bool));
      logits = logits.masked_fill(self, new Scalar(Float.NEGATIVE_INFINITY));
      positive = positive.logical_and(self.logical_not());
    }
    Tensor likely = logits.log_softmax(1).masked_fill(positive.logical_not(), new Scalar(0.0));
    return likely.sum(1).div(positive.sum(1)).mean().neg();
  }
}
