package dev.bingo.serve;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * An answer.
 *
 * @param type of its content
 * @param headers beyond those of every answer
 */
record Reply(int status, String type, byte[] body, Map<String, String> headers) {
  static Reply json(Object value) {
    return new Reply(200, "application/json", Json.bytes(value), Map.of());
  }

  static Reply text(String text) {
    return of("text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  static Reply of(String type, byte[] body) {
    return new Reply(200, type, body, Map.of());
  }

  Reply with(String name, String value) {
    Map<String, String> all = new HashMap<>(headers);
    all.put(name, value);
    return new Reply(status, type, body, all);
  }
}
