package dev.bingo.app.terminal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** A line of parts that fits a terminal: where there is no room, the least important parts go. */
final class Line {
  private static final String BETWEEN = "  ";

  private final List<Part> parts = new ArrayList<>();

  private record Part(int rank, String text) {}

  /**
   * Adds a part; an empty one is none.
   *
   * @param rank 0 is the most important
   */
  Line part(int rank, String text) {
    if (!text.isEmpty()) {
      parts.add(new Part(rank, text));
    }
    return this;
  }

  /** The line, no longer than that. */
  String within(int columns) {
    List<Part> left = new ArrayList<>(parts);
    while (left.size() > 1 && text(left).length() > columns) {
      left.remove(left.stream().max(Comparator.comparingInt(Part::rank)).orElseThrow());
    }
    String text = text(left);
    return text.length() > columns ? text.substring(0, Math.max(0, columns)) : text;
  }

  private static String text(List<Part> parts) {
    return parts.stream().map(Part::text).collect(Collectors.joining(BETWEEN));
  }
}
