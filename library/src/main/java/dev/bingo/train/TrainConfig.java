package dev.bingo.train;

import dev.bingo.torch.Precision;

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

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": expected at least " + least + ", got " + value);
    }
  }
}
