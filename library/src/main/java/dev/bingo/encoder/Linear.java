package dev.bingo.encoder;

import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** x Wᵀ + b. */
public final class Linear extends Layer {
  final Tensor weight;
  final Tensor bias;

  /** A layer from {@code in} to {@code out} dimensions. */
  public Linear(int in, int out) {
    this(in, out, true);
  }

  Linear(int in, int out, boolean withBias) {
    super("Linear");
    weight = parameter("weight", Tensors.empty(ScalarType.Float, out, in));
    bias = withBias ? parameter("bias", Tensors.empty(ScalarType.Float, out)) : null;
  }

  /** {@code [B, in] → [B, out]}. */
  public Tensor forward(Tensor x) {
    return torch.linear(x, weight, bias == null ? new TensorOptional() : new TensorOptional(bias));
  }
}
