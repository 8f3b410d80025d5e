package dev.bingo.evaluate;

import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Linear classifiers trained by SGD on the cross-entropy, several at once on the same batches, each
 * with a learning rate of its own: one product of matrices serves all.
 *
 * <p>The gradient is written out, (softmax − onehot) / B, so there is no graph to build.
 */
final class SoftmaxRegression {
  private final int models;
  private final int classes;
  // [models * classes, D] and [models * classes]: rows of one model lie together.
  private final Tensor weight;
  private final Tensor bias;
  private final Tensor weightSpeed;
  private final Tensor biasSpeed;

  /**
   * @param weight {@code [C, D]}, the start of every model
   * @param bias {@code [C]}
   */
  SoftmaxRegression(int models, Tensor weight, Tensor bias) {
    this.models = models;
    classes = (int) weight.size(0);
    this.weight = weight.repeat(models, 1);
    this.bias = bias.repeat(models);
    weightSpeed = Tensors.zeros(ScalarType.Float, weight.size(0) * models, weight.size(1));
    biasSpeed = Tensors.zeros(ScalarType.Float, bias.size(0) * models);
  }

  /** Weights from N(0, 0.01²), biases 0, as MoCo and SwAV start. */
  static SoftmaxRegression start(int models, int classes, int width, long seed) {
    Draws draws = Draws.of(seed, classes, width);
    float[] normal = new float[classes * width];
    for (int i = 0; i < normal.length; i++) {
      normal[i] = (float) (0.01 * draws.normal());
    }
    return new SoftmaxRegression(
        models, Tensors.of(normal, classes, width), Tensors.zeros(ScalarType.Float, classes));
  }

  /** The rates of all models as the steps want them. */
  Tensor rates(double[] learningRates) {
    float[] rows = new float[models * classes];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) learningRates[i / classes];
    }
    return Tensors.of(rows, rows.length, 1);
  }

  /**
   * One step of all models.
   *
   * @param x {@code float32 [B, D]}
   * @param labels {@code int64 [B]}
   * @param rates as {@link #rates} gives them
   * @return mean cross-entropy of each model before the step, {@code [models]}
   */
  Tensor step(Tensor x, Tensor labels, Tensor rates, Sgd sgd) {
    try (NoGradGuard off = new NoGradGuard()) {
      long batch = x.size(0);
      Tensor index = labels.reshape(batch, 1, 1).expand(batch, models, 1);
      Tensor logs = logits(x).log_softmax(2);
      Tensor losses = logs.gather(2, index).mean(0).neg_().reshape(models);
      Tensor gradient = logs.exp_();
      Tensor ones = Tensors.zeros(ScalarType.Float, batch, models, 1).sub_(new Scalar(1));
      gradient.scatter_add_(2, index, ones).div_(new Scalar(batch));
      Tensor flat = gradient.reshape(batch, (long) models * classes);
      move(weight, weightSpeed, flat.t().mm(x), rates, sgd);
      move(bias, biasSpeed, flat.sum(0), rates.squeeze(1), sgd);
      return losses;
    }
  }

  private static void move(Tensor values, Tensor speed, Tensor gradient, Tensor rates, Sgd sgd) {
    if (sgd.weightDecay() != 0) {
      gradient.add_(values, new Scalar(sgd.weightDecay()));
    }
    speed.mul_(new Scalar(sgd.momentum())).add_(gradient);
    Tensor way = sgd.nesterov() ? gradient.add_(speed, new Scalar(sgd.momentum())) : speed;
    values.sub_(way.mul(rates));
  }

  /** {@code [B, models, C]}. */
  Tensor logits(Tensor x) {
    return x.mm(weight.t()).add_(bias).reshape(x.size(0), models, classes);
  }

  /** Ranks of the right class by one model, in blocks: {@code int64 [N]}. */
  Tensor ranks(int model, Tensor x, Tensor labels) {
    Tensor ranks = Tensors.empty(ScalarType.Long, x.size(0));
    byBlocks(
        model,
        x,
        (at, logits) -> {
          long m = logits.size(0);
          ranks.narrow(0, at, m).copy_(Ranks.of(logits, labels.narrow(0, at, m)));
        });
    return ranks;
  }

  /** The class that one model gives to each row, {@code int64 [N]}. */
  Tensor predictions(int model, Tensor x) {
    Tensor classes = Tensors.empty(ScalarType.Long, x.size(0));
    byBlocks(
        model,
        x,
        (at, logits) ->
            classes
                .narrow(0, at, logits.size(0))
                .copy_(logits.argmax(new org.bytedeco.pytorch.LongOptional(1), false)));
    return classes;
  }

  private interface Block {
    void take(long at, Tensor logits);
  }

  private void byBlocks(int model, Tensor x, Block block) {
    Tensor w = weight.narrow(0, (long) model * classes, classes);
    Tensor b = bias.narrow(0, (long) model * classes, classes);
    long rows = Math.max(1, (1L << 22) / classes);
    for (long at = 0; at < x.size(0); at += rows) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard off = new NoGradGuard()) {
        long m = Math.min(rows, x.size(0) - at);
        block.take(at, x.narrow(0, at, m).mm(w.t()).add_(b));
      }
    }
  }

  /** Of model 0: {@code [C, D]} and {@code [C]}. */
  Tensor weight() {
    return weight.narrow(0, 0, classes);
  }

  Tensor bias() {
    return bias.narrow(0, 0, classes);
  }
}
