package dev.bingo.train;

import dev.bingo.encoder.Backbone;
import dev.bingo.method.Method;
import java.io.IOException;
import java.util.Map;

/** Is told how a training goes; every method has a default that does nothing. */
public interface Listener {
  /**
   * One logged step.
   *
   * @param epoch from 0
   * @param epochs planned
   * @param step optimiser steps taken
   * @param totalSteps of the run
   * @param loss mean since the last report
   * @param chanceLoss of a blind guess
   * @param learningRate of this step
   * @param imagesPerSecond anchors a second since the last report
   * @param waitShare share of the time since then that the loop waited for pixels, 0 … 1
   * @param figures of the method
   */
  record Step(
      int epoch,
      int epochs,
      long step,
      long totalSteps,
      double loss,
      double chanceLoss,
      double learningRate,
      double imagesPerSecond,
      double waitShare,
      Map<String, Double> figures) {}

  default void onStep(Step step) {}

  /**
   * A step was taken, logged or not; after {@link #onStep} where it was. To be quick: the loop
   * waits.
   *
   * @param epoch from 0
   * @param step optimiser steps taken
   */
  default void onStepTaken(int epoch, int epochs, long step, long totalSteps) {}

  /**
   * An epoch has ended: the place to evaluate. The encoder's mode is restored afterwards.
   *
   * @param epoch epochs done
   * @return figures to log, by name
   */
  default Map<String, Double> onEpochEnd(int epoch, Backbone encoder) {
    return Map.of();
  }

  /**
   * A checkpoint is on disk of the state that {@code method} is in, at an epoch's end. Also when a
   * run goes on from there: what is kept beside a checkpoint can be made up for.
   *
   * @param epoch epochs done
   */
  default void onEpochKept(int epoch, Method method) throws IOException {}

  /** Something a person should know: a resumed run, a damaged checkpoint. */
  default void onNotice(String message) {}
}
