package dev.bingo.serve;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Trainings, as they stand in their directories. */
public interface Runs {
  /**
   * A training.
   *
   * @param name its directory's
   * @param state done, ended, running or silent
   * @param epochs planned
   * @param done epochs that have ended
   * @param quietSeconds since it last wrote
   * @param badImages that its lists name
   * @param settings of its recipe
   */
  record Run(
      String name,
      String state,
      String method,
      int epochs,
      int done,
      long quietSeconds,
      int badImages,
      Map<String, String> settings) {}

  /**
   * New lines of a training's metrics.
   *
   * @param next byte to ask from the next time
   * @param lines each as it was written
   */
  record Lines(long next, List<Map<String, Object>> lines) {}

  /** All of them, by name. */
  List<Run> list() throws IOException;

  /**
   * What a training wrote from a byte of its metrics on.
   *
   * @throws java.nio.file.NoSuchFileException where there is none of this name
   */
  Lines metrics(String name, long from) throws IOException;

  /**
   * Asks a training to stop after its step, with a checkpoint.
   *
   * @throws IOException where it can't be asked, with what to do
   */
  void stop(String name) throws IOException;
}
