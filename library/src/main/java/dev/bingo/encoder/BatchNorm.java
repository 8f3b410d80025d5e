package dev.bingo.encoder;

import dev.bingo.group.Group;
import dev.bingo.torch.Tensors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Batch normalisation, of images or of vectors.
 *
 * <p>In train mode the batch may be split into G groups that are normalised apart, as G devices
 * would: sample n is in group n mod G, the running statistics move to the mean over the groups, and
 * num_batches_tracked stays (as MSVQ's public SplitBatchNorm). That makes one device the same
 * method as G (He et al.'s shuffling batch-norm needs it).
 *
 * <p>W ranks have G / W of the groups each, and each moves its own running statistics: whoever
 * trains takes their mean. Without groups the ranks normalise by the statistics of the whole batch.
 */
public final class BatchNorm extends Layer {
  private static final double MOMENTUM = 0.1;
  private static final double EPSILON = 1e-5;
  private final double momentum;
  private final double epsilon;

  final Tensor weight;
  final Tensor bias;
  private final Tensor runningMean;
  private final Tensor runningVar;
  private final Tensor batches;
  private int groups = 1;
  private boolean folded;
  private boolean still;

  /** A normalisation of {@code channels} channels. */
  public BatchNorm(int channels) {
    this(channels, EPSILON, MOMENTUM);
  }

  /**
   * @param epsilon added to the variance
   * @param momentum share of a batch in the running statistics
   */
  BatchNorm(int channels, double epsilon, double momentum) {
    super("BatchNorm");
    this.epsilon = epsilon;
    this.momentum = momentum;
    weight = parameter("weight", torch.ones(channels));
    bias = parameter("bias", torch.zeros(channels));
    runningMean = buffer("running_mean", torch.zeros(channels));
    runningVar = buffer("running_var", torch.ones(channels));
    batches = buffer("num_batches_tracked", Tensors.zeros(ScalarType.Long));
  }

  /** {@code [B, C, …]} in, the same shape out. */
  public Tensor forward(Tensor x) {
    if (folded) {
      return x;
    }
    if (!is_training()) {
      return normalise(x, weight, bias, runningMean, runningVar, false);
    }
    Group ranks = Group.here();
    if (groups > 1) {
      return inGroups(x, groups / ranks.size());
    }
    if (!still) {
      batches.add_(new Scalar(1));
    }
    return ranks.size() > 1
        ? acrossRanks(x, ranks)
        : normalise(x, weight, bias, runningMean, runningVar, true);
  }

  /**
   * Splits batches of the train mode into this many groups; 1 is ordinary batch-norm. A batch that
   * {@code groups} does not divide is refused by {@link #forward}.
   */
  public void groups(int groups) {
    if (groups < 1) {
      throw new IllegalArgumentException("batch-norm groups: expected at least 1, got " + groups);
    }
    this.groups = groups;
  }

  /** Into how many groups the train mode splits a batch. */
  int groups() {
    return groups;
  }

  /** Leaves the running statistics as they are from now on: ranks use the layer side by side. */
  void holdStatistics() {
    still = true;
  }

  /** Share of a batch in the running statistics. */
  double momentum() {
    return momentum;
  }

  /** Has the layer before it do its work from now on. */
  void foldInto(Consumer<Affine> before) {
    if (!folded) {
      before.accept(affine());
      folded = true;
    }
  }

  /** What it is in evaluation mode: y = scale · x + shift, a number each channel. */
  public Affine affine() {
    try (PointerScope scope = new PointerScope()) {
      float[] gamma = Tensors.toFloats(weight);
      float[] beta = Tensors.toFloats(bias);
      float[] mean = Tensors.toFloats(runningMean);
      float[] variance = Tensors.toFloats(runningVar);
      double[] scale = new double[gamma.length];
      double[] shift = new double[gamma.length];
      for (int c = 0; c < scale.length; c++) {
        scale[c] = gamma[c] / Math.sqrt(variance[c] + epsilon);
        shift[c] = beta[c] - mean[c] * scale[c];
      }
      return new Affine(scale, shift);
    }
  }

  /** y = scale · x + shift. */
  public record Affine(double[] scale, double[] shift) {}

  @Override
  void draw(Function<String, GeneratorOptional> generator) {
    weight.fill_(new Scalar(1));
    bias.zero_();
  }

  private Tensor inGroups(Tensor x, int parts) {
    long batch = x.size(0);
    if (batch % parts != 0) {
      throw new IllegalArgumentException(
          "a batch of " + batch + " can't be split into " + parts + " batch-norm groups");
    }
    return parts == 1
        ? normalise(x, weight, bias, runningMean, runningVar, true)
        : unfold(forwardFolded(fold(x, parts), parts), x, parts);
  }

  /** By the mean and the variance over all ranks' rows, which have equally many. */
  private Tensor acrossRanks(Tensor x, Group ranks) {
    Tensor wide = x.to(ScalarType.Float);
    long[] others = LongStream.range(0, x.dim()).filter(d -> d != 1).toArray();
    double count = (double) x.numel() / x.size(1) * ranks.size();
    Tensor mean =
        ranks.sum(wide.sum(others, true, new ScalarTypeOptional())).div(new Scalar(count));
    Tensor centred = wide.sub(mean);
    Tensor variance =
        ranks
            .sum(centred.square().sum(others, true, new ScalarTypeOptional()))
            .div(new Scalar(count));
    if (!still) {
      move(runningMean, mean, 1);
      move(runningVar, variance, count / (count - 1));
    }
    long[] channels = mean.sizes().vec().get();
    Tensor scale = variance.add(new Scalar(epsilon)).rsqrt().mul(weight.view(channels));
    return centred.mul(scale).add(bias.view(channels)).to(x.scalar_type());
  }

  private void move(Tensor running, Tensor batch, double factor) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      running.mul_(new Scalar(1 - momentum)).add_(batch.flatten(), new Scalar(momentum * factor));
    }
  }

  /** {@link #forward} of the train mode for {@code [B/G, G·C, …]}; the same shape out. */
  Tensor forwardFolded(Tensor x) {
    return forwardFolded(x, groups);
  }

  private Tensor forwardFolded(Tensor x, int groups) {
    Tensor mean = runningMean.repeat(groups);
    Tensor variance = runningVar.repeat(groups);
    Tensor y = normalise(x, weight.repeat(groups), bias.repeat(groups), mean, variance, true);
    if (!still) {
      torch.mean_out(runningMean, mean.view(groups, -1), 0);
      torch.mean_out(runningVar, variance.view(groups, -1), 0);
    }
    return y;
  }

  /**
   * {@code [B, C, …] → [B/G, G·C, …]}: each group gets channels of its own. A view of contiguous
   * inputs, one copy of channels_last ones, which stay so. (Slices of every G-th sample cost
   * several times more: the gradient of each is as large as the whole batch.)
   */
  private static Tensor fold(Tensor x, int groups) {
    long rows = x.size(0) / groups;
    long channels = x.size(1);
    if (!inChannelsLast(x)) {
      return x.reshape(like(x, rows, groups * channels));
    }
    long height = x.size(2);
    long width = x.size(3);
    return x.permute(0, 2, 3, 1)
        .view(rows, groups, height, width, channels)
        .permute(0, 2, 3, 1, 4)
        .reshape(rows, height, width, groups * channels)
        .permute(0, 3, 1, 2);
  }

  private static Tensor unfold(Tensor y, Tensor x, int groups) {
    if (!inChannelsLast(x)) {
      return y.reshape(x.sizes());
    }
    long channels = x.size(1);
    long height = x.size(2);
    long width = x.size(3);
    return y.permute(0, 2, 3, 1)
        .reshape(y.size(0), height, width, groups, channels)
        .permute(0, 3, 1, 2, 4)
        .reshape(x.size(0), height, width, channels)
        .permute(0, 3, 1, 2);
  }

  private static boolean inChannelsLast(Tensor x) {
    return x.dim() == 4 && x.is_contiguous(MemoryFormat.ChannelsLast) && !x.is_contiguous();
  }

  private static long[] like(Tensor x, long rows, long channels) {
    long[] shape = x.sizes().vec().get();
    shape[0] = rows;
    shape[1] = channels;
    return shape;
  }

  private Tensor normalise(
      Tensor x, Tensor scale, Tensor shift, Tensor mean, Tensor variance, boolean byBatch) {
    return torch.batch_norm(
        x,
        new TensorOptional(scale),
        new TensorOptional(shift),
        byBatch && still ? new TensorOptional() : new TensorOptional(mean),
        byBatch && still ? new TensorOptional() : new TensorOptional(variance),
        byBatch,
        momentum,
        epsilon,
        true);
  }
}
