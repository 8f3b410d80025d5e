package dev.bingo.serve;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Anchors with their mates, beside what this encoder itself takes for alike. */
final class BagRoutes {
  private static final int MOST = 50;

  private final VectorIndex index;
  private final Bags bags;
  private final UnaryOperator<String> label;

  /**
   * @param label of an image, or null
   */
  BagRoutes(VectorIndex index, Bags bags, UnaryOperator<String> label) {
    this.index = index;
    this.bags = bags;
    this.label = label;
  }

  List<Route> routes() {
    return List.of(Route.get("/bags", this::list).asHeavy());
  }

  private Reply list(Call call) {
    int count = call.number("count", 12, 1, MOST);
    int seed = call.number("seed", 0, 0, Integer.MAX_VALUE);
    List<Object> anchors = new ArrayList<>();
    if (call.query().containsKey("image")) {
      anchors.add(anchor(EmbedRoutes.row(index, call)));
    } else {
      Set<Integer> drawn = new HashSet<>();
      Random random = new Random(seed);
      while (drawn.size() < Math.min(count, index.size())) {
        int row = random.nextInt(index.size());
        if (drawn.add(row)) {
          anchors.add(anchor(row));
        }
      }
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("k", bags.k());
    body.put("anchors", anchors);
    body.put("purity", purity());
    return Reply.json(body);
  }

  private Map<String, Object> anchor(int row) {
    String id = index.id(row);
    List<String> mates = bags.mates(id);
    List<String> near = new ArrayList<>();
    for (VectorIndex.Hit hit : index.search(index.vector(row), bags.k() + 1)) {
      if (hit.row() != row && near.size() < bags.k()) {
        near.add(index.id(hit.row()));
      }
    }
    Set<String> both = new HashSet<>(mates);
    both.retainAll(near);
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("image", id);
    one.put("label", label.apply(id));
    one.put("mates", pictures(mates, both));
    one.put("near", pictures(near, both));
    one.put("both", both.size());
    return one;
  }

  private List<Map<String, Object>> pictures(List<String> ids, Set<String> both) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (String id : ids) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("image", id);
      one.put("label", label.apply(id));
      one.put("both", both.contains(id));
      all.add(one);
    }
    return all;
  }

  /** Share of the mates of their anchor's class, where both have one; null where none has. */
  private Object purity() {
    long same = 0;
    long of = 0;
    for (String id : index.ids()) {
      String own = label.apply(id);
      if (own == null) {
        continue;
      }
      for (String mate : bags.mates(id)) {
        String other = label.apply(mate);
        if (other != null) {
          of++;
          same += own.equals(other) ? 1 : 0;
        }
      }
    }
    return of == 0 ? null : Map.of("share", (double) same / of, "pairs", of);
  }
}
