package dev.bingo.encoder;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * What networks are made of. A {@link Network} is written once over these: {@link Torch} runs it,
 * the ONNX exporter writes it down, and so they can't drift apart.
 *
 * <p>Every operation may overwrite its first argument: use what it returns. Images are {@code [B,
 * C, H, W]}, tokens {@code [B, N, D]}.
 *
 * @param <T> what flows: a tensor, or the name of one
 */
public interface Operations<T> {
  T convolve(T images, Conv2d layer);

  /** Evaluation or training mode, as the layer is. */
  T normalise(T x, BatchNorm layer);

  T normalise(T tokens, LayerNorm layer);

  /** x Wᵀ + b over the last dimension. */
  T linear(T x, Linear layer);

  T activate(T x, Activation function);

  /** The sum of two of one shape. */
  T add(T x, T other);

  /** {@code [B, C, H, W]} times {@code [B, C, 1, 1]}. */
  T scale(T images, T factors);

  /** Each dimension of the tokens times its factor. */
  T scale(T tokens, LayerScale layer);

  /** The largest of 3×3, every second pixel. */
  T maxPool(T images);

  /** The mean of all pixels, {@code [B, C, 1, 1]}. */
  T average(T images);

  /** {@code [B, C, 1, 1] → [B, C]}. */
  T flatten(T images);

  /** {@code count} channels from {@code first} on; leaves its argument alone. */
  T channels(T images, int first, int count);

  /** Channels of both, one after the other. */
  T concatenate(T images, T others);

  /** Channel g · C/G + c goes to c · G + g (ShuffleNet's shuffle of G groups). */
  T shuffle(T images, int groups);

  /**
   * Every second pixel, with {@code side} zero channels before and behind (He et al.'s option A);
   * leaves its argument alone.
   */
  T halve(T images, int side);

  /**
   * {@code [B, D, h, w] → [B, F + h · w, D]}: the class token first, then the registers if there
   * are any, then the patches; positions added.
   *
   * @param first {@code [1, F, D]}
   */
  T tokens(T patches, Tensor first, Positions positions);

  /** Multi-head self-attention: {@code [B, N, 3 · D]} of queries, keys, values to {@code D}. */
  T attend(T queriesKeysValues, int heads);

  /** The first token, {@code [B, D]}. */
  T first(T tokens);

  /** What {@code part} gives; nothing else that it makes is used outside of it. */
  default T within(Supplier<T> part) {
    return part.get();
  }

  /** A convolution, its batch-norm and an activation. */
  default T convolve(T images, Conv2d layer, BatchNorm norm, Activation function) {
    return within(() -> activate(normalise(convolve(images, layer), norm), function));
  }

  /** Shows an inner output to whoever looks on, by torchvision's name of the part. */
  default void show(String part, T output) {}

  /** The embedding of positions on a grid. */
  @FunctionalInterface
  interface Positions {
    /** {@code [1, F + height · width, D]}. */
    Tensor of(long height, long width);
  }
}
