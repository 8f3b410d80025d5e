package dev.bingo.run;

import dev.bingo.recipe.RecipeException;
import dev.bingo.train.RunDirectory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where an encoder is meant: a file, or a run's directory for the encoder in it. */
public final class EncoderPath {
  private EncoderPath() {}

  /**
   * The file of weights.
   *
   * @param named by the user; what isn't there is left for whoever opens it
   * @throws RecipeException for a directory without an encoder
   */
  public static Path of(Path named) {
    return of(named, false);
  }

  /**
   * The file of weights.
   *
   * @param best of a run, that of the epoch which scored best, in place of the last one's
   * @throws RecipeException for a directory without an encoder, or a file of which the best is
   *     asked for
   */
  public static Path of(Path named, boolean best) {
    return best ? best(named) : last(named);
  }

  /**
   * The same, of which it is certain that there is such a file.
   *
   * @throws RecipeException where there is none
   */
  public static Path existing(Path named) {
    Path file = of(named);
    if (!Files.isRegularFile(file)) {
      throw new RecipeException(
          named + ": no such run or file; an encoder is wanted there, to compare with");
    }
    return file;
  }

  private static Path best(Path named) {
    Path encoder = named.resolve(RunDirectory.BEST);
    if (Files.isRegularFile(encoder)) {
      return encoder;
    }
    throw new RecipeException(
        Files.isDirectory(named)
            ? named
                + ": has no "
                + RunDirectory.BEST
                + ": its epochs were not scored, or by a bingo that kept none. Name the run alone for"
                + " the last epoch's encoder"
            : named + ": is a file; the best encoder is asked for of a run's directory");
  }

  private static Path last(Path named) {
    if (!Files.isDirectory(named)) {
      return named;
    }
    Path encoder = named.resolve(Run.ENCODER);
    if (Files.isRegularFile(encoder)) {
      return encoder;
    }
    throw new RecipeException(
        named
            + ": is a directory, "
            + (Files.exists(named.resolve(Run.RECIPE))
                ? "of a run that has not written its "
                    + Run.ENCODER
                    + " yet; 'bingo train --resume "
                    + named
                    + "' goes on with it"
                : "and no run's: it has no " + Run.ENCODER + ". Name a file of weights"));
  }
}
