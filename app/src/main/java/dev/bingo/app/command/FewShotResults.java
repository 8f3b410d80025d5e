package dev.bingo.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.file.Printable;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.FewShotClassifier.Classified;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What photos are, for people and programs. */
final class FewShotResults {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final int NAME = 34;
  private static final int CLASS = 18;
  private static final int SHOWN = 10;

  private final List<String> classes;
  private final Paths paths;
  private final IntFunction<String> ids;
  private final Classified found;

  FewShotResults(List<String> classes, Paths paths, IntFunction<String> ids, Classified found) {
    this.classes = classes;
    this.paths = paths;
    this.ids = ids;
    this.found = found;
  }

  /**
   * Which form a file is to have.
   *
   * @return csv or jsonl
   * @throws RecipeException for any other ending
   */
  static String format(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return "csv";
    }
    if (name.endsWith(".jsonl")) {
      return "jsonl";
    }
    throw new RecipeException("--out " + file + ": expected a name that ends with .csv or .jsonl");
  }

  private String path(int row) {
    return paths.of(ids.apply(found.positions()[row]));
  }

  private int best(int row) {
    float[] p = found.probabilities()[row];
    int best = 0;
    for (int c = 1; c < p.length; c++) {
      best = p[c] > p[best] ? c : best;
    }
    return best;
  }

  private int second(int row) {
    float[] p = found.probabilities()[row];
    int best = best(row);
    int second = best == 0 ? 1 : 0;
    for (int c = 0; c < p.length; c++) {
      second = c != best && p[c] > p[second] ? c : second;
    }
    return second;
  }

  private float p(int row, int c) {
    return found.probabilities()[row][c];
  }

  private IntStream rows() {
    return IntStream.range(0, found.positions().length);
  }

  /** Photos of which no class has so much. */
  long below(double probability) {
    return rows().filter(row -> p(row, best(row)) < probability).count();
  }

  /** How many photos are of each class, the most frequent first. */
  String counts() {
    int[] count = new int[classes.size()];
    rows().forEach(row -> count[best(row)]++);
    List<String> named =
        IntStream.range(0, count.length)
            .boxed()
            .sorted(Comparator.comparingInt(c -> -count[c]))
            .limit(SHOWN)
            .map(c -> String.format(Locale.ROOT, "%s %,d", classes.get(c), count[c]))
            .toList();
    return String.join(", ", named) + (count.length > SHOWN ? ", …" : "");
  }

  /** A line a photo, of 80 columns. */
  String text() {
    StringBuilder text = new StringBuilder();
    rows()
        .forEach(
            row -> {
              int best = best(row);
              int second = second(row);
              text.append(
                  String.format(
                      Locale.ROOT,
                      "%-34s %-18s %4.0f %%  %-14s %3.0f%n",
                      TextTable.fit(ids.apply(found.positions()[row]), NAME),
                      TextTable.fit(classes.get(best), CLASS),
                      100 * p(row, best),
                      TextTable.fit(classes.get(second), CLASS - 4),
                      100 * p(row, second)));
            });
    return text.toString();
  }

  /** A row a photo: its path, class, probability, and that of every class. */
  String csv() {
    StringBuilder text = new StringBuilder("path,class,probability");
    classes.forEach(name -> text.append(',').append(Printable.csv(name)));
    text.append('\n');
    rows()
        .forEach(
            row -> {
              int best = best(row);
              text.append(Printable.csv(path(row)))
                  .append(',')
                  .append(Printable.csv(classes.get(best)))
                  .append(',')
                  .append(number(p(row, best)));
              for (int c = 0; c < classes.size(); c++) {
                text.append(',').append(number(p(row, c)));
              }
              text.append('\n');
            });
    return text.toString();
  }

  private static String number(float probability) {
    return String.format(Locale.ROOT, "%.4f", probability);
  }

  /** An object a photo, with names to the letter. */
  String jsonl() {
    StringBuilder text = new StringBuilder();
    rows()
        .forEach(
            row -> {
              ObjectNode line = JSON.createObjectNode();
              line.put("path", path(row));
              line.put("class", classes.get(best(row)));
              line.put("probability", rounded(p(row, best(row))));
              ObjectNode all = line.putObject("probabilities");
              for (int c = 0; c < classes.size(); c++) {
                all.put(classes.get(c), rounded(p(row, c)));
              }
              try {
                text.append(JSON.writeValueAsString(line)).append('\n');
              } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
              }
            });
    return text.toString();
  }

  private static double rounded(float probability) {
    return Math.rint(probability * 1e6) / 1e6;
  }
}
