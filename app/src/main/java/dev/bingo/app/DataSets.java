package dev.bingo.app;

import dev.bingo.app.recipe.Recipe;
import dev.bingo.app.recipe.RecipeException;
import dev.bingo.app.recipe.Settings;
import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.MemorySource;
import dev.bingo.image.SourceOptions;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.image.Subset;
import dev.bingo.image.Tolerant;
import java.io.IOException;
import java.nio.file.Path;

/** Opens the images of a recipe. */
final class DataSets {
  private DataSets() {}

  /** The training images. */
  static ImageSource train(Recipe r, Path run, Console console) throws IOException {
    if (r.data().train().isEmpty()) {
      throw new RecipeException(
          "data.train: no images given; add data.train=FOLDER (a folder of pictures, CIFAR or IDX files, tar"
              + " shards, or a manifest)");
    }
    return open(
        Path.of(r.data().train()),
        Settings.source(r, Split.TRAIN),
        r.data().limit(),
        r,
        run,
        "train",
        console);
  }

  /** The images that are judged, or null where the recipe has none. */
  static ImageSource val(Recipe r, Path run, Console console) throws IOException {
    if (r.data().val().isEmpty()) {
      return null;
    }
    return open(
        Path.of(r.data().val()),
        Settings.source(r, Split.TEST),
        r.data().valLimit(),
        r,
        run,
        "val",
        console);
  }

  private static ImageSource open(
      Path path, SourceOptions options, int limit, Recipe r, Path run, String role, Console console)
      throws IOException {
    ImageSource all = ImageSources.open(path, options);
    ImageSource some = limit > 0 && limit < all.size() ? Subset.random(all, limit, 0) : all;
    BadImages bad =
        new BadImages(
            r.data().badImages(), run == null ? null : run.resolve("bad-images-" + role + ".tsv"));
    ImageSource tolerant = new Tolerant(some, bad);
    console.say(role + ": " + tolerant.describe());
    if (r.data().memory().equals("no")) {
      return tolerant;
    }
    long bytes = r.data().memory().equals("yes") ? Long.MAX_VALUE : MemorySource.DEFAULT_BYTES;
    return ImageSources.keptWhereSmall(tolerant, bytes);
  }
}
