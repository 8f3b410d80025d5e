package dev.bingo.method;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Settings that can't work with so few images, and those that would. */
public final class UnfitException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final LinkedHashMap<String, String> advice;

  UnfitException(String problem, String otherwise, Map<String, String> advice) {
    super(problem + "; " + (advice.isEmpty() ? otherwise : words(advice) + " would fit"));
    this.advice = new LinkedHashMap<>(advice);
  }

  private static String words(Map<String, String> advice) {
    return advice.entrySet().stream()
        .map(e -> e.getKey() + (e.getKey().startsWith("--") ? " " : "=") + e.getValue())
        .collect(Collectors.joining(" "));
  }

  /** What to set, by key, for all of it to fit; empty where nothing would. */
  public Map<String, String> advice() {
    return Collections.unmodifiableMap(advice);
  }
}
