package dev.bingo.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The pages: files of this module alone, by name. */
final class Assets {
  static final String NO_TOKEN =
      "<!doctype html><html lang=\"en\"><title>bingo</title><h1>No token</h1><p>Open the whole"
          + " address that <code>bingo serve</code> printed: it holds the token.</p></html>";

  private static final List<String> FILES =
      List.of(
          "index.html",
          "label.html",
          "search.html",
          "runs.html",
          "map.html",
          "bags.html",
          "api.html",
          "style.css",
          "common.js",
          "index.js",
          "label.js",
          "outbox.js",
          "search.js",
          "runs.js",
          "chart.js",
          "map.js",
          "plot.js",
          "bags.js",
          "api.js",
          "openapi.json");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "json", "application/json");

  private Assets() {}

  static List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    for (String name : FILES) {
      Reply reply =
          Reply.of(TYPES.get(name.substring(name.lastIndexOf('.') + 1)), read(name))
              .with("Cache-Control", "no-cache");
      routes.add(Route.get("/" + name, call -> reply));
      if (name.equals("index.html")) {
        routes.add(Route.get("/", call -> reply));
      }
    }
    return routes;
  }

  static byte[] read(String name) {
    try (InputStream in = Assets.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("this build lacks " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
