package dev.bingo.app.command;

import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.RunSummary;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What a training is named by: a recipe, or images to plan one for.
 *
 * @param first a recipe's name or file; or where images are
 * @param images null where it is a recipe
 * @param settings the rest
 */
record TrainingWords(String first, Path images, List<String> settings) {
  private static final Pattern IMAGE_FILE =
      Pattern.compile(".*\\.(tar|csv|jsonl|jpe?g|png|webp|bmp|tiff?|zip|tgz|gz|7z)");

  /**
   * Tells the two apart.
   *
   * @throws RecipeException where it could be either, or is neither
   */
  static TrainingWords of(List<String> words) {
    if (words.isEmpty()) {
      throw new RecipeException(
          "which images, or which recipe? A folder of photos will do; 'bingo recipes' lists recipes");
    }
    String first = words.get(0);
    List<String> settings = words.subList(1, words.size());
    Path path = path(first);
    if (first.matches("[a-z_]+(\\.[a-z_0-9]+)?=.*")) {
      throw new RecipeException(
          first + ": is a setting; before it comes a recipe, or a folder of photos");
    }
    if (Recipes.SHIPPED.contains(first)) {
      boolean images = settings.stream().anyMatch(s -> s.startsWith("data.train="));
      if (!images && path != null && Files.exists(path) && !RunSummary.isRun(path)) {
        throw new RecipeException(
            "%1$s: is a recipe that comes with bingo, and something of that name is here too. For the recipe"
                    .formatted(first)
                + " say which images (data.train=FOLDER), for images that lie there ./"
                + first);
      }
      return new TrainingWords(first, null, settings);
    }
    if (path == null || !Files.exists(path)) {
      return new TrainingWords(first, null, settings);
    }
    if (Files.isDirectory(path) && RunSummary.isRun(path)) {
      throw new RecipeException(first + ": is a run. Go on with it: bingo train --resume " + first);
    }
    boolean images =
        Files.isDirectory(path) || IMAGE_FILE.matcher(first.toLowerCase(Locale.ROOT)).matches();
    return new TrainingWords(first, images ? path : null, settings);
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /** Times as people write them. */
  static final class Budget implements ITypeConverter<Duration> {
    private static final Pattern TIME =
        Pattern.compile("(?:(\\d{1,4})h)?(?:(\\d{1,5})m(?:in)?)?(?:(\\d{1,6})s)?");

    @Override
    public Duration convert(String text) {
      Matcher time = TIME.matcher(text.strip().toLowerCase(Locale.ROOT));
      if (text.isBlank() || !time.matches()) {
        throw new TypeConversionException(
            "expected a time such as 30m, 2h or 1h30m, got '" + text + "'");
      }
      return Duration.ofHours(number(time.group(1)))
          .plusMinutes(number(time.group(2)))
          .plusSeconds(number(time.group(3)));
    }

    private static long number(String digits) {
      return digits == null ? 0 : Long.parseLong(digits);
    }
  }
}
