package dev.bingo.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * After how much training one run reaches what another ended with. Prints a JSON line; arguments
 * are the run directory that sets the mark, the other one, and their batch. Both were judged by kNN
 * after every epoch; judging is in no time. A cache of keys in the other's directory counts from
 * its description to its newest file.
 */
public final class AccuracyBenchmark {
  private AccuracyBenchmark() {}

  /**
   * An epoch's end.
   *
   * @param seconds of training so far
   * @param knn top-1, per cent
   */
  private record End(int epoch, double seconds, double knn) {}

  /** Runs it. */
  public static void main(String... args) throws IOException {
    if (args.length != 3) {
      System.err.println("usage: AccuracyBenchmark ONLINE_RUN CACHED_RUN BATCH");
      System.exit(2);
    }
    int batch = Integer.parseInt(args[2]);
    List<End> online = ends(Path.of(args[0]), batch);
    List<End> cached = ends(Path.of(args[1]), batch);
    double cache = cacheSeconds(Path.of(args[1]).resolve("keys"));
    End mark = online.get(online.size() - 1);
    End reached = first(cached, mark.knn);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("online_knn", online.stream().map(End::knn).toList());
    line.put("cached_knn", cached.stream().map(End::knn).toList());
    line.put("online_s", rounded(mark.seconds));
    // Where it learns little at its end, it was as good long before.
    line.put("online_reached_s", rounded(first(online, mark.knn).seconds));
    line.put("cached_s", rounded(cached.get(cached.size() - 1).seconds));
    line.put("cache_s", rounded(cache));
    line.put("reached_epoch", reached == null ? null : reached.epoch);
    line.put("reached_s", reached == null ? null : rounded(reached.seconds));
    line.put("ratio", reached == null ? null : rounded(reached.seconds / mark.seconds));
    line.put(
        "ratio_with_cache",
        reached == null ? null : rounded((reached.seconds + cache) / mark.seconds));
    System.out.println(new ObjectMapper().writeValueAsString(line));
  }

  /** The first that is as good; null where none is. */
  private static End first(List<End> ends, double knn) {
    return ends.stream().filter(end -> end.knn >= knn).findFirst().orElse(null);
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  private static List<End> ends(Path run, int batch) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<End> ends = new ArrayList<>();
    long steps = 0;
    double seconds = 0;
    for (String text : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode line = json.readTree(text);
      if (line.has("images_per_second")) {
        long images = (line.get("step").longValue() - steps) * batch;
        seconds += images / line.get("images_per_second").doubleValue();
        steps = line.get("step").longValue();
      } else if (line.has("knn_top1")) {
        ends.add(
            new End(line.get("epoch").intValue(), seconds, line.get("knn_top1").doubleValue()));
      }
    }
    if (ends.isEmpty()) {
      throw new IOException(run + ": no epoch of it was judged; set evaluate.every_epochs=1");
    }
    return ends;
  }

  /** 0 without a cache. */
  private static double cacheSeconds(Path keys) throws IOException {
    Path about = keys.resolve("keys.json");
    if (!Files.exists(about)) {
      return 0;
    }
    long last = 0;
    try (Stream<Path> files = Files.list(keys)) {
      for (Path file : files.toList()) {
        last = Math.max(last, Files.getLastModifiedTime(file).toMillis());
      }
    }
    return (last - Files.getLastModifiedTime(about).toMillis()) / 1e3;
  }
}
