package dev.bingo.encoder;

import java.util.function.Function;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Layer normalisation over the last dimension (Ba et al., arXiv 1607.06450). */
public final class LayerNorm extends Layer {
  private final Tensor weight;
  private final Tensor bias;
  private final double epsilon;

  LayerNorm(int width, double epsilon) {
    super("LayerNorm");
    weight = parameter("weight", torch.ones(width));
    bias = parameter("bias", torch.zeros(width));
    this.epsilon = epsilon;
  }

  /** {@code [D]}; the layer's own. */
  public Tensor weight() {
    return weight;
  }

  /** {@code [D]}; the layer's own. */
  public Tensor bias() {
    return bias;
  }

  /** What is added to the variance. */
  public double epsilon() {
    return epsilon;
  }

  Tensor forward(Tensor x) {
    return torch.layer_norm(
        x,
        new long[] {weight.size(0)},
        new TensorOptional(weight),
        new TensorOptional(bias),
        epsilon,
        true);
  }

  @Override
  void draw(Function<String, GeneratorOptional> generator) {
    weight.fill_(new Scalar(1));
    bias.zero_();
  }
}
