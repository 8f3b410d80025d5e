package dev.bingo.encoder;

import java.util.ArrayList;
import java.util.List;

/**
 * Residual networks (He et al., arXiv 1512.03385) as torchvision builds them, with its parameter
 * names; the stride of a bottleneck is in its 3×3 convolution.
 */
final class ResNet extends Convolutional {
  private final Conv2d conv1;
  private final BatchNorm bn1;
  private final Stem stem;
  private final List<Stage> stages = new ArrayList<>();

  /**
   * The shape of a network.
   *
   * @param blocks residual blocks of the four stages
   * @param bottleneck 1×1, 3×3, 1×1 blocks rather than two 3×3
   * @param innerWidth factor on the inner width of bottlenecks (Wide-ResNet)
   * @param width factor on all widths (SwAV's w2)
   */
  record Shape(int[] blocks, boolean bottleneck, int innerWidth, int width) {
    int expansion() {
      return bottleneck ? 4 : 1;
    }
  }

  ResNet(String architecture, Shape shape, Stem stem) {
    super(architecture, 512 * shape.width * shape.expansion());
    int channels = 64 * shape.width;
    conv1 =
        child(
            "conv1",
            stem == Stem.IMAGENET
                ? new Conv2d(3, channels, 7, 2, 3)
                : new Conv2d(3, channels, 3, 1, 1));
    bn1 = child("bn1", new BatchNorm(channels));
    this.stem = stem;
    int in = channels;
    for (int s = 0; s < 4; s++) {
      int planes = channels << s;
      Stage stage = new Stage(in, planes, shape, shape.blocks[s], s == 0 ? 1 : 2);
      stages.add(child("layer" + (s + 1), stage));
      in = planes * shape.expansion();
    }
  }

  @Override
  public Stem stem() {
    return stem;
  }

  @Override
  boolean runsInGroups() {
    return true;
  }

  @Override
  <T> T map(Operations<T> on, T images) {
    T x = on.within(() -> stem(on, images));
    for (int s = 0; s < stages.size(); s++) {
      x = stages.get(s).forward(on, x);
      on.show("layer" + (s + 1), x);
    }
    return x;
  }

  private <T> T stem(Operations<T> on, T images) {
    T x = on.convolve(images, conv1);
    on.show("conv1", x);
    x = on.normalise(x, bn1);
    on.show("bn1", x);
    x = on.activate(x, Activation.RELU);
    on.show("relu", x);
    if (stem != Stem.CIFAR) {
      x = on.maxPool(x);
    }
    on.show("maxpool", x);
    return x;
  }

  private static final class Stage extends Layer {
    private final List<Block> blocks = new ArrayList<>();

    Stage(int in, int planes, Shape shape, int count, int stride) {
      super("Sequential");
      for (int i = 0; i < count; i++) {
        int blockIn = i == 0 ? in : planes * shape.expansion();
        blocks.add(
            child(Integer.toString(i), new Block(blockIn, planes, shape, i == 0 ? stride : 1)));
      }
    }

    <T> T forward(Operations<T> on, T x) {
      for (Block block : blocks) {
        x = block.forward(on, x);
      }
      return x;
    }
  }

  private static final class Block extends Layer {
    private final List<Conv2d> convs = new ArrayList<>();
    private final List<BatchNorm> norms = new ArrayList<>();
    private final Downsample downsample;

    Block(int in, int planes, Shape shape, int stride) {
      super("Block");
      int out = planes * shape.expansion();
      if (shape.bottleneck) {
        int inner = planes * shape.innerWidth;
        add(in, inner, 1, 1);
        add(inner, inner, 3, stride);
        add(inner, out, 1, 1);
      } else {
        add(in, planes, 3, stride);
        add(planes, planes, 3, 1);
      }
      downsample =
          stride != 1 || in != out ? child("downsample", new Downsample(in, out, stride)) : null;
    }

    private void add(int in, int out, int kernel, int stride) {
      int n = convs.size() + 1;
      convs.add(child("conv" + n, new Conv2d(in, out, kernel, stride, kernel / 2)));
      norms.add(child("bn" + n, new BatchNorm(out)));
    }

    <T> T forward(Operations<T> on, T x) {
      return on.within(
          () -> {
            T y = x;
            int last = convs.size() - 1;
            for (int i = 0; i <= last; i++) {
              Activation f = i < last ? Activation.RELU : Activation.NONE;
              y = on.convolve(y, convs.get(i), norms.get(i), f);
            }
            T shortcut = downsample == null ? x : downsample.forward(on, x);
            return on.activate(on.add(y, shortcut), Activation.RELU);
          });
    }
  }

  /** A shortcut that changes the number of channels or the size. */
  static final class Downsample extends Layer {
    private final Conv2d conv;
    private final BatchNorm norm;

    Downsample(int in, int out, int stride) {
      super("Sequential");
      conv = child("0", new Conv2d(in, out, 1, stride, 0));
      norm = child("1", new BatchNorm(out));
    }

    <T> T forward(Operations<T> on, T x) {
      return on.convolve(x, conv, norm, Activation.NONE);
    }
  }
}
