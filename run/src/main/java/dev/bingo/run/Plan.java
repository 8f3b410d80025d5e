package dev.bingo.run;

import dev.bingo.recipe.Recipe;
import java.util.List;
import java.util.Locale;

/**
 * A training that was thought out for images and a machine, before it begins.
 *
 * @param recipe an ordinary one
 * @param facts of the images
 * @param choices what was picked, and why
 * @param estimate what it will take
 * @param budget seconds that it was made to fit; 0 where the number of epochs was given
 * @param worth what is to be expected of so many images, a sentence each
 * @param warnings what is unwise about it, or uncertain
 */
public record Plan(
    Recipe recipe,
    DataFacts facts,
    List<Choice> choices,
    Estimate estimate,
    double budget,
    List<String> worth,
    List<String> warnings) {
  public Plan {
    choices = List.copyOf(choices);
    worth = List.copyOf(worth);
    warnings = List.copyOf(warnings);
  }

  /**
   * How near it came, for people.
   *
   * @param seconds from its making to the training's end
   */
  public String outcome(double seconds) {
    return String.format(
        Locale.ROOT,
        "took %.1f min, planned were %.1f; %.1f GB of memory at the most, planned were %.1f",
        seconds / 60,
        estimate.seconds() / 60,
        ProcessMemory.most() / 1e9,
        estimate.memory() / 1e9);
  }

  /**
   * A setting that was picked.
   *
   * @param key of the recipe
   * @param why in a few words
   * @param given whether a person set it
   */
  public record Choice(String key, String value, String why, boolean given) {}
}
