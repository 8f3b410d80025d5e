package dev.bingo.train;

import dev.bingo.method.Method;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Method.Loss;
import dev.bingo.method.Progress;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.train.Replicas.Pass;
import dev.bingo.view.Batch;
import dev.bingo.view.Normalisation;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * One step of a training, part by part: {@link #begin}, {@link #pass} for each of its batches,
 * {@link #optimise}.
 *
 * <p>The caller owns the native scopes: one around the step, one within for each batch, so that
 * batches don't hold each other's activations.
 */
final class Step implements AutoCloseable {
  private final Setup setup;
  private final Optimiser optimiser;
  private final Precision precision;
  private final Replicas replicas;

  /**
   * Steps that move what {@code optimiser} holds, with the networks in this precision; by threads
   * of their own, where the training is split into ranks.
   */
  Step(Setup setup, Optimiser optimiser, Precision precision) {
    this(setup, optimiser, precision, setup.ranks() == 1 ? null : new Replicas(setup.methods()));
  }

  private Step(Setup setup, Optimiser optimiser, Precision precision, Replicas replicas) {
    this.setup = setup;
    this.optimiser = optimiser;
    this.precision = precision;
    this.replicas = replicas;
  }

  /** The same by the same threads, with the networks in another precision; not to be closed. */
  Step in(Precision other) {
    return new Step(setup, optimiser, other, replicas);
  }

  /** Has all ranks stand where the first does, whose state was loaded. */
  void spread() {
    if (replicas != null) {
      replicas.spread();
    }
  }

  /** Drops the gradients of the step before. */
  void begin() {
    setup.methods().forEach(method -> method.state().zero_grad(true));
  }

  /** The loss of a batch, and its gradient, which is added to those of the step's other batches. */
  Pass pass(Batch batch, Progress progress) {
    return replicas == null
        ? pass(setup.method(), batch, progress)
        : replicas.pass((method, rank) -> pass(method, batch.share(rank, setup.ranks()), progress));
  }

  private Pass pass(Method method, Batch batch, Progress progress) {
    Images images = images(batch, setup.normalisation(), setup.device(), precision);
    Loss loss = method.loss(images, progress);
    Tensor share = loss.value().div(new Scalar((double) setup.config().accumulate()));
    if (setup.ranks() == 1) {
      share.backward();
    } else {
      // Gradients are summed over the ranks, and are to be of the mean of their losses.
      share.div(new Scalar((double) setup.ranks())).backward();
    }
    return new Pass(loss.value(), share, loss.figures());
  }

  /** Makes the gradients whole, where each rank has a part of them. */
  void gather() {
    if (replicas != null) {
      replicas.reduce();
    }
  }

  /** Moves the parameters by the gradients of all the batches. */
  void optimise(Progress progress, double learningRate) {
    gather();
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

  /** Ends the ranks' threads, where there are any. */
  @Override
  public void close() {
    if (replicas != null) {
      replicas.close();
    }
  }
}
