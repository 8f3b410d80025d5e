package dev.bingo.train;

import dev.bingo.encoder.Modules;
import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.train.Checkpoint.Position;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Normalisation;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Device;

/**
 * What is trained, on what, and how: all that decides a training's numbers.
 *
 * @param method on {@code device}
 * @param replicas of the method, one for each further rank that the training is split into; they
 *     are made as it was, and what they hold becomes its own memory
 * @param loader of its views; repeats what the method's teacher has recorded
 * @param normalisation of pixels
 * @param device that the steps run on
 * @param optimiser how parameters are moved
 * @param schedule of the learning rate
 * @param config how long, in what batches
 */
public record Setup(
    Method method,
    List<Method> replicas,
    Loader loader,
    Normalisation normalisation,
    Device device,
    OptimiserConfig optimiser,
    Schedule schedule,
    TrainConfig config) {

  /** Of one rank. */
  public Setup(
      Method method,
      Loader loader,
      Normalisation normalisation,
      Device device,
      OptimiserConfig optimiser,
      Schedule schedule,
      TrainConfig config) {
    this(method, List.of(), loader, normalisation, device, optimiser, schedule, config);
  }

  /**
   * Refuses what can't work.
   *
   * @throws IllegalArgumentException where the loader's batches are not those of the config, an
   *     epoch has less than a step, labels are missing, or the method refuses the sizes or ranks
   */
  public Setup {
    replicas = List.copyOf(replicas);
    checkRanks(method, 1 + replicas.size(), config.batch(), device.is_cuda());
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

  /**
   * Refuses ranks that a training can't be split into.
   *
   * @throws IllegalArgumentException with what can be done
   */
  public static void checkRanks(Method method, int ranks, int batch, boolean onGpu) {
    if (ranks < 1) {
      throw new IllegalArgumentException("train.ranks: expected at least 1, got " + ranks);
    }
    if (ranks > 1 && onGpu) {
      throw new IllegalArgumentException(
          "train.ranks: ranks are threads that share processors; on a GPU train.ranks=1");
    }
    if (batch % ranks != 0) {
      throw new IllegalArgumentException(
          "train.ranks: %d ranks can't share a batch of %d equally".formatted(ranks, batch));
    }
    method.checkRanks(ranks);
  }

  /** How many ranks share it: 1 where it is not split. */
  public int ranks() {
    return 1 + replicas.size();
  }

  /** The method of each rank, the first rank's first. */
  List<Method> methods() {
    return Stream.concat(Stream.of(method), replicas.stream()).toList();
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
