package dev.bingo.train;

import dev.bingo.encoder.Modules;
import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.train.Checkpoint.Position;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Normalisation;
import org.bytedeco.pytorch.Device;

/**
 * What is trained, on what, and how: all that decides a training's numbers.
 *
 * @param method on {@code device}
 * @param loader of its views; repeats what the method's teacher has recorded
 * @param normalisation of pixels
 * @param device that the steps run on
 * @param optimiser how parameters are moved
 * @param schedule of the learning rate
 * @param config how long, in what batches
 */
public record Setup(
    Method method,
    Loader loader,
    Normalisation normalisation,
    Device device,
    OptimiserConfig optimiser,
    Schedule schedule,
    TrainConfig config) {

  /**
   * Refuses what can't work.
   *
   * @throws IllegalArgumentException where the loader's batches are not those of the config, an
   *     epoch has less than a step, labels are missing, or the method refuses the sizes
   */
  public Setup {
    LoaderOptions options = loader.options();
    if (options.batch() != config.batch() || options.seed() != config.seed()) {
      throw new IllegalArgumentException(
          "the loader has batches of %d by seed %d, the training expects %d by seed %d"
              .formatted(options.batch(), options.seed(), config.batch(), config.seed()));
    }
    if (!options.dropLast()) {
      throw new IllegalArgumentException(
          "the loader keeps an epoch's last, smaller batch, but a training takes whole ones:"
              + " dropLast must be true");
    }
    if (loader.batches() < config.accumulate()) {
      throw new IllegalArgumentException(
          "train.accumulate: "
              + config.accumulate()
              + " batches a step, but an epoch has only "
              + loader.batches());
    }
    if (method.needsLabels()) {
      loader.requireLabels(method.name());
    }
    method.check(loader.images(), config.batch());
    loader = loader.replaying(method.recording());
    loader = device.is_cuda() ? loader.sparing() : loader;
  }

  /** Optimiser steps of an epoch. */
  public int stepsPerEpoch() {
    return loader.batches() / config.accumulate();
  }

  /** Where the training stands when {@code step} steps were taken. */
  public Progress progress(int epoch, long step) {
    return new Progress(epoch, step, stepsPerEpoch(), config.epochs(), config.seed());
  }

  /** An optimiser at its start, of all that the method trains. */
  Optimiser newOptimiser() {
    return new Optimiser(optimiser, Modules.trainable(method.state()));
  }

  /** Whether a training like this can stand there. */
  boolean isPossible(Position at) {
    boolean inside =
        at.epoch() >= 0
            && at.epoch() <= config.epochs()
            && at.batch() >= 0
            && at.batch() <= stepsPerEpoch() * config.accumulate()
            && at.metrics() >= 0;
    long steps = (long) at.epoch() * stepsPerEpoch() + at.batch() / config.accumulate();
    return inside && at.batch() % config.accumulate() == 0 && at.step() == steps;
  }
}
