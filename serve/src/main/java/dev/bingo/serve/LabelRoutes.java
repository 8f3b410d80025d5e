package dev.bingo.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.serve.LabelEvent.What;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Labelling: what to label next, what was labelled, and all of it as a table. */
final class LabelRoutes {
  private static final int MOST_EVENTS = 1000;
  private static final int MOST_SHOWN = 100;
  private static final int LOOKED_AT = 400;

  private final VectorIndex index;
  private final Images images;
  private final Labels labels;
  private final LabelQueue queue;
  private final Chooser chooser;

  LabelRoutes(VectorIndex index, Images images, Labels labels, LabelQueue queue, Chooser chooser) {
    this.index = index;
    this.images = images;
    this.labels = labels;
    this.queue = queue;
    this.chooser = chooser;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/labels", call -> state()),
        Route.post("/labels", this::add),
        Route.get("/labels/alike", this::alike).asHeavy(),
        Route.post("/labels/strategy", this::strategy),
        Route.get("/labels.csv", call -> csv()));
  }

  private Reply state() {
    Labels.State state = labels.state();
    LabelQueue.State next = queue.state();
    Map<String, Object> body = new LinkedHashMap<>();
    List<Map<String, Object>> classes = new ArrayList<>();
    state.classes().forEach((name, count) -> classes.add(Map.of("name", name, "images", count)));
    body.put("classes", classes);
    body.put("images", index.size());
    body.put("labelled", state.labelled());
    body.put("skipped", state.skipped());
    body.put("elsewhere", state.elsewhere());
    body.put("strategies", chooser.strategies());
    body.put("strategy", next.strategy());
    body.put("chosen_by", next.chosenBy());
    body.put("round", next.round());
    body.put("choosing", next.choosing());
    body.put("trouble", next.trouble());
    body.put("next", next.items().stream().limit(MOST_SHOWN).map(this::item).toList());
    body.put("audit", audit());
    return Reply.json(body);
  }

  /** Of an image of the audit nobody is to know what it was taken for. */
  private Map<String, Object> item(LabelQueue.Item item) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("image", index.id(item.pick().row()));
    one.put("why", item.pick().why());
    if (item.pick().predicted() != null && !item.pick().audit()) {
      one.put("predicted", item.pick().predicted());
    }
    return one;
  }

  private Object audit() {
    List<Chooser.Audit> audits = labels.audits();
    if (audits.isEmpty()) {
      return null;
    }
    Chooser.Verdict verdict = chooser.judge(audits);
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("seen", verdict.seen());
    body.put("advice", verdict.advice());
    body.put("enough", verdict.enough());
    body.put("share", verdict.share());
    body.put("low", verdict.low());
    body.put("high", verdict.high());
    body.put("skipped", labels.auditsSkipped());
    return body;
  }

  private Reply add(Call call) throws IOException {
    JsonNode events = Json.object(call).path("events");
    if (!events.isArray() || events.isEmpty() || events.size() > MOST_EVENTS) {
      throw new Problem(
          400, "expected 1 to " + MOST_EVENTS + " events", "Send {\"events\": [{\"id\": …}]}.");
    }
    String now = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    List<LabelEvent> all = new ArrayList<>();
    for (JsonNode event : events) {
      all.add(event(event, now));
    }
    int taken = labels.add(all);
    queue.changed();
    Labels.State state = labels.state();
    return Reply.json(Map.of("taken", taken, "labelled", state.labelled()));
  }

  private LabelEvent event(JsonNode event, String now) {
    try {
      String image = event.path("image").textValue();
      LabelQueue.Item item = image == null ? null : queue.item(image);
      boolean audit = item != null && item.pick().audit();
      String what = event.path("what").asText("").toUpperCase(Locale.ROOT);
      return new LabelEvent(
          event.path("id").textValue(),
          now,
          image,
          What.valueOf(what),
          event.path("label").textValue(),
          item == null ? 0 : item.round(),
          audit,
          audit ? item.pick().predicted() : null);
    } catch (IllegalArgumentException e) {
      throw new Problem(
          400,
          "an event can't be taken: " + e.getMessage(),
          "Send id, image, what (label, skip or clear) and, to label, label.");
    }
  }

  /** The unlabelled images most like one, to be labelled at one go. */
  private Reply alike(Call call) {
    int row = EmbedRoutes.row(index, call);
    int k = call.number("k", 23, 1, MOST_SHOWN);
    List<Map<String, Object>> all = new ArrayList<>();
    for (VectorIndex.Hit hit : index.search(index.vector(row), LOOKED_AT)) {
      String id = index.id(hit.row());
      if (hit.row() != row && !labels.isTouched(id) && !isAudited(id) && all.size() < k) {
        all.add(Map.of("image", id, "cosine", hit.cosine()));
      }
    }
    return Reply.json(Map.of("alike", all));
  }

  /** An image of the audit is looked at by itself. */
  private boolean isAudited(String id) {
    LabelQueue.Item item = queue.item(id);
    return item != null && item.pick().audit();
  }

  private Reply strategy(Call call) throws IOException {
    String wanted = Json.object(call).path("strategy").asText();
    if (!chooser.strategies().contains(wanted)) {
      throw new Problem(
          400,
          "there is no strategy '" + wanted + "'",
          "Take one of " + chooser.strategies() + ".");
    }
    queue.restart(wanted);
    return state();
  }

  private Reply csv() {
    return Reply.of("text/csv; charset=utf-8", labels.csv().getBytes(StandardCharsets.UTF_8))
        .with("Content-Disposition", "attachment; filename=\"labels.csv\"");
  }

  /** The class of an image: what was labelled here, else what the set says. */
  String label(String id) {
    String here = labels.label(id);
    return here != null || images == null ? here : images.label(id);
  }
}
