package dev.bingo.serve;

import java.nio.file.Path;
import java.util.List;

/**
 * How images are labelled.
 *
 * @param folder where the log is kept
 * @param classes known beforehand, in the order of their keys; more can be added on the page
 * @param chooser says what comes next; null: a draw
 * @param budget images a round
 */
public record Labelling(Path folder, List<String> classes, Chooser chooser, int budget) {
  /** Images a round where nobody says otherwise. */
  public static final int BUDGET = 40;

  public Labelling {
    classes = List.copyOf(classes);
    chooser = chooser == null ? new DrawnChooser() : chooser;
    if (budget < 1) {
      throw new IllegalArgumentException("budget: expected at least 1 image, got " + budget);
    }
  }
}
