package dev.bingo.app.command;

import dev.bingo.evaluate.Spread;
import dev.bingo.run.RunComparison;
import dev.bingo.run.RunComparison.Row;
import dev.bingo.run.RunComparison.Table;
import dev.bingo.run.RunSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Runs side by side, in lines of 80 columns. */
final class CompareText {
  private static final int NAME = 26;
  private static final int MOST_DIFFERENCES = 30;

  private final RunComparison comparison;

  CompareText(RunComparison comparison) {
    this.comparison = comparison;
  }

  RunComparison comparison() {
    return comparison;
  }

  static double knn(RunSummary run) {
    return run.atEnd(run.knn());
  }

  static double linear(RunSummary run) {
    return run.atEnd(run.linear());
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    List<Table> tables = comparison.tables();
    for (Table table : tables) {
      if (!lines.isEmpty()) {
        lines.add("");
      }
      if (tables.size() > 1) {
        lines.addAll(TextTable.wrap("Measured with " + measured(table), TextTable.COLUMNS));
      }
      table(table, lines);
    }
    if (tables.size() > 1) {
      lines.add("");
      lines.addAll(
          TextTable.wrap(
              "The tables' accuracies were measured on other images or by another protocol: don't compare across.",
              TextTable.COLUMNS));
    }
    return lines;
  }

  /** What sets a table's measuring apart from the others'. */
  String measured(Table table) {
    String apart =
        table.measured().entrySet().stream()
            .filter(
                setting ->
                    comparison.tables().stream()
                        .anyMatch(
                            other ->
                                !setting.getValue().equals(other.measured().get(setting.getKey()))))
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining(", "));
    return apart.isEmpty() ? "its own settings" : apart;
  }

  private void table(Table table, List<String> lines) {
    lines.add(
        String.format(
            Locale.ROOT,
            "   %-" + NAME + "s %4s %6s  %14s  %14s",
            "",
            "runs",
            "epochs",
            "kNN top-1",
            "linear"));
    List<Row> rows = table.rows();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      lines.add(
          String.format(
              Locale.ROOT,
              "%s  %-" + NAME + "s %4d %6d  %14s  %14s",
              letter(i),
              TextTable.fit(name(row), NAME),
              row.runs().size(),
              row.runs().get(0).epochs(),
              shown(row.of(CompareText::knn)),
              shown(row.of(CompareText::linear))));
    }
    notes(rows).forEach(note -> lines.addAll(TextTable.wrap(note, TextTable.COLUMNS)));
    if (rows.size() > 1) {
      lines.add("");
      verdicts(rows).forEach(v -> lines.addAll(TextTable.wrap(v, TextTable.COLUMNS)));
      differences(table, lines);
    }
  }

  /** What a reader of the numbers has to know. */
  List<String> notes(List<Row> rows) {
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      for (RunSummary run : row.runs()) {
        if (run.epochsDone() < run.epochs()) {
          notes.add(
              "%s: %s has come to epoch %d of %d; its figures are left out."
                  .formatted(letter(i), run.folder(), run.epochsDone(), run.epochs()));
        } else if (run.knn().isEmpty()) {
          notes.add(
              "%s: %s measured nothing; it had no labelled data.val."
                  .formatted(letter(i), run.folder()));
        }
      }
    }
    return notes;
  }

  /** Each row beside the first, over the seeds that both have. */
  List<String> verdicts(List<Row> rows) {
    List<String> verdicts = new ArrayList<>();
    for (int i = 1; i < rows.size(); i++) {
      Spread knn = rows.get(i).above(rows.get(0), CompareText::knn);
      Spread linear = rows.get(i).above(rows.get(0), CompareText::linear);
      verdicts.add(
          letter(i)
              + " over "
              + letter(0)
              + ": "
              + (knn.count() > 0 ? "kNN " + signed(knn) : "")
              + (knn.count() > 0 && linear.count() > 0 ? ", " : "")
              + (linear.count() > 0 ? "linear " + signed(linear) : "")
              + basis(knn.count() > 0 ? knn : linear));
    }
    return verdicts;
  }

  private static String basis(Spread spread) {
    return switch (spread.count()) {
      case 0 -> "no seed that both have a figure for.";
      case 1 -> " points; of one seed, which says little.";
      default -> " points, over " + spread.count() + " seeds of both.";
    };
  }

  private static void differences(Table table, List<String> lines) {
    Map<String, List<String>> different = new TreeMap<>(table.differences());
    // Each method's own settings would say no more than that the methods are others.
    if (different.containsKey("method")) {
      different.values().removeIf(values -> values.contains("-"));
    }
    lines.add("");
    lines.add(different.isEmpty() ? "Their settings are the same." : "Settings that differ:");
    int shown = 0;
    for (Map.Entry<String, List<String>> setting : different.entrySet()) {
      if (shown++ == MOST_DIFFERENCES) {
        lines.add("  and " + (different.size() - MOST_DIFFERENCES) + " more");
        return;
      }
      List<String> values = setting.getValue();
      StringBuilder line = new StringBuilder(setting.getKey() + ":");
      for (int i = 0; i < values.size(); i++) {
        line.append(' ').append(letter(i)).append('=').append(values.get(i));
      }
      List<String> wrapped = TextTable.wrap(line.toString(), TextTable.COLUMNS - 4);
      lines.add("  " + wrapped.get(0));
      wrapped.subList(1, wrapped.size()).forEach(rest -> lines.add("    " + rest));
    }
  }

  /** Its recipe, and of a run alone its folder, which people know it by. */
  static String name(Row row) {
    RunSummary first = row.runs().get(0);
    return row.runs().size() == 1 ? first.folder().toString() : first.name();
  }

  static String letter(int row) {
    return row < 26 ? Character.toString('A' + row) : "#" + (row + 1);
  }

  static String shown(Spread spread) {
    if (spread.count() == 0) {
      return "-";
    }
    return spread.count() == 1
        ? String.format(Locale.ROOT, "%.2f", spread.mean())
        : String.format(Locale.ROOT, "%.2f ± %.2f", spread.mean(), spread.deviation());
  }

  private static String signed(Spread spread) {
    return spread.count() == 1
        ? String.format(Locale.ROOT, "%+.2f", spread.mean())
        : String.format(Locale.ROOT, "%+.2f ± %.2f", spread.mean(), spread.deviation());
  }
}
