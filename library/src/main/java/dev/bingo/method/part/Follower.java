package dev.bingo.method.part;

import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.group.Group;
import dev.bingo.torch.TensorList;
import dev.bingo.torch.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * A momentum copy of a network: θ_k ← m θ_k + (1 − m) θ_q (MoCo, arXiv 1911.05722, equation 2).
 * Both networks are registered with the method's state by whoever owns them.
 */
public final class Follower<L extends Layer> {
  private final TensorList leading;
  private final TensorList following;
  // Not part of the state: a restart begins with a step.
  private long followedStep = -1;

  /**
   * Makes the copy equal to its leader, without gradient.
   *
   * @param net of the same architecture
   */
  public Follower(L leader, L net) {
    Modules.copy(leader, net);
    Modules.freeze(net);
    Map<String, Tensor> from = Tensors.named(leader.named_parameters());
    Map<String, Tensor> to = Tensors.named(net.named_parameters());
    leading = new TensorList(to.keySet().stream().map(from::get).toList()).keep();
    following = new TensorList(to.values()).keep();
  }

  /** Follows, once a step however many batches the step accumulates. */
  public void follow(double momentum, long step) {
    if (step != followedStep) {
      Group.here().once(() -> follow(momentum));
      followedStep = step;
    }
  }

  private void follow(double momentum) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      // Parameters alone: each of the two keeps its own running statistics of batch-norm.
      following.scale(momentum).add(leading, 1 - momentum);
    }
  }

  /** The momentum that rises from {@code start} to 1 by a cosine (BYOL, arXiv 2006.07733, §3.2). */
  public static double rising(double start, double done) {
    return 1 - (1 - start) * (Math.cos(Math.PI * done) + 1) / 2;
  }
}
