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

  /** A training begins. */
  default void newTraining() {}

  /**
   * A step of it is done.
   *
   * @param name of the run
   */
  default void step(String name, Listener.Step step) {}
}
