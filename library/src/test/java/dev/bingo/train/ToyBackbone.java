package dev.bingo.train;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.BatchNorm;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** One convolution, batch-norm, ReLU and a mean over the pixels. */
final class ToyBackbone extends Backbone {
  static final int WIDTH = 8;

  private final Tensor weight;
  private final BatchNorm norm;

  ToyBackbone(long seed) {
    super("toy", WIDTH);
    float[] values = new float[WIDTH * 27];
    Draws draws = Draws.of(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.2 * draws.normal());
    }
    try (var scope = new PointerScope()) {
      weight = parameter("weight", Tensors.of(values, WIDTH, 3, 3, 3));
      norm = child("norm", new BatchNorm(WIDTH));
    }
  }

  @Override
  public Tensor features(Tensor images) {
    return norm.forward(torch.conv2d(images, weight)).relu().mean(2, 3);
  }
}
