package dev.bingo.serve;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request that is not answered as it was meant: said as problem JSON (RFC 9457), with what to do.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final Map<Integer, String> TITLES =
      Map.ofEntries(
          Map.entry(400, "Bad request"),
          Map.entry(401, "No token"),
          Map.entry(403, "Not from here"),
          Map.entry(404, "Not found"),
          Map.entry(405, "Method not allowed"),
          Map.entry(408, "Too slow"),
          Map.entry(409, "Not now"),
          Map.entry(413, "Too large"),
          Map.entry(415, "Not understood"),
          Map.entry(422, "Image can't be read"),
          Map.entry(500, "Fault in the server"),
          Map.entry(503, "Busy"));

  private final int status;
  private final String remedy;

  /**
   * @param status of HTTP
   * @param detail what was wrong
   * @param remedy what to do about it
   */
  public Problem(int status, String detail, String remedy) {
    super(detail);
    this.status = status;
    this.remedy = remedy;
  }

  int status() {
    return status;
  }

  Reply reply() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "about:blank");
    body.put("title", TITLES.getOrDefault(status, "Error"));
    body.put("status", status);
    body.put("detail", getMessage());
    body.put("remedy", remedy);
    Reply reply = new Reply(status, "application/problem+json", Json.bytes(body), Map.of());
    return status == 503 || status == 409 ? reply.with("Retry-After", "1") : reply;
  }
}
