package dev.bingo.method.part;

import dev.bingo.group.Group;
import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Soft assignment of samples to prototypes in equal shares (Sinkhorn–Knopp; SwAV, arXiv 2006.09882,
 * §3.1 and listing in its appendix A).
 *
 * <p>In turn, every prototype's column is made to sum to B/K and every sample's row to 1. Scaling a
 * column beforehand changes nothing, so each column's maximum is taken off first: exp never
 * overflows, and no column is all zero. In float64, whatever the network's precision: at ε = 0.01
 * whole rows would be zero in float32. Ranks have samples each, whose numbers may differ; the
 * shares are equal over all.
 */
public final class Sinkhorn {
  private Sinkhorn() {}

  /**
   * The assignments Q.
   *
   * @param scores {@code [B, K]}
   * @param epsilon ε, the entropy weight. Smaller: sharper; SwAV 0.05
   * @param iterations SwAV 3; the last makes the rows sum to 1
   * @return {@code float32 [B, K]}, no gradient
   */
  public static Tensor assign(Tensor scores, double epsilon, int iterations) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Group ranks = Group.here();
      Tensor s = scores.to(ScalarType.Double);
      Tensor largest = ranks.max(s.amax(new long[] {0}, true));
      Tensor q = s.sub(largest).div_(new Scalar(epsilon)).exp_();
      double samples = ranks.sum(Tensors.of((double) scores.size(0))).item_double();
      double share = samples / scores.size(1);
      for (int i = 0; i < iterations; i++) {
        q.div_(ranks.sum(sum(q, 0))).mul_(new Scalar(share));
        q.div_(sum(q, 1));
      }
      return q.to(ScalarType.Float);
    }
  }

  private static Tensor sum(Tensor q, long dimension) {
    return q.sum(new long[] {dimension}, true, new org.bytedeco.pytorch.ScalarTypeOptional());
  }
}
