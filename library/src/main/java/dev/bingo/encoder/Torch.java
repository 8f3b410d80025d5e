package dev.bingo.encoder;

import dev.bingo.torch.Tensors;
import java.util.function.Supplier;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Operations on tensors, with gradients. */
class Torch implements Operations<Tensor> {
  /** Keeps no state. */
  static final Torch RUN = new Torch();

  @Override
  public Tensor convolve(Tensor images, Conv2d layer) {
    return layer.forward(images);
  }

  @Override
  public Tensor within(Supplier<Tensor> part) {
    return Tensors.within(part);
  }

  @Override
  public Tensor normalise(Tensor x, BatchNorm layer) {
    return layer.forward(x);
  }

  @Override
  public Tensor normalise(Tensor tokens, LayerNorm layer) {
    return layer.forward(tokens);
  }

  @Override
  public Tensor linear(Tensor x, Linear layer) {
    return layer.forward(x);
  }

  @Override
  public Tensor activate(Tensor x, Activation function) {
    return switch (function) {
      case NONE -> x;
      case RELU -> x.relu_();
      case RELU6 -> torch.hardtanh_(x, new Scalar(0.0), new Scalar(6.0));
      case SILU -> torch.silu(x);
      case SIGMOID -> x.sigmoid();
      case HARD_SIGMOID -> torch.hardsigmoid(x);
      case HARD_SWISH -> torch.hardswish(x);
      case GELU -> torch.gelu(x);
    };
  }

  @Override
  public Tensor add(Tensor x, Tensor other) {
    // A transformer's residuals stay in float32 under autocast.
    return x.scalar_type() == other.scalar_type() ? x.add_(other) : x.add(other);
  }

  @Override
  public Tensor scale(Tensor images, Tensor factors) {
    return images.mul(factors);
  }

  @Override
  public Tensor scale(Tensor tokens, LayerScale layer) {
    return tokens.mul(layer.gamma());
  }

  @Override
  public Tensor maxPool(Tensor images) {
    return torch.max_pool2d(
        images, new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, false);
  }

  @Override
  public Tensor average(Tensor images) {
    return torch.adaptive_avg_pool2d(images, 1, 1);
  }

  @Override
  public Tensor flatten(Tensor images) {
    return images.flatten(1, -1);
  }

  @Override
  public Tensor channels(Tensor images, int first, int count) {
    return images.narrow(1, first, count);
  }

  @Override
  public Tensor concatenate(Tensor images, Tensor others) {
    return torch.cat(new TensorVector(images, others), 1);
  }

  @Override
  public Tensor shuffle(Tensor images, int groups) {
    return torch.channel_shuffle(images, groups);
  }

  @Override
  public Tensor halve(Tensor images, int side) {
    Tensor everySecond =
        images
            .slice(2, new LongOptional(0), new LongOptional(images.size(2)), 2)
            .slice(3, new LongOptional(0), new LongOptional(images.size(3)), 2);
    return torch.constant_pad_nd(everySecond, new long[] {0, 0, 0, 0, side, side}, new Scalar(0.0));
  }

  @Override
  public Tensor tokens(Tensor patches, Tensor first, Positions positions) {
    Tensor rows = patches.flatten(2, -1).transpose(1, 2);
    Tensor start = first.expand(rows.size(0), -1, -1);
    return torch
        .cat(new TensorVector(start.to(rows.scalar_type()), rows), 1)
        .add(positions.of(patches.size(2), patches.size(3)));
  }

  @Override
  public Tensor attend(Tensor queriesKeysValues, int heads) {
    long batch = queriesKeysValues.size(0);
    long tokens = queriesKeysValues.size(1);
    long width = queriesKeysValues.size(2) / 3;
    Tensor split =
        queriesKeysValues.reshape(batch, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4);
    return torch
        .scaled_dot_product_attention(split.select(0, 0), split.select(0, 1), split.select(0, 2))
        .transpose(1, 2)
        .reshape(batch, tokens, width);
  }

  @Override
  public Tensor first(Tensor tokens) {
    return tokens.select(1, 0);
  }
}
