package dev.bingo.encoder;

import java.util.ArrayList;
import java.util.List;

/**
 * The small ResNets for 32-pixel images of He et al. (arXiv 1512.03385, §4.2): 6n + 2 layers, three
 * stages of 16, 32 and 64 channels. Where a stage has more channels than the one before, its
 * shortcut has no parameters (option A: every second pixel, the missing channels zero on both
 * sides) or is a 1 × 1 convolution (option B, with the name's end {@code b}).
 */
final class CifarResNet extends Convolutional {
  private final Conv2d conv1;
  private final BatchNorm bn1;
  private final List<Block> blocks = new ArrayList<>();

  /**
   * @param convolved whether shortcuts that widen are convolutions
   */
  CifarResNet(String name, int depth, boolean convolved) {
    super(name, 64);
    conv1 = child("conv1", new Conv2d(3, 16, 3, 1, 1));
    bn1 = child("bn1", new BatchNorm(16));
    int in = 16;
    for (int s = 0; s < 3; s++) {
      Stage stage = new Stage(in, 16 << s, (depth - 2) / 6, convolved);
      child("layer" + (s + 1), stage);
      blocks.addAll(stage.blocks);
      in = 16 << s;
    }
  }

  @Override
  public Stem stem() {
    return Stem.CIFAR;
  }

  @Override
  boolean runsInGroups() {
    return true;
  }

  @Override
  <T> T map(Operations<T> on, T images) {
    T x = on.convolve(images, conv1, bn1, Activation.RELU);
    for (Block block : blocks) {
      x = block.forward(on, x);
    }
    return x;
  }

  private static final class Stage extends Layer {
    final List<Block> blocks = new ArrayList<>();

    Stage(int in, int out, int count, boolean convolved) {
      super("Sequential");
      for (int i = 0; i < count; i++) {
        blocks.add(child(Integer.toString(i), new Block(i == 0 ? in : out, out, convolved)));
      }
    }
  }

  private static final class Block extends Layer {
    private final Conv2d conv1;
    private final BatchNorm bn1;
    private final Conv2d conv2;
    private final BatchNorm bn2;
    private final int missing;
    private final ResNet.Downsample downsample;

    Block(int in, int out, boolean convolved) {
      super("Block");
      missing = out - in;
      conv1 = child("conv1", new Conv2d(in, out, 3, missing > 0 ? 2 : 1, 1));
      bn1 = child("bn1", new BatchNorm(out));
      conv2 = child("conv2", new Conv2d(out, out, 3, 1, 1));
      bn2 = child("bn2", new BatchNorm(out));
      downsample =
          convolved && missing > 0 ? child("downsample", new ResNet.Downsample(in, out, 2)) : null;
    }

    <T> T forward(Operations<T> on, T x) {
      return on.within(
          () -> {
            T y = on.convolve(x, conv1, bn1, Activation.RELU);
            y = on.convolve(y, conv2, bn2, Activation.NONE);
            return on.activate(on.add(y, shortcut(on, x)), Activation.RELU);
          });
    }

    private <T> T shortcut(Operations<T> on, T x) {
      if (downsample != null) {
        return downsample.forward(on, x);
      }
      return missing == 0 ? x : on.halve(x, missing / 2);
    }
  }
}
