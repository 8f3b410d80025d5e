package dev.bingo.run;

import dev.bingo.recipe.RecipeException;
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
