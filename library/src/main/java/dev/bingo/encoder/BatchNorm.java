package dev.bingo.encoder;

import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Batch normalisation, of images or of vectors.
 *
 * <p>In train mode the batch may be split into G groups that are normalised apart, as G devices
 * would: sample n is in group n mod G, the running statistics move to the mean over the groups.
 * That makes one device the same method as G (He et al.'s shuffling batch-norm needs it).
 */
public final class BatchNorm extends Layer {
  private static final double MOMENTUM = 0.1;
  private static final double EPSILON = 1e-5;

  final Tensor weight;
  final Tensor bias;
  private final Tensor runningMean;
  private final Tensor runningVar;
  private final Tensor batches;
  private int groups = 1;

  /** A normalisation of {@code channels} channels. */
  public BatchNorm(int channels) {
    super("BatchNorm");
    weight = parameter("weight", torch.ones(channels));
    bias = parameter("bias", torch.zeros(channels));
    runningMean = buffer("running_mean", torch.zeros(channels));
    runningVar = buffer("running_var", torch.ones(channels));
    batches = buffer("num_batches_tracked", Tensors.zeros(ScalarType.Long));
  }

  /** {@code [B, C, …]} in, the same shape out. */
  public Tensor forward(Tensor x) {
    if (!is_training()) {
      return normalise(x, runningMean, runningVar, false);
    }
    if (groups > 1) {
      return inGroups(x);
    }
    batches.add_(new Scalar(1));
    return normalise(x, runningMean, runningVar, true);
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

  private Tensor inGroups(Tensor x) {
    long batch = x.size(0);
    if (batch % groups != 0) {
      throw new IllegalArgumentException(
          "a batch of " + batch + " can't be split into " + groups + " batch-norm groups");
    }
    Tensor mean = torch.zeros_like(runningMean);
    Tensor variance = torch.zeros_like(runningVar);
    TensorVector parts = new TensorVector();
    for (int g = 0; g < groups; g++) {
      Tensor groupMean = runningMean.clone();
      Tensor groupVar = runningVar.clone();
      Tensor group = x.slice(0, new LongOptional(g), new LongOptional(batch), groups);
      parts.push_back(normalise(group, groupMean, groupVar, true));
      mean.add_(groupMean);
      variance.add_(groupVar);
    }
    runningMean.copy_(mean.div_(new Scalar(groups)));
    runningVar.copy_(variance.div_(new Scalar(groups)));
    return torch.stack(parts, 1).flatten(0, 1);
  }

  private Tensor normalise(Tensor x, Tensor mean, Tensor variance, boolean byBatch) {
    return torch.batch_norm(
        x,
        new TensorOptional(weight),
        new TensorOptional(bias),
        new TensorOptional(mean),
        new TensorOptional(variance),
        byBatch,
        MOMENTUM,
        EPSILON,
        true);
  }
}
