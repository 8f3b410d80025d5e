package dev.bingo.encoder;

import java.util.ArrayList;
import java.util.List;

/**
 * ShuffleNet-V2 ×1.0 (Ma et al., arXiv 1807.11164, table 5) as torchvision builds it, up to the
 * pooling.
 */
final class ShuffleNetV2 extends Convolutional {
  private static final int[] REPEATS = {4, 8, 4};
  private static final int[] CHANNELS = {116, 232, 464};
  private static final int STEM = 24;
  private static final int WIDTH = 1024;

  private final ConvBn conv1;
  private final List<List<Unit>> stages = new ArrayList<>();
  private final ConvBn conv5;

  ShuffleNetV2(String architecture) {
    super(architecture, WIDTH);
    conv1 = new ConvBn(child("conv1", new Sequence()), 3, STEM, 3, 2, 1, true);
    int in = STEM;
    for (int s = 0; s < REPEATS.length; s++) {
      Sequence stage = child("stage" + (s + 2), new Sequence());
      List<Unit> units = new ArrayList<>();
      for (int i = 0; i < REPEATS[s]; i++) {
        units.add(stage.next(new Unit(in, CHANNELS[s], i == 0 ? 2 : 1)));
        in = CHANNELS[s];
      }
      stages.add(units);
    }
    conv5 = new ConvBn(child("conv5", new Sequence()), in, WIDTH, 1, 1, 1, true);
  }

  @Override
  <T> T map(Operations<T> on, T images) {
    T x = conv1.forward(on, images);
    on.show("conv1", x);
    x = on.maxPool(x);
    on.show("maxpool", x);
    for (int s = 0; s < stages.size(); s++) {
      for (Unit unit : stages.get(s)) {
        x = unit.forward(on, x);
      }
      on.show("stage" + (s + 2), x);
    }
    x = conv5.forward(on, x);
    on.show("conv5", x);
    return x;
  }

  /** Halves the channels: one half goes on as it is, or reduced; the other is worked on. */
  private static final class Unit extends Layer {
    private final int half;
    private final List<ConvBn> branch1 = new ArrayList<>();
    private final List<ConvBn> branch2 = new ArrayList<>();

    Unit(int in, int out, int stride) {
      super("InvertedResidual");
      half = out / 2;
      Sequence first = child("branch1", new Sequence());
      if (stride > 1) {
        branch1.add(new ConvBn(first, in, in, 3, stride, in, false));
        branch1.add(new ConvBn(first, in, half, 1, 1, 1, true));
      }
      Sequence second = child("branch2", new Sequence());
      branch2.add(new ConvBn(second, stride > 1 ? in : half, half, 1, 1, 1, true));
      branch2.add(new ConvBn(second, half, half, 3, stride, half, false));
      branch2.add(new ConvBn(second, half, half, 1, 1, 1, true));
    }

    <T> T forward(Operations<T> on, T x) {
      boolean reduces = !branch1.isEmpty();
      return on.within(
          () -> {
            T kept = reduces ? run(on, branch1, x) : on.channels(x, 0, half);
            T worked = run(on, branch2, reduces ? x : on.channels(x, half, half));
            return on.shuffle(on.concatenate(kept, worked), 2);
          });
    }

    private static <T> T run(Operations<T> on, List<ConvBn> parts, T x) {
      T y = x;
      for (ConvBn part : parts) {
        y = part.forward(on, y);
      }
      return y;
    }
  }

  /** Parts of a sequence: convolution, batch-norm, and perhaps a ReLU. */
  private static final class ConvBn {
    private final Conv2d conv;
    private final BatchNorm norm;
    private final Activation activation;

    ConvBn(Sequence parts, int in, int out, int kernel, int stride, int groups, boolean relu) {
      conv =
          parts.next(
              new Conv2d(
                  new Conv2d.Shape(in, out, kernel, stride, kernel / 2, groups, false), true));
      norm = parts.next(new BatchNorm(out));
      activation = relu ? Activation.RELU : Activation.NONE;
      if (relu) {
        parts.skip();
      }
    }

    <T> T forward(Operations<T> on, T x) {
      return on.convolve(x, conv, norm, activation);
    }
  }
}
