package dev.bingo.run;

import dev.bingo.method.Method;
import dev.bingo.train.RunDirectory;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Keeps the encoder of the epoch that scored best beside the last one: by kNN where there are
 * labels to judge by, else by how often two views of an image find each other. A loss would not do:
 * it is low while a queue holds keys of a network that knows nothing.
 *
 * <p>Only epochs that have a checkpoint can be the best, so that a run which is killed before its
 * encoder is written makes up for it from there.
 */
final class BestEncoder {
  /** The score without labels. */
  static final String UNLABELLED = "self_retrieval";

  private static final String LABELLED = "knn_top1";
  private static final String EPOCH = "best_epoch";
  private static final String SCORE = "best_score";
  private static final String BY = "best_by";

  private final Path directory;
  private final Console console;
  private final Saver saver;
  private Map<Integer, Double> scores;
  private String by = "";
  private int best;

  /** Writes an encoder, whole or not at all. */
  interface Saver {
    void save(Method method, Map<String, String> about) throws IOException;
  }

  /** Has read nothing yet. */
  BestEncoder(Path directory, Console console, Saver saver) {
    this.directory = directory;
    this.console = console;
    this.saver = saver;
  }

  /** An epoch was scored: its figures, which are not logged yet. */
  void measured(int epoch, Map<String, Double> figures) {
    recall();
    by = figures.containsKey(LABELLED) ? LABELLED : UNLABELLED;
    scores.put(epoch, figures.get(by));
  }

  /** An epoch has its checkpoint. */
  void kept(int epoch, Method method) throws IOException {
    recall();
    Double score = scores.get(epoch);
    if (score == null || (best > 0 && score <= scores.get(best))) {
      return;
    }
    Map<String, String> about = new LinkedHashMap<>();
    about.put(EPOCH, "" + epoch);
    about.put(BY, by);
    about.put(SCORE, "" + score);
    saver.save(method, about);
    best = epoch;
  }

  /** Says at the end which it was. */
  void tell() {
    if (best > 0) {
      console.say(
          String.format(
              Locale.ROOT,
              "best: %s, of epoch %d (%s %.2f %%)",
              directory.resolve(RunDirectory.BEST),
              best,
              by.equals(LABELLED) ? "kNN" : "self-retrieval",
              scores.get(best)));
    }
  }

  /** What a run that goes on has scored, and whether its file is of that. */
  private void recall() {
    if (scores != null) {
      return;
    }
    scores = new HashMap<>();
    try {
      if (!Files.exists(directory.resolve(RunDirectory.METRICS))) {
        return;
      }
      List<Map<String, Object>> lines = Run.metrics(directory);
      boolean labelled = lines.stream().anyMatch(line -> line.containsKey(LABELLED));
      by = labelled ? LABELLED : UNLABELLED;
      for (Map<String, Object> line : lines) {
        if (line.get(by) instanceof Number score && line.get("epoch") instanceof Number epoch) {
          scores.put(epoch.intValue(), score.doubleValue());
        }
      }
      best = ofFile();
    } catch (IOException e) {
      console.say("warning: what the run scored before can't be read: " + e.getMessage());
    }
  }

  /** The epoch of the file, where the metrics have it with this score; else 0: it is replaced. */
  private int ofFile() {
    Path file = directory.resolve(RunDirectory.BEST);
    if (!Files.isRegularFile(file)) {
      return 0;
    }
    try {
      Map<String, String> about = SafeTensors.metadata(file);
      int epoch = Integer.parseInt(about.getOrDefault(EPOCH, ""));
      double score = Double.parseDouble(about.getOrDefault(SCORE, ""));
      boolean known = by.equals(about.get(BY)) && scores.getOrDefault(epoch, -1.0) == score;
      return known ? epoch : 0;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
