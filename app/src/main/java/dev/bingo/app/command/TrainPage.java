package dev.bingo.app.command;

import dev.bingo.app.report.HtmlReport;
import dev.bingo.app.report.Report;
import dev.bingo.app.report.Report.Bag;
import dev.bingo.app.report.Report.Chart;
import dev.bingo.app.report.Report.Mosaic;
import dev.bingo.app.report.Report.Result;
import dev.bingo.app.report.Report.Role;
import dev.bingo.app.report.Report.Series;
import dev.bingo.app.report.Report.Tile;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.file.Printable;
import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Reduction;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.recipe.Settings;
import dev.bingo.run.Console;
import dev.bingo.run.Machine;
import dev.bingo.run.RunJudge;
import dev.bingo.run.RunSummary;
import dev.bingo.run.RunSummary.Point;
import dev.bingo.torch.Names;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.TrainingException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;

/** The page of a run: what came out, by its first line; curves; what its encoder finds alike. */
final class TrainPage {
  private final Recipe recipe;
  private final Path directory;
  private Mosaic mosaic;

  private TrainPage(Recipe recipe, Path directory) {
    this.recipe = recipe;
    this.directory = directory;
  }

  /**
   * Judges a run that is done, and writes its page.
   *
   * @param control a run or an encoder's file that it ought to be better than; null for none
   */
  static void write(Recipe recipe, Path directory, Path control, Console console)
      throws IOException {
    TrainPage page = new TrainPage(recipe, directory);
    RunJudge.Result result = RunJudge.judge(recipe, directory, control, page::neighbours, console);
    List<String> summary = new ArrayList<>();
    summary.add(result.judgement().verdict());
    summary.addAll(page.scores());
    List<String> notes = new ArrayList<>(result.judgement().protocol());
    notes.add("Judged on " + result.judgedOn() + ".");
    page.write(summary, page.rows(result), notes);
    console.say(summary.get(0));
    console.say("report: " + directory.resolve(RunDirectory.REPORT));
  }

  /** The page of a run that failed: its first line says why. */
  static void writeFailed(Recipe recipe, Path directory, TrainingException why) {
    try {
      new TrainPage(recipe, directory)
          .write(List.of("Failed: " + Printable.line(why.getMessage())), List.of(), List.of());
    } catch (IOException e) {
      why.addSuppressed(e);
    }
  }

  private void write(List<String> summary, List<Result> results, List<String> notes)
      throws IOException {
    Path file = RunDirectory.checked(directory).file(RunDirectory.REPORT);
    HtmlReport.write(
        file,
        new Report(
            recipe.name(),
            "%s, %s, %s; %s"
                .formatted(
                    recipe.method(),
                    recipe.student().arch(),
                    Names.counted(recipe.train().epochs(), "epoch"),
                    LocalDate.now(ZoneId.systemDefault())),
            summary,
            results,
            notes,
            charts(),
            mosaic,
            null,
            null,
            List.of(new Report.Recipe(recipe.name(), Recipes.write(recipe))),
            Machine.about(),
            List.of("bingo train recipe.yaml")));
  }

  /** What the run measured itself, which is not measured as the table is. */
  private List<String> scores() throws IOException {
    List<String> all = new ArrayList<>();
    RunSummary run = RunSummary.of(recipe, directory);
    double knn = run.atEnd(run.knn());
    double linear = run.atEnd(run.linear());
    if (!Double.isNaN(knn)) {
      all.add(
          String.format(
              Locale.ROOT,
              "Of the images of data.val kNN gives %.1f %% their class%s.",
              knn,
              Double.isNaN(linear)
                  ? ""
                  : String.format(Locale.ROOT, ", a linear probe %.1f %%", linear)));
    }
    return all;
  }

  private List<Result> rows(RunJudge.Result result) {
    List<Result> rows =
        new ArrayList<>(
            JudgedRows.of(
                result.judgement(), recipe.name(), recipe.student().arch(), parameters()));
    if (result.teacher() != null) {
      rows.add(JudgedRows.teacher(result.teacher()));
    }
    return rows;
  }

  private long parameters() {
    try (PointerScope scope = new PointerScope()) {
      return Modules.parameterCount(
          Encoders.create(recipe.student().arch(), Settings.stem(recipe), 0));
    }
  }

  private List<Chart> charts() throws IOException {
    RunSummary run = RunSummary.of(recipe, directory);
    List<Chart> charts = new ArrayList<>();
    charts.add(chart("Loss", "loss", run.loss()));
    if (!run.knn().isEmpty()) {
      charts.add(chart("kNN of data.val", "top-1, %", run.knn()));
    } else {
      charts.add(chart("Self-retrieval", "%", RunSummary.points(directory, "self_retrieval")));
    }
    charts.add(
        chart("Effective rank", "dimensions", RunSummary.points(directory, "effective_rank")));
    return charts;
  }

  private Chart chart(String title, String unit, List<Point> points) {
    return new Chart(
        title,
        "epoch",
        unit,
        List.of(
            new Series(
                Role.OTHER,
                recipe.name(),
                points.stream().mapToDouble(Point::epoch).toArray(),
                points.stream().mapToDouble(Point::value).toArray(),
                Double.NaN)),
        "");
  }

  private void neighbours(ImageSource images, int[] anchors, List<int[]> nearest) {
    List<Bag> bags = new ArrayList<>();
    for (int i = 0; i < anchors.length; i++) {
      try {
        List<Tile> mates = new ArrayList<>();
        for (int mate : nearest.get(i)) {
          mates.add(tile(images, mate));
        }
        bags.add(new Bag(tile(images, anchors[i]), mates));
      } catch (BadImageException unreadable) {
        // It has no neighbours to show.
      }
    }
    mosaic =
        new Mosaic(
            "What it finds alike",
            bags,
            Double.NaN,
            "On the left some images, beside each the nearest by the encoder, of %s."
                .formatted(Names.counted(images.size(), "image")));
  }

  private static Tile tile(ImageSource images, int i) throws BadImageException {
    int label = images.label(i);
    return new Tile(
        images.read(i, Reduction.NONE), label, label < 0 ? "" : images.classes().get(label));
  }

  /** A report is no reason for a run that is done to fail. */
  static void writeOrSay(Recipe recipe, Path directory, Path control, Console console) {
    try {
      write(recipe, directory, control, console);
    } catch (IOException | RecipeException | IllegalStateException | IllegalArgumentException e) {
      console.say("warning: the encoder is whole, but there is no report: " + e.getMessage());
    }
  }
}
