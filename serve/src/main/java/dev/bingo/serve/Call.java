package dev.bingo.serve;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A request, read whole.
 *
 * @param query the first value of each name
 * @param headers by name; empty where there is none
 */
record Call(
    String method,
    String path,
    Map<String, String> query,
    UnaryOperator<String> headers,
    byte[] body) {

  String header(String name) {
    return headers.apply(name);
  }

  /** A whole number of the query. */
  int number(String name, int otherwise, int least, int most) {
    String text = query.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused below, with the rest
    }
    throw new Problem(
        400,
        name + "=" + text + " is out of range",
        "Give a whole number from " + least + " to " + most + ".");
  }

  /** A text of the query that must be there. */
  String text(String name) {
    String text = query.get(name);
    if (text == null || text.isEmpty()) {
      throw new Problem(400, "the query lacks " + name, "Add ?" + name + "=… to the address.");
    }
    return text;
  }
}
