package dev.bingo.run;

import dev.bingo.evaluate.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Runs side by side. Those that differ in nothing but their seed are one row, with a spread; rows
 * whose accuracies were measured differently stand in tables of their own.
 *
 * @param tables by how accuracies were measured
 */
public record RunComparison(List<Table> tables) {
  private static final String SEED = "train.seed";
  private static final Set<String> MEASURED_ON =
      Set.of(
          "data.train",
          "data.train_prefix",
          "data.val",
          "data.val_prefix",
          "data.limit",
          "data.val_limit",
          "data.kind");

  /**
   * Rows that may share a column.
   *
   * @param measured the settings that say how, by key
   */
  public record Table(Map<String, String> measured, List<Row> rows) {
    /** Settings in which rows differ, with each row's value; "-" where it has none. */
    public Map<String, List<String>> differences() {
      Set<String> keys = new TreeSet<>();
      rows.forEach(row -> keys.addAll(row.settings().keySet()));
      Map<String, List<String>> different = new TreeMap<>();
      for (String key : keys) {
        List<String> values =
            rows.stream().map(row -> row.settings().getOrDefault(key, "-")).toList();
        if (values.stream().distinct().count() > 1) {
          different.put(key, values);
        }
      }
      return different;
    }
  }

  /**
   * Runs of one recipe.
   *
   * @param settings that they share, but for how they are called and watched
   */
  public record Row(Map<String, String> settings, List<RunSummary> runs) {
    /** Over the runs that have it; NaN where none has. */
    public Spread of(Function<RunSummary, Double> figure) {
      return Spread.of(
          runs.stream().mapToDouble(figure::apply).filter(value -> !Double.isNaN(value)).toArray());
    }

    /** This row's figure less another's, over the seeds that both have it for. */
    public Spread above(Row other, Function<RunSummary, Double> figure) {
      Map<Long, Double> theirs = other.bySeed(figure);
      return Spread.of(
          bySeed(figure).entrySet().stream()
              .filter(mine -> theirs.containsKey(mine.getKey()))
              .mapToDouble(mine -> mine.getValue() - theirs.get(mine.getKey()))
              .toArray());
    }

    private Map<Long, Double> bySeed(Function<RunSummary, Double> figure) {
      Map<Long, Double> values = new LinkedHashMap<>();
      for (RunSummary run : runs) {
        double value = figure.apply(run);
        if (!Double.isNaN(value)) {
          values.put(run.seed(), value);
        }
      }
      return values;
    }
  }

  /**
   * Sorts runs into rows and tables, in the order in which they are given.
   *
   * @param ignored settings that may differ within a row
   * @throws IllegalArgumentException where a run is given twice, or two runs of a row have one seed
   */
  public static RunComparison of(List<RunSummary> runs, Set<String> ignored) {
    Map<Map<String, String>, Map<Map<String, String>, List<RunSummary>>> sorted =
        new LinkedHashMap<>();
    for (RunSummary run : runs) {
      sorted
          .computeIfAbsent(measured(run), key -> new LinkedHashMap<>())
          .computeIfAbsent(essence(run, ignored), key -> new ArrayList<>())
          .add(run);
    }
    List<Table> tables = new ArrayList<>();
    sorted.forEach(
        (measured, rows) -> {
          List<Row> list = new ArrayList<>();
          rows.forEach((settings, of) -> list.add(row(settings, of)));
          tables.add(new Table(measured, list));
        });
    return new RunComparison(tables);
  }

  private static Row row(Map<String, String> settings, List<RunSummary> runs) {
    Map<Long, RunSummary> seeds = new LinkedHashMap<>();
    for (RunSummary run : runs) {
      RunSummary before = seeds.put(run.seed(), run);
      if (before != null) {
        throw new IllegalArgumentException(
            "%s and %s are the same recipe with the same seed %d: as two they would make a spread look small"
                .formatted(before.folder(), run.folder(), run.seed()));
      }
    }
    return new Row(settings, List.copyOf(runs));
  }

  private static Map<String, String> measured(RunSummary run) {
    Map<String, String> measured = new TreeMap<>(run.settings());
    measured.keySet().removeIf(key -> !key.startsWith("evaluate.") && !MEASURED_ON.contains(key));
    // How often is no part of how.
    measured.remove("evaluate.every_epochs");
    return measured;
  }

  private static Map<String, String> essence(RunSummary run, Set<String> ignored) {
    Map<String, String> essence = new TreeMap<>(run.settings());
    essence.keySet().removeAll(RunIdentity.WATCHED);
    essence.remove(SEED);
    essence.keySet().removeAll(ignored);
    essence.keySet().removeIf(key -> key.startsWith("evaluate."));
    return essence;
  }
}
