package dev.bingo.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.file.Printable;
import dev.bingo.similar.Hit;
import dev.bingo.similar.SimilarIndex;
import dev.bingo.similar.SimilarIndex.Pair;
import dev.bingo.similar.SimilarIndex.Pairs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What was found, for people, spreadsheets and programs. */
final class SimilarResults {
  private static final int SHOWN_PAIRS = 20;
  // Names of anybody's files are in it, which a terminal should not meet raw.
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private final SimilarIndex index;
  private final Paths paths;
  private final int k;
  private final List<Found> found = new ArrayList<>();
  private Pairs pairs;
  private double threshold;

  private record Found(String query, String digest, List<Hit> hits) {}

  /**
   * @param k how many were asked for
   */
  SimilarResults(SimilarIndex index, Paths paths, int k) {
    this.index = index;
    this.paths = paths;
    this.k = k;
  }

  /** What was found for a query. */
  void add(String query, String digest, List<Hit> hits) {
    found.add(new Found(query, digest, hits));
  }

  /** Pairs that are at least this alike. */
  void pairs(Pairs alike, double cosine) {
    pairs = alike;
    threshold = cosine;
  }

  List<Hit> hits(int query) {
    return found.get(query).hits;
  }

  /** Whether what was found is the query itself, or a copy of its file. */
  boolean same(int query, Hit hit) {
    return found.get(query).digest.equals(hit.entry().digest());
  }

  String id(int row) {
    return index.entry(row).id();
  }

  /** Those for which a person has eyes. */
  List<Pair> shownPairs() {
    return pairs.pairs().subList(0, Math.min(SHOWN_PAIRS, pairs.pairs().size()));
  }

  /** Ids of all that a page shows. */
  Set<String> shown() {
    Set<String> ids = new HashSet<>();
    found.forEach(f -> f.hits.forEach(hit -> ids.add(hit.entry().id())));
    if (pairs != null) {
      shownPairs().forEach(pair -> ids.addAll(List.of(id(pair.a()), id(pair.b()))));
    }
    return ids;
  }

  String pairWords() {
    int all = pairs.pairs().size();
    StringBuilder words =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%,d %s with a cosine of at least %s%s.",
                all,
                all == 1 ? "pair" : "pairs",
                threshold,
                all > SHOWN_PAIRS ? "; the first " + SHOWN_PAIRS + " are shown" : ""));
    if (pairs.recall() < 1) {
      words.append(
          String.format(
              Locale.ROOT,
              " The search is approximate: %.1f %% of an image's nearest were found.",
              100 * pairs.recall()));
    }
    if (pairs.crowded() > 0) {
      words.append(
          String.format(
              Locale.ROOT,
              " %,d images have 16 others or more that near: not all of their pairs are listed.",
              pairs.crowded()));
    }
    return words.toString();
  }

  /** For people, in 80 columns. */
  String text() {
    StringBuilder text = new StringBuilder();
    if (found.isEmpty() && pairs == null) {
      IndexArguments.about(index).forEach(line -> text.append(line).append('\n'));
      text.append("Find images by naming some: bingo similar ENCODER DATA query.jpg\n");
    }
    for (int q = 0; q < found.size(); q++) {
      Found of = found.get(q);
      text.append(q == 0 ? "" : "\n").append(TextTable.fit(of.query, TextTable.COLUMNS));
      text.append("\n  rank  cosine  distance  image\n");
      int rank = 1;
      for (Hit hit : of.hits) {
        String end = same(q, hit) ? "  (same bytes)" : "";
        String name = paths.of(hit.entry().id());
        text.append(
            String.format(
                Locale.ROOT,
                "%6d  %6.4f  %8.4f  %s%s%n",
                rank++,
                hit.cosine(),
                1 - hit.cosine(),
                TextTable.fit(name, TextTable.COLUMNS - 26 - end.length()),
                end));
      }
      if (of.hits.size() < k) {
        text.append("  There are no more.\n");
      }
    }
    if (pairs != null) {
      text.append(found.isEmpty() ? "" : "\n");
      for (Pair pair : shownPairs()) {
        text.append(
            String.format(
                Locale.ROOT,
                "%.4f  %-35s  %s%n",
                pair.cosine(),
                TextTable.fit(id(pair.a()), 35),
                TextTable.fit(id(pair.b()), 35)));
      }
      text.append(pairWords()).append('\n');
    }
    return text.toString();
  }

  /** For spreadsheets: what looks like a formula has an apostrophe before it. */
  String csv() {
    StringBuilder text = new StringBuilder();
    if (pairs != null) {
      text.append("a,b,cosine\n");
      for (Pair pair : pairs.pairs()) {
        text.append(Printable.csv(paths.of(id(pair.a()))))
            .append(',')
            .append(Printable.csv(paths.of(id(pair.b()))))
            .append(String.format(Locale.ROOT, ",%.6f%n", pair.cosine()));
      }
      return text.toString();
    }
    text.append("query,rank,image,cosine,distance,same_bytes\n");
    for (int q = 0; q < found.size(); q++) {
      int rank = 1;
      for (Hit hit : hits(q)) {
        text.append(Printable.csv(found.get(q).query))
            .append(',')
            .append(rank++)
            .append(',')
            .append(Printable.csv(paths.of(hit.entry().id())))
            .append(
                String.format(
                    Locale.ROOT, ",%.6f,%.6f,%s%n", hit.cosine(), 1 - hit.cosine(), same(q, hit)));
      }
    }
    return text.toString();
  }

  /** For programs. */
  String json() {
    ObjectNode root = JSON.createObjectNode();
    root.put("encoder", index.identity().encoder())
        .put("images", index.size())
        .put("width", index.width())
        .put("exact", index.exact())
        .put("recall", index.recall());
    root.set("left_out", JSON.valueToTree(index.leftOut()));
    ArrayNode queries = root.putArray("queries");
    for (int q = 0; q < found.size(); q++) {
      ObjectNode query = queries.addObject().put("query", found.get(q).query);
      ArrayNode hits = query.putArray("found");
      int rank = 1;
      for (Hit hit : hits(q)) {
        hits.addObject()
            .put("rank", rank++)
            .put("id", hit.entry().id())
            .put("path", paths.of(hit.entry().id()))
            .put("cosine", hit.cosine())
            .put("distance", 1 - hit.cosine())
            .put("same_bytes", same(q, hit));
      }
    }
    if (pairs != null) {
      root.put("pairs_recall", pairs.recall()).put("pairs_crowded", pairs.crowded());
      ArrayNode all = root.putArray("pairs");
      for (Pair pair : pairs.pairs()) {
        all.addObject().put("a", id(pair.a())).put("b", id(pair.b())).put("cosine", pair.cosine());
      }
    }
    try {
      return JSON.writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
