package dev.bingo.image;

import com.fasterxml.jackson.databind.JsonNode;

/** A label as it is written in a list or beside an image in a tar: one rule for both. */
final class WrittenLabel {
  private static final String NONE = "-1";

  private WrittenLabel() {}

  /**
   * A label from text.
   *
   * @return the name or number; null for none, which is nothing at all or −1
   * @throws IllegalArgumentException where it is another negative number
   */
  static String of(String text) {
    String label = (text.startsWith("\uFEFF") ? text.substring(1) : text).strip();
    if (label.isEmpty() || label.equals(NONE)) {
      return null;
    }
    if (label.matches("-\\d+")) {
      throw unexpected(label);
    }
    return label;
  }

  /**
   * A label from JSON.
   *
   * @param value may be null
   * @return as above
   * @throws IllegalArgumentException where it is neither a name nor a whole number: 3.0 may have
   *     been meant as 3, true as 1, but that would be a guess
   */
  static String of(JsonNode value) {
    if (value == null || value.isNull() || value.isMissingNode()) {
      return null;
    }
    if (!value.isTextual() && !value.isIntegralNumber()) {
      String text = value.toString();
      throw unexpected(text.length() <= 40 ? text : text.substring(0, 40) + "…");
    }
    return of(value.asText());
  }

  private static IllegalArgumentException unexpected(String found) {
    return new IllegalArgumentException(
        "expected a label that is a name, a whole number, or -1 for none; got " + found);
  }
}
