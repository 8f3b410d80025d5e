package dev.bingo.method.part;

import dev.bingo.encoder.Layer;
import dev.bingo.group.Group;
import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** K trained directions C that embeddings are scored against (SwAV, arXiv 2006.09882, §3.1). */
public final class Prototypes extends Layer {
  private final Tensor weight;

  /**
   * Random unit prototypes.
   *
   * @param count K
   * @param width D
   */
  public Prototypes(int count, int width, long seed) {
    super("Prototypes");
    weight = parameter("weight", Tensors.empty(ScalarType.Float, count, width));
    try (AutoGradMode off = new AutoGradMode(false)) {
      weight.uniform_(-1, 1, new GeneratorOptional(torch.make_generator_cpu(seed & 0xffffffffL)));
    }
    toUnitLength();
  }

  /** Makes every prototype of length 1 again, in place. */
  public void normalise() {
    Group.here().once(this::toUnitLength);
  }

  private void toUnitLength() {
    try (AutoGradMode off = new AutoGradMode(false)) {
      weight.copy_(torch.normalize(weight));
    }
  }

  /**
   * The scores z·c_k.
   *
   * @param embeddings {@code [B, D]}
   * @return {@code [B, K]}, with gradient to both
   */
  public Tensor scores(Tensor embeddings) {
    return embeddings.matmul(weight.t());
  }

  /**
   * The scores of a queue's keys {@code [D, L]}: {@code [L, K]}, without gradient; of ranks, L / W.
   */
  public Tensor scores(Queue queue) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      return weight.matmul(Group.here().own(queue.keys().t()).t()).t();
    }
  }

  /** Drops the gradient, so that the optimiser leaves the prototypes as they are. */
  public void dropGradient() {
    zero_grad(true);
  }
}
