package dev.bingo.encoder;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Operations on a batch whose G batch-norm groups lie in channels of their own, {@code [B/G, G·C,
 * H, W]}, from the first layer to the last: sample n = r · G + g is row r, channels g · C to (g +
 * 1) · C. Batch-norm in groups is then plain batch-norm of G · C channels, where {@link BatchNorm}
 * by itself has to copy its input and its output, forward and backward.
 *
 * <p>In channels_last memory the same numbers are {@code [B/G, C, H, W, G]}, on which a convolution
 * is one of three dimensions whose kernel is 1 wide in the last. cuDNN is as fast at it as at two
 * dimensions (bf16, H100); oneDNN is not, so that the CPU keeps to {@link Torch}.
 */
final class InGroups extends Torch {
  private final int groups;
  private boolean entered;

  /** For one pass over a network. */
  InGroups(int groups) {
    this.groups = groups;
  }

  /** What is fastest for this network, as it is, on these images' device. */
  static Torch wanted(Network network, Tensor images) {
    if (!images.is_cuda() || !network.is_training() || !network.runsInGroups()) {
      return RUN;
    }
    int groups = groups(network);
    return groups > 1 && images.size(0) % groups == 0 ? new InGroups(groups) : RUN;
  }

  /** The groups of all batch-norms; 1 where they differ, or one of them is not in training. */
  private static int groups(Network network) {
    int[] found = {0};
    network.each(
        layer -> {
          if (layer instanceof BatchNorm norm) {
            int its = norm.is_training() ? norm.groups() : 1;
            found[0] = found[0] == 0 || found[0] == its ? its : 1;
          }
        });
    return found[0];
  }

  @Override
  public Tensor convolve(Tensor images, Conv2d layer) {
    Tensor x = entered ? images : enter(images);
    entered = true;
    return joined(layer.forwardGroups(apart(x).permute(0, 2, 3, 4, 1)).permute(0, 4, 1, 2, 3));
  }

  @Override
  public Tensor normalise(Tensor x, BatchNorm layer) {
    return layer.forwardFolded(x);
  }

  /** {@code [B/G, G·C, 1, 1] → [B, C]}: the samples are in their order again. */
  @Override
  public Tensor flatten(Tensor images) {
    return images.reshape(images.size(0) * groups, images.size(1) / groups);
  }

  @Override
  public Tensor halve(Tensor images, int side) {
    Tensor everySecond =
        apart(images)
            .slice(3, new LongOptional(0), new LongOptional(images.size(2)), 2)
            .slice(4, new LongOptional(0), new LongOptional(images.size(3)), 2);
    long[] padding = {0, 0, 0, 0, side, side};
    return joined(torch.constant_pad_nd(everySecond, padding, new Scalar(0.0)));
  }

  /** {@code [B, C, H, W] → [B/G, G·C, H, W]}, channels_last. */
  private Tensor enter(Tensor images) {
    long rows = images.size(0) / groups;
    return images
        .unflatten(0, rows, groups)
        .permute(0, 3, 4, 1, 2)
        .flatten(3, 4)
        .permute(0, 3, 1, 2);
  }

  /** {@code [B/G, G·C, H, W] → [B/G, G, C, H, W]}, a view. */
  private Tensor apart(Tensor x) {
    return x.unflatten(1, groups, x.size(1) / groups);
  }

  /** Back again: a view where the memory is channels_last. */
  private static Tensor joined(Tensor x) {
    return x.flatten(1, 2);
  }
}
