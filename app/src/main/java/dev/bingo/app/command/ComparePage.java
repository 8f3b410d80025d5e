package dev.bingo.app.command;

import dev.bingo.app.report.Report;
import dev.bingo.app.report.Report.Chart;
import dev.bingo.app.report.Report.Result;
import dev.bingo.app.report.Report.Role;
import dev.bingo.app.report.Report.Series;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.RunComparison.Row;
import dev.bingo.run.RunComparison.Table;
import dev.bingo.run.RunSummary;
import dev.bingo.run.RunSummary.Point;
import dev.bingo.torch.Names;
import dev.bingo.train.RunDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Runs side by side, with their curves laid over each other. */
final class ComparePage {
  /** A colour a row; rows beyond share the last. */
  private static final List<Role> COLOURS =
      List.of(Role.ALONE, Role.STUDENT, Role.TEACHER, Role.OTHER, Role.RANDOM);

  private ComparePage() {}

  static Report of(CompareText text) {
    List<Result> results = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    List<Chart> charts = new ArrayList<>();
    List<String> summary = new ArrayList<>();
    List<Report.Recipe> recipes = new ArrayList<>();
    List<Table> tables = text.comparison().tables();
    for (int t = 0; t < tables.size(); t++) {
      Table table = tables.get(t);
      String measured = tables.size() == 1 ? "" : " (" + text.measured(table) + ")";
      List<Row> rows = table.rows();
      summary.addAll(text.verdicts(rows));
      notes.addAll(text.notes(rows));
      for (int r = 0; r < rows.size(); r++) {
        Row row = rows.get(r);
        results.add(result(row, r, measured));
        recipes.add(recipe(row, r));
      }
      charts.add(chart("kNN top-1" + measured, "%", rows, RunSummary::knn));
      for (String method : methods(rows)) {
        Function<RunSummary, List<Point>> losses =
            run -> run.method().equals(method) ? run.loss() : List.of();
        charts.add(chart("loss of " + method + measured, "loss", rows, losses));
      }
    }
    if (tables.size() > 1) {
      notes.add(
          "Accuracies with other words behind their rows' names were measured on other images or by another protocol.");
    }
    return new Report(
        "Runs compared",
        Names.counted(results.size(), "recipe"),
        summary,
        results,
        notes,
        charts,
        null,
        null,
        null,
        recipes,
        Map.of(),
        List.of());
  }

  private static List<String> methods(List<Row> rows) {
    return rows.stream().map(row -> row.runs().get(0).method()).distinct().toList();
  }

  private static Result result(Row row, int index, String measured) {
    RunSummary first = row.runs().get(0);
    return new Result(
        Role.OTHER,
        CompareText.letter(index) + "  " + CompareText.name(row) + measured,
        "%s, %s; kNN %s, linear %s; %s"
            .formatted(
                first.method(),
                Names.counted(first.epochs(), "epoch"),
                CompareText.shown(row.of(CompareText::knn)),
                CompareText.shown(row.of(CompareText::linear)),
                Names.counted(row.runs().size(), "run")),
        row.of(CompareText::knn).mean(),
        row.of(CompareText::linear).mean(),
        Double.NaN,
        0,
        Double.NaN);
  }

  private static Report.Recipe recipe(Row row, int index) {
    return new Report.Recipe(
        CompareText.letter(index) + "  " + row.runs().get(0).name(),
        Recipes.text(row.runs().get(0).folder().resolve(RunDirectory.RECIPE).toString()));
  }

  private static Chart chart(
      String title, String unit, List<Row> rows, Function<RunSummary, List<Point>> points) {
    List<Series> series = new ArrayList<>();
    for (int r = 0; r < rows.size(); r++) {
      for (RunSummary run : rows.get(r).runs()) {
        List<Point> curve = points.apply(run);
        if (curve.isEmpty()) {
          continue;
        }
        series.add(
            new Series(
                COLOURS.get(Math.min(r, COLOURS.size() - 1)),
                CompareText.letter(r) + "  " + run.name() + ", seed " + run.seed(),
                curve.stream().mapToDouble(Point::epoch).toArray(),
                curve.stream().mapToDouble(Point::value).toArray(),
                Double.NaN));
      }
    }
    return new Chart(title, "epoch", unit, series, "");
  }
}
