package dev.bingo.run;

import dev.bingo.classify.Balance;
import dev.bingo.recipe.RecipeException;
import java.nio.file.Path;

/**
 * How a classifier is trained.
 *
 * @param balance what an image counts
 * @param folds of the cross-validation
 * @param seed of the folds
 * @param accuracy wanted of the images that are not rejected, 0 to 1; 0: none is wanted
 * @param coverage share of images that are to be kept; 0: none is said
 * @param threshold below which a probability is rejected; 0: none is said
 * @param features folder that keeps the encoder's features; null for none
 */
public record ClassifierSettings(
    Balance balance,
    int folds,
    long seed,
    double accuracy,
    double coverage,
    double threshold,
    Path features) {
  /** Nothing is rejected, each class counts the same. */
  public static final ClassifierSettings DEFAULT =
      new ClassifierSettings(Balance.CLASSES, 5, 0, 0, 0, 0, null);

  public ClassifierSettings {
    share("--accuracy", accuracy);
    share("--coverage", coverage);
    share("--threshold", threshold);
    int said = (accuracy > 0 ? 1 : 0) + (coverage > 0 ? 1 : 0) + (threshold > 0 ? 1 : 0);
    if (said > 1) {
      throw new RecipeException(
          "--accuracy, --coverage and --threshold: choose one, it decides what is rejected");
    }
    if (folds < 2 || folds > 100) {
      throw new RecipeException("--folds: expected 2 to 100, got " + folds);
    }
  }

  private static void share(String option, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new RecipeException(
          option + ": expected a share of 0 to 1, such as 0.95, got " + value);
    }
  }
}
