package dev.bingo.run;

import dev.bingo.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run has measured of its encoder. */
public final class Accuracies {
  private static final Map<String, String> NAMES =
      Map.of("knn_top1", "kNN top-1", "linear_top1", "linear probe top-1");

  private Accuracies() {}

  /** The last figures in the metrics beside the encoder, for people. */
  public static String ofRun(Path encoder) throws IOException {
    Path folder = encoder.toAbsolutePath().getParent();
    if (!Files.exists(folder.resolve(RunDirectory.METRICS))) {
      return "not measured";
    }
    List<String> found = new ArrayList<>();
    List<Map<String, Object>> lines = Run.metrics(folder);
    for (String key : List.of("knn_top1", "linear_top1")) {
      for (int i = lines.size() - 1; i >= 0; i--) {
        if (lines.get(i).get(key) instanceof Number n) {
          found.add(
              String.format(
                  Locale.ROOT, "%s %.2f %% at the run's end", NAMES.get(key), n.doubleValue()));
          break;
        }
      }
    }
    return found.isEmpty() ? "not measured" : String.join(", ", found);
  }
}
