package dev.bingo.run;

import dev.bingo.train.Listener;

/**
 * Who is told how work gets on: a person at a terminal, or a program. Nothing is told by default.
 */
public interface Console {
  /** Tells nobody. */
  Console SILENT = new Console() {};

  /** Something worth a line of its own. */
  default void say(String message) {}

  /** Something begins that is counted. */
  default void begin(String what) {}

  /** So much of it is done. */
  default void progress(long done, long total) {}

  /**
   * A training begins.
   *
   * @param name of the run
   */
  default void newTraining(String name) {}

  /** The figures of a step of it: not all steps have some. */
  default void step(Listener.Step step) {}

  /**
   * A step of it is done; after its figures, where it has some.
   *
   * @param epoch from 0
   * @param step optimiser steps taken
   */
  default void stepTaken(int epoch, int epochs, long step, long totalSteps) {}
}
