package dev.bingo.method;

/**
 * Where a training stands when a step begins.
 *
 * @param epoch from 0
 * @param step optimiser steps taken so far, over all epochs
 * @param stepsPerEpoch optimiser steps of one epoch
 * @param epochs planned
 * @param seed of the run
 */
public record Progress(int epoch, long step, int stepsPerEpoch, int epochs, long seed) {
  /** All the steps of the run. */
  public long totalSteps() {
    return (long) stepsPerEpoch * epochs;
  }

  /** The share of them that is taken: 0 to 1. */
  public double done() {
    return (double) step / totalSteps();
  }
}
