package dev.bingo.run;

import dev.bingo.evaluate.ClassMatch;
import dev.bingo.file.Printable;
import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.MemorySource;
import dev.bingo.image.SourceOptions;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.image.Subset;
import dev.bingo.image.Tolerant;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import dev.bingo.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Opens the images of a recipe. */
public final class DataSets {
  private static final int SHOWN = 5;

  private DataSets() {}

  /** The training images. */
  public static ImageSource train(Recipe r, Path run, Console console) throws IOException {
    return open(
        trainPath(r), Settings.source(r, Split.TRAIN), r.data().limit(), r, run, "train", console);
  }

  private static Path trainPath(Recipe r) {
    if (r.data().train().isEmpty()) {
      throw new RecipeException(
          "data.train: no images given; add data.train=FOLDER (a folder of pictures, CIFAR or IDX files, tar"
              + " shards, or a manifest)");
    }
    return Path.of(r.data().train());
  }

  /** The images that are judged, or null where the recipe has none. */
  public static ImageSource val(Recipe r, Path run, Console console) throws IOException {
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

  /** The training images as they lie there, bad ones too. */
  static ImageSource rawTrain(Recipe r) throws IOException {
    return raw(trainPath(r), Settings.source(r, Split.TRAIN), r.data().limit());
  }

  private static ImageSource raw(Path path, SourceOptions options, int limit) throws IOException {
    ImageSource all = ImageSources.open(path, options);
    return limit > 0 && limit < all.size() ? Subset.random(all, limit, 0) : all;
  }

  private static ImageSource open(
      Path path, SourceOptions options, int limit, Recipe r, Path run, String role, Console console)
      throws IOException {
    ImageSource some = raw(path, options, limit);
    Path list = run == null ? null : run.resolve(RunDirectory.badImages(role));
    BadImages bad =
        new BadImages(r.data().badImages(), list, count -> told(count, role, list, console));
    ImageSource tolerant = new Tolerant(some, bad);
    console.say(role + ": " + tolerant.describe());
    return kept(tolerant, r);
  }

  /** The same, which holds its images in memory where the recipe has it so. */
  static ImageSource kept(ImageSource tolerant, Recipe r) {
    if (r.data().memory().equals("no")) {
      return tolerant;
    }
    long bytes = r.data().memory().equals("yes") ? Long.MAX_VALUE : MemorySource.DEFAULT_BYTES;
    return ImageSources.keptWhereSmall(tolerant, bytes);
  }

  /** At the first one, and again at ten, a hundred and so on. */
  private static void told(int count, String role, Path list, Console console) {
    if (String.valueOf(count).matches("10*")) {
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %,d %s can't be read so far; %s%s",
              role,
              count,
              count == 1 ? "image" : "images",
              role.equals("train")
                  ? "the next good one is trained on in its place"
                  : "left out of all scores",
              list == null ? "" : "; listed in " + list));
    }
  }

  /** What no classifier can get right is to be known beside its score. */
  public static void sayUnknown(ClassMatch match, Console console) {
    Map<String, Integer> unknown = match.unknown();
    if (unknown.isEmpty()) {
      return;
    }
    int images = unknown.values().stream().mapToInt(Integer::intValue).sum();
    console.say(
        String.format(
            Locale.ROOT,
            "val: %,d images are of classes that train has no image of, and count as wrong: %s%s",
            images,
            String.join(", ", unknown.keySet().stream().limit(SHOWN).map(Printable::line).toList()),
            unknown.size() > SHOWN ? ", …" : ""));
  }
}
