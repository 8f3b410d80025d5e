package dev.bingo.serve;

import dev.bingo.embed.BadImageException;
import dev.bingo.embed.Classification;
import dev.bingo.embed.Classifier;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Images to classes. */
final class ClassifyRoutes {
  private final Classifier classifier;

  ClassifyRoutes(Classifier classifier) {
    this.classifier = classifier;
  }

  List<Route> routes() {
    return List.of(Route.post("/classify", this::classify).asHeavy());
  }

  private Reply classify(Call call) throws IOException {
    Classification found;
    try {
      found = classifier.classify(call.body());
    } catch (BadImageException e) {
      throw EmbedRoutes.unreadable(e);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    for (int c = 0; c < classifier.classes().size(); c++) {
      all.put(classifier.classes().get(c), found.probabilities().get(c));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("class", found.name());
    body.put("probability", found.probability());
    body.put("rejected", found.rejected());
    body.put("probabilities", all);
    return Reply.json(body);
  }
}
