package dev.bingo.encoder;

import dev.bingo.torch.Tensors;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A square convolution. */
public final class Conv2d extends Layer {
  private static final long[] ONE = {1, 1};
  final Tensor weight;
  private Tensor bias;
  private final Shape shape;
  private final boolean torchDefault;

  /**
   * What a convolution looks like.
   *
   * @param in channels
   * @param out channels
   * @param kernel side, pixels
   * @param stride likewise
   * @param padding zeros on every side, pixels
   * @param groups of channels that do not mix; {@code in} makes it depthwise
   * @param bias added to every output channel
   */
  public record Shape(
      int in, int out, int kernel, int stride, int padding, int groups, boolean bias) {}

  Conv2d(int in, int out, int kernel, int stride, int padding) {
    this(new Shape(in, out, kernel, stride, padding, 1, false), false);
  }

  /** A layer that is drawn as torchvision's ResNets are, N(0, 2 / (kernel² · out)), its bias 0. */
  public Conv2d(Shape shape) {
    this(shape, false);
  }

  /**
   * @param torchDefault drawn as PyTorch draws a layer that nobody initialises, rather than as
   *     torchvision's ResNets are
   */
  Conv2d(Shape shape, boolean torchDefault) {
    super("Conv2d");
    this.shape = shape;
    this.torchDefault = torchDefault;
    weight =
        parameter(
            "weight",
            Tensors.empty(
                ScalarType.Float, shape.out, shape.in / shape.groups, shape.kernel, shape.kernel));
    bias = shape.bias ? parameter("bias", Tensors.empty(ScalarType.Float, shape.out)) : null;
  }

  /** What it looks like. */
  public Shape shape() {
    return shape;
  }

  /** {@code [out, in / groups, kernel, kernel]}; the layer's own. */
  public Tensor weight() {
    return weight;
  }

  /** {@code [out]}, or null; the layer's own. */
  public Tensor bias() {
    return bias;
  }

  /** {@code [B, in, H, W] → [B, out, H', W']}. */
  public Tensor forward(Tensor x) {
    return torch.conv2d(
        x,
        weight,
        bias == null ? new TensorOptional() : new TensorOptional(bias),
        new long[] {shape.stride, shape.stride},
        new long[] {shape.padding, shape.padding},
        ONE,
        shape.groups);
  }

  /**
   * {@code [R, in, H, W, G] → [R, out, H', W', G]}: the images of G groups side by side in a fifth
   * dimension, through which the kernel does not reach.
   */
  Tensor forwardGroups(Tensor x) {
    return torch.conv3d(
        x,
        weight.unsqueeze(-1),
        bias == null ? new TensorOptional() : new TensorOptional(bias),
        new long[] {shape.stride, shape.stride, 1},
        new long[] {shape.padding, shape.padding, 0},
        new long[] {1, 1, 1},
        shape.groups);
  }

  /**
   * Takes what follows it into its weights, for good. A bias comes to be where there was none: such
   * a layer is not to be saved.
   */
  void fold(BatchNorm.Affine affine) {
    try (PointerScope scope = new PointerScope()) {
      Tensor scale = Tensors.of(affine.scale()).to(weight.device(), weight.scalar_type());
      Tensor shift = Tensors.of(affine.shift()).to(weight.device(), weight.scalar_type());
      weight.set_data(weight.data().mul(scale.view(-1, 1, 1, 1)));
      if (bias == null) {
        bias = parameter("bias", shift);
        bias.set_requires_grad(false);
      } else {
        bias.set_data(bias.data().mul(scale).add_(shift));
      }
    }
  }

  @Override
  void draw(Function<String, GeneratorOptional> generator) {
    long area = (long) shape.kernel * shape.kernel;
    if (!torchDefault) {
      double variance = 2.0 / (area * shape.out);
      weight.normal_(0, Math.sqrt(variance), generator.apply("weight"));
      if (bias != null) {
        bias.zero_();
      }
      return;
    }
    long fanIn = area * (shape.in / shape.groups);
    double bound = 1 / Math.sqrt((double) fanIn);
    weight.uniform_(-bound, bound, generator.apply("weight"));
    if (bias != null) {
      bias.uniform_(-bound, bound, generator.apply("bias"));
    }
  }
}
