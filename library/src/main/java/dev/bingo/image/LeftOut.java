package dev.bingo.image;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What lies beside the images and is not taken: counted by kind, so that it can be said. */
final class LeftOut {
  private static final int SHOWN = 6;

  private final Map<String, Integer> kinds = new TreeMap<>();
  private final Set<String> warnings = new LinkedHashSet<>();

  /** A file, by the ending of its name. */
  void file(String name) {
    String base = name.substring(name.lastIndexOf('/') + 1);
    String ending = base.substring(base.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    boolean plain = ending.length() < base.length() - 1 && ending.matches("[a-z0-9_~-]{1,12}");
    add(plain ? "." + ending : "without a known ending");
  }

  void add(String kind) {
    kinds.merge(kind, 1, Integer::sum);
  }

  /** Says why something may be missing that nobody can count. */
  void warn(String warning) {
    warnings.add(warning);
  }

  /** {@code "; left out: 12 .txt, 1 .gif"} and the warnings, or nothing. */
  String words() {
    return counted() + warnings.stream().map(w -> "; " + w).collect(Collectors.joining());
  }

  private String counted() {
    if (kinds.isEmpty()) {
      return "";
    }
    List<String> most =
        kinds.entrySet().stream()
            .sorted(Comparator.comparing(e -> -e.getValue()))
            .map(e -> String.format(Locale.ROOT, "%,d %s", e.getValue(), e.getKey()))
            .toList();
    int rest = most.size() - SHOWN;
    return "; left out: "
        + String.join(", ", most.subList(0, Math.min(SHOWN, most.size())))
        + (rest > 0 ? " and " + rest + " more kinds" : "");
  }
}
