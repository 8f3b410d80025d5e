package dev.bingo.serve;

import dev.bingo.serve.LabelEvent.What;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** How things stand after all that the log says: of an image the last event counts. */
final class Labels {
  private final VectorIndex index;
  private final LabelLog log;
  private final Set<String> classes = new LinkedHashSet<>();
  private final Set<String> seen = new HashSet<>();
  private final Map<String, LabelEvent> last = new LinkedHashMap<>();
  private final Map<String, LabelEvent> audits = new LinkedHashMap<>();

  /**
   * @param classes known beforehand, in the order of their keys
   */
  Labels(VectorIndex index, LabelLog log, List<String> classes) {
    this.index = index;
    this.log = log;
    this.classes.addAll(classes);
    log.before().forEach(this::apply);
  }

  /**
   * How things stand.
   *
   * @param classes in the order of their keys, with how many images each has
   * @param labelled images
   * @param skipped images
   * @param elsewhere labelled images that are not in the set, or not any more
   */
  record State(Map<String, Integer> classes, int labelled, int skipped, int elsewhere) {}

  private void apply(LabelEvent event) {
    if (!seen.add(event.id())) {
      return;
    }
    if (event.what() == What.CLEAR) {
      last.remove(event.image());
    } else {
      last.put(event.image(), event);
    }
    if (event.what() == What.LABEL) {
      classes.add(event.label());
    }
    if (event.audit()) {
      audits.put(event.image(), event);
    } else if (audits.containsKey(event.image())) {
      // A change of mind about an image of the audit: what was predicted stays.
      LabelEvent audit = audits.get(event.image());
      audits.put(
          event.image(),
          new LabelEvent(
              event.id(),
              event.at(),
              event.image(),
              event.what(),
              event.label(),
              audit.round(),
              true,
              audit.predicted()));
    }
  }

  /**
   * Takes events in their order; those taken before are passed over.
   *
   * @return how many were new
   */
  synchronized int add(List<LabelEvent> events) throws IOException {
    List<LabelEvent> fresh = new ArrayList<>();
    Set<String> here = new HashSet<>();
    for (LabelEvent event : events) {
      if (index.row(event.image()) < 0) {
        throw new Problem(
            400, "no image of the set is called '" + event.image() + "'", "Reload the page.");
      }
      if (!seen.contains(event.id()) && here.add(event.id())) {
        fresh.add(event);
      }
    }
    if (!fresh.isEmpty()) {
      log.append(fresh);
      fresh.forEach(this::apply);
    }
    return fresh.size();
  }

  synchronized State state() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    classes.forEach(name -> counts.put(name, 0));
    int skipped = 0;
    int elsewhere = 0;
    for (LabelEvent event : last.values()) {
      if (event.what() == What.SKIP) {
        skipped++;
      } else {
        counts.merge(event.label(), 1, Integer::sum);
        elsewhere += index.row(event.image()) < 0 ? 1 : 0;
      }
    }
    return new State(counts, last.size() - skipped, skipped, elsewhere);
  }

  /** The label of an image, or null. */
  synchronized String label(String image) {
    LabelEvent event = last.get(image);
    return event == null ? null : event.label();
  }

  /** The label of each row; null where it has none. */
  synchronized String[] byRow() {
    String[] labels = new String[index.size()];
    last.forEach(
        (image, event) -> {
          int row = index.row(image);
          if (row >= 0) {
            labels[row] = event.label();
          }
        });
    return labels;
  }

  /** Whether nothing was done to an image yet, by row. */
  synchronized boolean[] untouched() {
    boolean[] left = new boolean[index.size()];
    for (int row = 0; row < left.length; row++) {
      left[row] = !last.containsKey(index.id(row));
    }
    return left;
  }

  synchronized boolean isTouched(String image) {
    return last.containsKey(image);
  }

  /** The audits, from the first round on; images that were skipped can't be judged. */
  synchronized List<Chooser.Audit> audits() {
    Map<Integer, int[]> rounds = new TreeMap<>();
    for (LabelEvent event : audits.values()) {
      if (event.what() == What.LABEL && event.predicted() != null) {
        int[] counts = rounds.computeIfAbsent(event.round(), r -> new int[2]);
        counts[0] += event.label().equals(event.predicted()) ? 1 : 0;
        counts[1]++;
      }
    }
    return rounds.values().stream().map(c -> new Chooser.Audit(c[0], c[1])).toList();
  }

  /** Images of audits that were skipped. */
  synchronized int auditsSkipped() {
    return (int) audits.values().stream().filter(e -> e.what() == What.SKIP).count();
  }

  /** The last round that anything was an answer to. */
  synchronized int round() {
    return last.values().stream().mapToInt(LabelEvent::round).max().orElse(0);
  }

  /** A table {@code path,label}, which {@code --labels} and classify read. */
  synchronized String csv() {
    StringBuilder csv = new StringBuilder("path,label\n");
    Map<String, LabelEvent> all = new HashMap<>(last);
    all.values().removeIf(event -> event.what() != What.LABEL);
    new TreeMap<>(all)
        .forEach(
            (image, event) ->
                csv.append(cell(image)).append(',').append(cell(event.label())).append('\n'));
    return csv.toString();
  }

  private static String cell(String text) {
    boolean plain = text.chars().noneMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
    return plain && text.equals(text.strip()) ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
