package dev.bingo.train;

import dev.bingo.method.Method.Images;
import dev.bingo.method.Method.Loss;
import dev.bingo.method.Progress;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Batch;
import dev.bingo.view.Normalisation;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * One step of a training, part by part: {@link #begin}, {@link #forward} and {@link #backward} of
 * each of its batches, {@link #optimise}. Between backward and optimise the gradients are whole:
 * there, processes that share a training would average theirs.
 *
 * <p>The caller owns the native scopes: one around the step, one within for each batch, so that
 * batches don't hold each other's activations.
 */
public final class Step {
  private final Setup setup;
  private final Optimiser optimiser;
  private final Precision precision;

  /** Steps that move what {@code optimiser} holds, with the networks in this precision. */
  Step(Setup setup, Optimiser optimiser, Precision precision) {
    this.setup = setup;
    this.optimiser = optimiser;
    this.precision = precision;
  }

  /** Drops the gradients of the step before. */
  public void begin() {
    setup.method().state().zero_grad(true);
  }

  /** The loss of a batch. */
  public Loss forward(Batch batch, Progress progress) {
    Images images = images(batch, setup.normalisation(), setup.device(), precision);
    return setup.method().loss(images, progress);
  }

  /**
   * Adds a batch's gradient.
   *
   * @return scalar, its share of the step's loss
   */
  public Tensor backward(Loss loss) {
    Tensor share = loss.value().div(new Scalar((double) setup.config().accumulate()));
    share.backward();
    return share;
  }

  /** Moves the parameters by the gradients of all the batches. */
  public void optimise(Progress progress, double learningRate) {
    setup.method().afterBackward(progress);
    if (setup.config().clipNorm() > 0) {
      optimiser.clip(setup.config().clipNorm());
    }
    optimiser.step(learningRate);
    setup.method().afterStep(progress);
  }

  /** A batch on a device, normalised: what a method is given. */
  static Images images(
      Batch batch, Normalisation normalisation, Device device, Precision precision) {
    List<Tensor> views = batch.views().stream().map(v -> normalisation.apply(v, device)).toList();
    Tensor indices = Tensors.of(batch.indices(), batch.size());
    return new Images(
        views,
        Tensors.upload(batch.labels(), device),
        Tensors.upload(indices, device),
        indices,
        Tensors.upload(Tensors.of(batch.mates(), batch.size()), device),
        precision);
  }
}
