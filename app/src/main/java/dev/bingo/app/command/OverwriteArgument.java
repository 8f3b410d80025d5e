package dev.bingo.app.command;

import dev.bingo.recipe.RecipeException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Whether what lies where a command is to write may be replaced. */
final class OverwriteArgument {
  @Option(names = "--overwrite", description = "Replace files that are there already.")
  private boolean overwrite;

  /**
   * To be asked before the work.
   *
   * @throws RecipeException where one of the files is there, and nobody said that it may go
   */
  void check(Path... files) {
    for (Path file : files) {
      if (!overwrite && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new RecipeException(
            file + ": is there already; choose another --out, or replace it with --overwrite");
      }
    }
  }
}
