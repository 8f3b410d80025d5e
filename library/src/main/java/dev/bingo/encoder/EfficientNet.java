package dev.bingo.encoder;

import dev.bingo.encoder.InvertedResidual.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * EfficientNet (Tan and Le, arXiv 1905.11946, table 1) as torchvision builds it, up to the pooling;
 * without stochastic depth. BINGO's and SEED's EfficientNets are another implementation, with
 * TensorFlow's padding and batch-norm: their weights do not fit here.
 */
final class EfficientNet extends Convolutional {
  /** Expansion, kernel, stride, channels in, channels out, blocks. */
  private static final int[][] STAGES = {
    {1, 3, 1, 32, 16, 1},
    {6, 3, 2, 16, 24, 2},
    {6, 5, 2, 24, 40, 2},
    {6, 3, 2, 40, 80, 3},
    {6, 5, 1, 80, 112, 3},
    {6, 5, 2, 112, 192, 4},
    {6, 3, 1, 192, 320, 1},
  };

  private static final int WIDTH = 1280;

  private final ConvNorm stem;
  private final List<List<InvertedResidual>> stages = new ArrayList<>();
  private final ConvNorm last;

  /**
   * @param depth factor on the blocks of each stage, rounded up: 1 is B0, 1.1 is B1
   */
  EfficientNet(String architecture, double depth) {
    super(architecture, WIDTH);
    Sequence features = child("features", new Sequence());
    stem = features.next(conv(3, 32, 3, 2));
    for (int[] s : STAGES) {
      Sequence stage = features.next(new Sequence());
      List<InvertedResidual> blocks = new ArrayList<>();
      int count = (int) Math.ceil(s[5] * depth);
      for (int i = 0; i < count; i++) {
        int in = i == 0 ? s[3] : s[4];
        int stride = i == 0 ? s[2] : 1;
        Shape shape = new Shape(in, s[1], in * s[0], s[4], in / 4, Activation.SILU, stride);
        blocks.add(
            stage.next(
                new InvertedResidual(
                    shape, ConvNorm.Norm.DEFAULT, Activation.SILU, Activation.SIGMOID)));
      }
      stages.add(blocks);
    }
    last = features.next(conv(320, WIDTH, 1, 1));
  }

  private static ConvNorm conv(int in, int out, int kernel, int stride) {
    return new ConvNorm(in, out, kernel, stride, 1, ConvNorm.Norm.DEFAULT, Activation.SILU);
  }

  @Override
  <T> T map(Operations<T> on, T images) {
    T x = stem.forward(on, images);
    on.show("features.0", x);
    for (int s = 0; s < stages.size(); s++) {
      for (InvertedResidual block : stages.get(s)) {
        x = block.forward(on, x);
      }
      on.show("features." + (s + 1), x);
    }
    x = last.forward(on, x);
    on.show("features." + (stages.size() + 1), x);
    return x;
  }
}
