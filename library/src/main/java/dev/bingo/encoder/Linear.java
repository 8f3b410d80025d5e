package dev.bingo.encoder;

import dev.bingo.torch.Tensors;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** x Wᵀ + b. */
public final class Linear extends Layer {
  final Tensor weight;
  final Tensor bias;
  private final double deviation;

  /** A layer from {@code in} to {@code out} dimensions. */
  public Linear(int in, int out) {
    this(in, out, true);
  }

  Linear(int in, int out, boolean withBias) {
    this(in, out, withBias, 0);
  }

  /**
   * A layer that is drawn otherwise.
   *
   * @param deviation of the normal distribution that weights are drawn from, with zero biases; 0:
   *     PyTorch's default, uniform in ± 1 / √in, weight and bias alike
   */
  public Linear(int in, int out, boolean withBias, double deviation) {
    super("Linear");
    this.deviation = deviation;
    weight = parameter("weight", Tensors.empty(ScalarType.Float, out, in));
    bias = withBias ? parameter("bias", Tensors.empty(ScalarType.Float, out)) : null;
  }

  /** {@code [B, in] → [B, out]}. */
  public Tensor forward(Tensor x) {
    return torch.linear(x, weight, bias == null ? new TensorOptional() : new TensorOptional(bias));
  }

  /** {@code [out, in]}; the layer's own. */
  public Tensor weight() {
    return weight;
  }

  /** {@code [out]}, or null; the layer's own. */
  public Tensor bias() {
    return bias;
  }

  /** Takes what follows it into its weights, for good. It has a bias. */
  void fold(BatchNorm.Affine affine) {
    try (PointerScope scope = new PointerScope()) {
      Tensor scale = Tensors.of(affine.scale()).to(weight.device(), weight.scalar_type());
      Tensor shift = Tensors.of(affine.shift()).to(weight.device(), weight.scalar_type());
      weight.set_data(weight.data().mul(scale.view(-1, 1)));
      bias.set_data(bias.data().mul(scale).add_(shift));
    }
  }

  @Override
  void draw(Function<String, GeneratorOptional> generator) {
    if (deviation > 0) {
      weight.normal_(0, deviation, generator.apply("weight"));
      if (bias != null) {
        bias.zero_();
      }
      return;
    }
    double bound = 1 / Math.sqrt((double) weight.size(1));
    weight.uniform_(-bound, bound, generator.apply("weight"));
    if (bias != null) {
      bias.uniform_(-bound, bound, generator.apply("bias"));
    }
  }
}
