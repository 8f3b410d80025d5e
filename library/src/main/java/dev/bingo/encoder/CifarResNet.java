package dev.bingo.encoder;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The small ResNets for 32-pixel images of He et al. (arXiv 1512.03385, §4.2): 6n + 2 layers, three
 * stages of 16, 32 and 64 channels, and shortcuts without parameters (option A: every second pixel,
 * the missing channels zero on both sides).
 */
final class CifarResNet extends Backbone {
  private final Conv2d conv1;
  private final BatchNorm bn1;
  private final List<Block> blocks = new ArrayList<>();

  CifarResNet(int depth) {
    super("cifar_resnet" + depth, 64);
    conv1 = child("conv1", new Conv2d(3, 16, 3, 1, 1));
    bn1 = child("bn1", new BatchNorm(16));
    int in = 16;
    for (int s = 0; s < 3; s++) {
      Stage stage = new Stage(in, 16 << s, (depth - 2) / 6);
      child("layer" + (s + 1), stage);
      blocks.addAll(stage.blocks);
      in = 16 << s;
    }
  }

  @Override
  public Tensor features(Tensor images) {
    Tensor x = bn1.forward(conv1.forward(images)).relu_();
    for (Block block : blocks) {
      x = block.forward(x);
    }
    return torch.adaptive_avg_pool2d(x, 1, 1).flatten(1, -1);
  }

  private static final class Stage extends Layer {
    final List<Block> blocks = new ArrayList<>();

    Stage(int in, int out, int count) {
      super("Sequential");
      for (int i = 0; i < count; i++) {
        blocks.add(child(Integer.toString(i), new Block(i == 0 ? in : out, out)));
      }
    }
  }

  private static final class Block extends Layer {
    private final Conv2d conv1;
    private final BatchNorm bn1;
    private final Conv2d conv2;
    private final BatchNorm bn2;
    private final int missing;

    Block(int in, int out) {
      super("Block");
      missing = out - in;
      conv1 = child("conv1", new Conv2d(in, out, 3, missing > 0 ? 2 : 1, 1));
      bn1 = child("bn1", new BatchNorm(out));
      conv2 = child("conv2", new Conv2d(out, out, 3, 1, 1));
      bn2 = child("bn2", new BatchNorm(out));
    }

    Tensor forward(Tensor x) {
      Tensor y = bn2.forward(conv2.forward(bn1.forward(conv1.forward(x)).relu_()));
      return y.add_(missing == 0 ? x : shortcut(x)).relu_();
    }

    private Tensor shortcut(Tensor x) {
      Tensor everySecond =
          x.slice(2, new LongOptional(0), new LongOptional(x.size(2)), 2)
              .slice(3, new LongOptional(0), new LongOptional(x.size(3)), 2);
      long side = missing / 2;
      return torch.constant_pad_nd(
          everySecond, new long[] {0, 0, 0, 0, side, side}, new Scalar(0.0));
    }
  }
}
