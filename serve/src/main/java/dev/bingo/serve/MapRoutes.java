package dev.bingo.serve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** All images as points in the plane. It is made once, when somebody first asks. */
final class MapRoutes {
  private static final int CLUSTERS = 12;
  private static final int MOST_ROWS = 500;

  private final VectorIndex index;
  private final UnaryOperator<String> label;
  private final Consumer<String> faults;
  private CompletableFuture<Made> made;

  private record Made(float[] places, int[] clusters) {}

  /**
   * @param label of an image, or null
   */
  MapRoutes(VectorIndex index, UnaryOperator<String> label, Consumer<String> faults) {
    this.index = index;
    this.label = label;
    this.faults = faults;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/map", call -> about()),
        Route.get("/map/points", call -> points()),
        Route.get("/map/names", this::names));
  }

  private synchronized CompletableFuture<Made> made() {
    if (made == null) {
      made =
          CompletableFuture.supplyAsync(
              () ->
                  new Made(Projection.of(index.vectors()), Clusters.of(index.vectors(), CLUSTERS)));
      made.exceptionally(
          e -> {
            faults.accept("making the map: " + e);
            return null;
          });
    }
    return made;
  }

  private Made ready() {
    CompletableFuture<Made> future = made();
    if (!future.isDone()) {
      throw new Problem(409, "the map is being made", "Ask again in a second.");
    }
    return future.join();
  }

  private Reply about() {
    Made map = ready();
    Map<String, Integer> classes = new LinkedHashMap<>();
    index.ids().stream()
        .map(label)
        .filter(name -> name != null)
        .distinct()
        .sorted()
        .forEach(name -> classes.put(name, classes.size()));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("points", index.size());
    body.put("by", "the two directions in which the vectors spread most (PCA)");
    body.put("classes", classes.keySet());
    body.put("clusters", 1 + java.util.Arrays.stream(map.clusters()).max().orElse(0));
    return Reply.json(body);
  }

  /** A point a row, little-endian: x, y as float32, then class (−1: none) and cluster as int16. */
  private Reply points() {
    Made map = ready();
    List<String> classes =
        index.ids().stream().map(label).filter(n -> n != null).distinct().sorted().toList();
    Map<String, Integer> numbers = new LinkedHashMap<>();
    classes.forEach(name -> numbers.put(name, numbers.size()));
    ByteBuffer bytes = ByteBuffer.allocate(12 * index.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < index.size(); row++) {
      bytes.putFloat(map.places()[2 * row]).putFloat(map.places()[2 * row + 1]);
      String name = label.apply(index.id(row));
      bytes.putShort((short) (name == null ? -1 : Math.min(Short.MAX_VALUE, numbers.get(name))));
      bytes.putShort((short) map.clusters()[row]);
    }
    return Reply.of("application/octet-stream", bytes.array());
  }

  /** Names of rows, which are given as {@code rows=1,2,3}. */
  private Reply names(Call call) {
    String[] rows = call.text("rows").split(",", -1);
    if (rows.length > MOST_ROWS) {
      throw new Problem(400, rows.length + " rows are asked for", "Ask for " + MOST_ROWS + ".");
    }
    List<Object> names = new ArrayList<>();
    for (String text : rows) {
      int row = text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
      if (row < 0 || row >= index.size()) {
        throw new Problem(400, "there is no row " + text, "Rows are 0 to " + (index.size() - 1));
      }
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("image", index.id(row));
      one.put("label", label.apply(index.id(row)));
      names.add(one);
    }
    return Reply.json(Map.of("names", names));
  }
}
