package dev.bingo.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Measurements, a line each of a name and its JSON, as a table of medians and a JSON file. A ratio
 * is the median of those of one round each: a measurement and its peer's of the same turn.
 */
public final class Table {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A row.
   *
   * @param field that is compared, the less the better
   * @param wanted the least ratio to the peer
   */
  private record Row(String work, String ours, String peer, String field, double wanted) {}

  private static final List<Row> ROWS =
      List.of(
          new Row(
              "step, 224 px, cached keys", "step-224-cached", "step-224-official", "step_ms", 6),
          new Row("", "step-224-cached", "step-224-tuned", "step_ms", 1.6),
          new Row(
              "step, 224 px, online teacher", "step-224-online", "step-224-tuned", "step_ms", 1.15),
          new Row("step, 32 px, cached keys", "step-32-cached", "step-32-official", "step_ms", 6),
          new Row("", "step-32-cached", "step-32-tuned", "step_ms", 1.6),
          new Row(
              "step, 32 px, online teacher", "step-32-online", "step-32-tuned", "step_ms", 1.15),
          new Row("MoCo v2 view, 224 px, one core", "views", "views-peer", "view_ms", 4),
          new Row("bags, 50,000 x 512, exact", "bags-50000", "bags-50000-peer", "seconds", 3),
          new Row(
              "bags, 200,000 x 512, approximate",
              "bags-200000",
              "bags-200000-peer",
              "seconds",
              15));

  private final ArrayNode all = JSON.createArrayNode();

  private Table() {}

  /** Runs it. */
  public static void main(String... args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: Table LINES OUT.json");
      System.exit(2);
    }
    Table table = new Table();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      int end = line.indexOf(' ');
      ObjectNode node = (ObjectNode) JSON.readTree(line.substring(end));
      table.all.add(node.put("name", line.substring(0, end)));
    }
    table.print();
    WholeFile.write(Path.of(args[1]), table.all.toPrettyString() + "\n");
    System.out.println("every measurement: " + args[1]);
  }

  private void print() {
    System.out.println("| work | bingo | peer | ratio | from … to | wanted |");
    System.out.println("|---|---|---|---|---|---|");
    for (Row row : ROWS) {
      double[] ours = values(row.ours, row.field);
      double[] peer = values(row.peer, row.field);
      if (ours.length == 0) {
        continue;
      }
      // A peer that was measured once stands beside each of ours.
      double[] ratios =
          IntStream.range(0, peer.length == 0 ? 0 : ours.length)
              .mapToDouble(i -> peer[Math.min(i, peer.length - 1)] / ours[i])
              .sorted()
              .toArray();
      System.out.printf(
          Locale.ROOT,
          "| %s | %,.2f | %s %s | %s | %s |%n",
          row.work,
          median(ours),
          row.peer.replaceAll(".*-", ""),
          peer.length == 0 ? "not run" : String.format(Locale.ROOT, "%,.2f", median(peer)),
          ratios.length == 0
              ? " | "
              : String.format(
                  Locale.ROOT,
                  "%.2f | %.2f … %.2f",
                  median(ratios),
                  ratios[0],
                  ratios[ratios.length - 1]),
          row.wanted);
    }
    for (JsonNode node : all) {
      if (List.of("machine", "large", "loader", "start-up").contains(node.path("name").asText())) {
        System.out.println(node);
      }
    }
  }

  private double[] values(String name, String field) {
    return IntStream.range(0, all.size())
        .mapToObj(all::get)
        .filter(node -> node.path("name").asText().equals(name))
        .mapToDouble(node -> node.path(field).asDouble())
        .toArray();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
