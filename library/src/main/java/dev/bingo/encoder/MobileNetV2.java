package dev.bingo.encoder;

import java.util.ArrayList;
import java.util.List;

/**
 * MobileNet-V2 (Sandler et al., arXiv 1801.04381, table 2) as torchvision builds it, up to the
 * pooling.
 */
final class MobileNetV2 extends Convolutional {
  /** Expansion, channels out, blocks, stride. */
  private static final int[][] STAGES = {
    {1, 16, 1, 1},
    {6, 24, 2, 2},
    {6, 32, 3, 2},
    {6, 64, 4, 2},
    {6, 96, 3, 1},
    {6, 160, 3, 2},
    {6, 320, 1, 1},
  };

  private static final int WIDTH = 1280;

  private final ConvNorm stem;
  private final List<Block> blocks = new ArrayList<>();
  private final ConvNorm last;

  MobileNetV2(String architecture) {
    super(architecture, WIDTH);
    Sequence features = child("features", new Sequence());
    stem = features.next(conv(3, 32, 3, 2, 1));
    int in = 32;
    for (int[] s : STAGES) {
      for (int i = 0; i < s[2]; i++) {
        blocks.add(features.next(new Block(in, s[1], i == 0 ? s[3] : 1, s[0])));
        in = s[1];
      }
    }
    last = features.next(conv(in, WIDTH, 1, 1, 1));
  }

  private static ConvNorm conv(int in, int out, int kernel, int stride, int groups) {
    return new ConvNorm(in, out, kernel, stride, groups, ConvNorm.Norm.DEFAULT, Activation.RELU6);
  }

  @Override
  <T> T map(Operations<T> on, T images) {
    T x = stem.forward(on, images);
    on.show("features.0", x);
    for (int i = 0; i < blocks.size(); i++) {
      x = blocks.get(i).forward(on, x);
      on.show("features." + (i + 1), x);
    }
    x = last.forward(on, x);
    on.show("features." + (blocks.size() + 1), x);
    return x;
  }

  private static final class Block extends Layer {
    private final ConvNorm expand;
    private final ConvNorm filter;
    private final Conv2d project;
    private final BatchNorm norm;
    private final boolean residual;

    Block(int in, int out, int stride, int expansion) {
      super("InvertedResidual");
      int wide = in * expansion;
      Sequence parts = child("conv", new Sequence());
      expand = expansion == 1 ? null : parts.next(conv(in, wide, 1, 1, 1));
      filter = parts.next(conv(wide, wide, 3, stride, wide));
      project = parts.next(new Conv2d(wide, out, 1, 1, 0));
      norm = parts.next(new BatchNorm(out));
      residual = stride == 1 && in == out;
    }

    <T> T forward(Operations<T> on, T x) {
      return on.within(
          () -> {
            T y = filter.forward(on, expand == null ? x : expand.forward(on, x));
            y = on.convolve(y, project, norm, Activation.NONE);
            return residual ? on.add(y, x) : y;
          });
    }
  }
}
