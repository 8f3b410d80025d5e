package dev.bingo.run;

import dev.bingo.file.PlainFolder;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A run as it stands in its directory.
 *
 * @param settings of its recipe, by key; those of paths are absolute
 * @param knn top-1 of the weighted kNN at ends of epochs, percent
 * @param linear top-1 of the linear probe at ends of epochs, percent
 * @param loss at steps, by the share of the epoch that they lie in
 */
public record RunSummary(
    Path folder,
    String name,
    String method,
    long seed,
    int epochs,
    Map<String, String> settings,
    List<Point> knn,
    List<Point> linear,
    List<Point> loss) {

  /** A figure. */
  public record Point(double epoch, double value) {}

  /** Whether a folder looks like a run's. */
  public static boolean isRun(Path folder) {
    return Files.exists(folder.resolve(RunDirectory.RECIPE));
  }

  /**
   * Reads a run's recipe and metrics.
   *
   * @throws RecipeException where the folder is no run's
   */
  public static RunSummary read(Path folder) throws IOException {
    if (!isRun(folder)) {
      throw new RecipeException(
          folder + ": is no run: expected a folder with a " + RunDirectory.RECIPE);
    }
    PlainFolder plain = RunDirectory.checked(folder);
    return of(Recipes.read(plain.file(RunDirectory.RECIPE).toString(), List.of()), folder);
  }

  /** The same of a run whose recipe is known. */
  public static RunSummary of(Recipe recipe, Path folder) throws IOException {
    Recipe placed = Recipes.withPaths(recipe, path -> path.toAbsolutePath().normalize());
    List<Map<String, Object>> lines =
        Files.exists(folder.resolve(RunDirectory.METRICS)) ? Run.metrics(folder) : List.of();
    return new RunSummary(
        folder,
        recipe.name(),
        recipe.method(),
        recipe.train().seed(),
        recipe.train().epochs(),
        new TreeMap<>(Recipes.settings(placed)),
        points(lines, "knn_top1"),
        points(lines, "linear_top1"),
        losses(lines));
  }

  /** A figure of a run's metrics at ends of epochs. */
  public static List<Point> points(Path folder, String key) throws IOException {
    return Files.exists(folder.resolve(RunDirectory.METRICS))
        ? points(Run.metrics(folder), key)
        : List.of();
  }

  private static List<Point> points(List<Map<String, Object>> lines, String key) {
    List<Point> points = new ArrayList<>();
    for (Map<String, Object> line : lines) {
      if (line.get(key) instanceof Number value && line.get("epoch") instanceof Number epoch) {
        points.add(new Point(epoch.doubleValue(), value.doubleValue()));
      }
    }
    return List.copyOf(points);
  }

  /** A line of a step says the epoch that it is in; a line of an epoch's end has no loss. */
  private static List<Point> losses(List<Map<String, Object>> lines) {
    double stepsPerEpoch =
        lines.stream()
            .filter(line -> !line.containsKey("loss") && number(line, "epoch") > 0)
            .mapToDouble(line -> number(line, "step") / number(line, "epoch"))
            .findFirst()
            .orElse(Double.NaN);
    return lines.stream()
        .filter(line -> line.get("loss") instanceof Number)
        .map(
            line ->
                new Point(
                    Double.isNaN(stepsPerEpoch)
                        ? number(line, "epoch")
                        : number(line, "step") / stepsPerEpoch,
                    number(line, "loss")))
        .toList();
  }

  private static double number(Map<String, Object> line, String key) {
    return line.get(key) instanceof Number value ? value.doubleValue() : Double.NaN;
  }

  /** The figure at the run's end; NaN where the run has not come to it, or measures none. */
  public double atEnd(List<Point> points) {
    return points.stream()
        .filter(p -> p.epoch() == epochs)
        .mapToDouble(Point::value)
        .reduce(Double.NaN, (before, last) -> last);
  }

  /** Epochs that have ended, by the metrics. */
  public int epochsDone() {
    double most =
        Math.max(
            knn.stream().mapToDouble(Point::epoch).max().orElse(0),
            Math.floor(loss.stream().mapToDouble(Point::epoch).max().orElse(0)));
    return (int) most;
  }
}
