package dev.bingo.encoder;

import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A square convolution without bias. */
final class Conv2d extends Layer {
  private static final long[] ONE = {1, 1};
  final Tensor weight;
  private final long[] stride;
  private final long[] padding;

  Conv2d(int in, int out, int kernel, int stride, int padding) {
    super("Conv2d");
    weight = parameter("weight", Tensors.empty(ScalarType.Float, out, in, kernel, kernel));
    this.stride = new long[] {stride, stride};
    this.padding = new long[] {padding, padding};
  }

  Tensor forward(Tensor x) {
    return torch.conv2d(x, weight, new TensorOptional(), stride, padding, ONE, 1);
  }
}
