package dev.bingo.train;

import dev.bingo.torch.Precision;
import dev.bingo.torch.Processors;

/**
 * How long and how the loop runs.
 *
 * @param epochs passes over the data
 * @param batch anchors of one forward pass
 * @param accumulate forward passes of one optimiser step
 * @param clipNorm largest L2 norm of all gradients together; 0 for no clipping
 * @param precision of the networks
 * @param seed of everything that is drawn
 * @param threads that decode and augment
 * @param logEvery optimiser steps between two lines of metrics
 * @param checkpointSteps optimiser steps between two checkpoints; 0 for epoch ends only
 * @param checkpointEpochs epochs between two checkpoints
 * @param keep checkpoints kept
 */
public record TrainConfig(
    int epochs,
    int batch,
    int accumulate,
    double clipNorm,
    Precision precision,
    long seed,
    int threads,
    int logEvery,
    int checkpointSteps,
    int checkpointEpochs,
    int keep) {
  public TrainConfig {
    atLeast("train.epochs", epochs, 1);
    atLeast("train.batch", batch, 1);
    atLeast("train.accumulate", accumulate, 1);
    atLeast("train.loader_threads", threads, 1);
    atLeast("train.log_every", logEvery, 1);
    atLeast("train.checkpoint_every_steps", checkpointSteps, 0);
    atLeast("train.checkpoint_every_epochs", checkpointEpochs, 1);
    atLeast("train.keep", keep, 1);
    if (!(clipNorm >= 0)) {
      throw new IllegalArgumentException("train.clip_norm: expected at least 0, got " + clipNorm);
    }
  }

  /**
   * In float32, a forward pass a step, no clipping; logged every ten steps, a checkpoint an epoch,
   * three of them kept.
   */
  public static TrainConfig of(int epochs, int batch) {
    int threads = Processors.available().count();
    return new TrainConfig(epochs, batch, 1, 0, Precision.FP32, 1, threads, 10, 0, 1, 3);
  }

  /** So many passes over the data. */
  public TrainConfig withEpochs(int count) {
    return new TrainConfig(
        count,
        batch,
        accumulate,
        clipNorm,
        precision,
        seed,
        threads,
        logEvery,
        checkpointSteps,
        checkpointEpochs,
        keep);
  }

  /** Forward passes of so many anchors. */
  public TrainConfig withBatch(int anchors) {
    return new TrainConfig(
        epochs,
        anchors,
        accumulate,
        clipNorm,
        precision,
        seed,
        threads,
        logEvery,
        checkpointSteps,
        checkpointEpochs,
        keep);
  }

  /** Steps of so many forward passes. */
  public TrainConfig withAccumulate(int batches) {
    return new TrainConfig(
        epochs,
        batch,
        batches,
        clipNorm,
        precision,
        seed,
        threads,
        logEvery,
        checkpointSteps,
        checkpointEpochs,
        keep);
  }

  /** Gradients of at most this L2 norm. */
  public TrainConfig withClipNorm(double norm) {
    return new TrainConfig(
        epochs,
        batch,
        accumulate,
        norm,
        precision,
        seed,
        threads,
        logEvery,
        checkpointSteps,
        checkpointEpochs,
        keep);
  }

  /** Networks in this precision. */
  public TrainConfig withPrecision(Precision other) {
    return new TrainConfig(
        epochs,
        batch,
        accumulate,
        clipNorm,
        other,
        seed,
        threads,
        logEvery,
        checkpointSteps,
        checkpointEpochs,
        keep);
  }

  /** Everything drawn by this seed. */
  public TrainConfig withSeed(long other) {
    return new TrainConfig(
        epochs,
        batch,
        accumulate,
        clipNorm,
        precision,
        other,
        threads,
        logEvery,
        checkpointSteps,
        checkpointEpochs,
        keep);
  }

  /** So many threads that decode. */
  public TrainConfig withThreads(int count) {
    return new TrainConfig(
        epochs,
        batch,
        accumulate,
        clipNorm,
        precision,
        seed,
        count,
        logEvery,
        checkpointSteps,
        checkpointEpochs,
        keep);
  }

  /** A line of metrics every so many steps. */
  public TrainConfig withLogEvery(int steps) {
    return new TrainConfig(
        epochs,
        batch,
        accumulate,
        clipNorm,
        precision,
        seed,
        threads,
        steps,
        checkpointSteps,
        checkpointEpochs,
        keep);
  }

  /** A checkpoint every so many steps, too; 0 for never. */
  public TrainConfig withCheckpointSteps(int steps) {
    return new TrainConfig(
        epochs,
        batch,
        accumulate,
        clipNorm,
        precision,
        seed,
        threads,
        logEvery,
        steps,
        checkpointEpochs,
        keep);
  }

  /** A checkpoint every so many epochs. */
  public TrainConfig withCheckpointEpochs(int count) {
    return new TrainConfig(
        epochs,
        batch,
        accumulate,
        clipNorm,
        precision,
        seed,
        threads,
        logEvery,
        checkpointSteps,
        count,
        keep);
  }

  /** So many checkpoints kept. */
  public TrainConfig withKeep(int count) {
    return new TrainConfig(
        epochs,
        batch,
        accumulate,
        clipNorm,
        precision,
        seed,
        threads,
        logEvery,
        checkpointSteps,
        checkpointEpochs,
        count);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": expected at least " + least + ", got " + value);
    }
  }
}
