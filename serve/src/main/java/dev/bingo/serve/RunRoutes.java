package dev.bingo.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;

/** Trainings: what they are at, and a request to stop. */
final class RunRoutes {
  private final Runs runs;

  RunRoutes(Runs runs) {
    this.runs = runs;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/runs", call -> Reply.json(Map.of("runs", runs.list()))),
        Route.get("/runs/metrics", this::metrics),
        Route.post("/runs/stop", this::stop));
  }

  private Reply metrics(Call call) throws IOException {
    int from = call.number("from", 0, 0, Integer.MAX_VALUE);
    try {
      return Reply.json(runs.metrics(call.text("run"), from));
    } catch (NoSuchFileException e) {
      throw gone(call.text("run"));
    }
  }

  private Reply stop(Call call) throws IOException {
    JsonNode name = Json.object(call).path("run");
    try {
      runs.stop(name.asText());
      return Reply.json(Map.of("asked", name.asText()));
    } catch (NoSuchFileException e) {
      throw gone(name.asText());
    } catch (IOException e) {
      throw new Problem(409, e.getMessage(), "Look at the terminal that it was started from.");
    }
  }

  private static Problem gone(String name) {
    return new Problem(404, "no run is called '" + name + "'", "GET /runs lists them.");
  }
}
