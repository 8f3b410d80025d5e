package dev.bingo.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.classify.ClassifierModel;
import dev.bingo.classify.Judgement;
import dev.bingo.file.Printable;
import dev.bingo.image.ImageSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What a classifier takes photos for, for people and programs. */
final class Predictions implements ClassifierModel.Sink {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final int SHOWN = 10;

  private final List<String> classes;
  private final double threshold;
  private final ImageSource source;
  private final Paths paths;
  private final List<Row> rows = new ArrayList<>();

  /** An image's likeliest class, and its probability. */
  private record Row(int position, int label, float probability) {}

  Predictions(ClassifierModel model, ImageSource source, Paths paths) {
    classes = model.classes();
    threshold = model.threshold();
    this.source = source;
    this.paths = paths;
  }

  @Override
  public void take(int position, float[] probabilities) {
    int best = Judgement.likeliest(probabilities);
    rows.add(new Row(position, best, probabilities[best]));
  }

  int size() {
    return rows.size();
  }

  double threshold() {
    return threshold;
  }

  private boolean rejected(Row row) {
    return row.probability < threshold;
  }

  long rejected() {
    return rows.stream().filter(this::rejected).count();
  }

  /** How many photos are of each class, the most frequent first; without the rejected ones. */
  String counts() {
    int[] count = new int[classes.size()];
    rows.stream().filter(row -> !rejected(row)).forEach(row -> count[row.label]++);
    List<String> named =
        IntStream.range(0, count.length)
            .boxed()
            .sorted(Comparator.comparingInt(c -> -count[c]))
            .limit(SHOWN)
            .map(
                c -> String.format(Locale.ROOT, "%s %,d", Printable.line(classes.get(c)), count[c]))
            .toList();
    return String.join(", ", named) + (count.length > SHOWN ? ", …" : "");
  }

  /** A line a photo, of 80 columns. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-40s %-22s %4.0f %%%s%n",
              TextTable.fit(source.id(row.position), 40),
              TextTable.fit(classes.get(row.label), 22),
              100 * row.probability,
              rejected(row) ? "  rejected" : ""));
    }
    return text.toString();
  }

  /** A row a photo. */
  String csv() {
    StringBuilder text = new StringBuilder("path,class,probability,rejected\n");
    for (Row row : rows) {
      text.append(Printable.csv(paths.of(source.id(row.position))))
          .append(',')
          .append(Printable.csv(classes.get(row.label)))
          .append(String.format(Locale.ROOT, ",%.6f,%s\n", row.probability, rejected(row)));
    }
    return text.toString();
  }

  /** An object a photo, with names to the letter. */
  String jsonl() {
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      ObjectNode line =
          JSON.createObjectNode()
              .put("path", paths.of(source.id(row.position)))
              .put("class", classes.get(row.label))
              .put("probability", Math.rint(row.probability * 1e6) / 1e6)
              .put("rejected", rejected(row));
      try {
        text.append(JSON.writeValueAsString(line)).append('\n');
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
    return text.toString();
  }
}
