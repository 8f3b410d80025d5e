package dev.bingo.app.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.evaluate.ConfidentLearning.Suspect;
import dev.bingo.look.Clusters.Cluster;
import dev.bingo.look.Survey;
import dev.bingo.similar.SimilarIndex.Pair;

/** All that was found in a set of images, for programs. */
final class LookJson {
  private final Looked looked;

  LookJson(Looked looked) {
    this.looked = looked;
  }

  ObjectNode root() {
    Survey survey = looked.survey();
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("images", looked.labels().length)
        .put("bytes", survey.bytes())
        .put("without_colour", survey.greyOnes());
    ObjectNode bad = root.putObject("bad");
    survey.bad().forEach((i, reason) -> bad.put(looked.source().id(i), reason));
    int[] sides = survey.shorterSides();
    if (sides.length > 0) {
      root.putObject("shorter_sides")
          .put("least", sides[0])
          .put("median", sides[sides.length / 2])
          .put("most", sides[sides.length - 1]);
    }
    ObjectNode classes = root.putObject("classes");
    int[] sizes = looked.classSizes();
    for (int c = 0; c < sizes.length; c++) {
      classes.put(looked.name(c), sizes[c]);
    }
    ArrayNode copies = root.putArray("copies");
    for (int[] group : survey.copies()) {
      ArrayNode ids = copies.addArray();
      for (int i : group) {
        ids.add(looked.source().id(i));
      }
    }
    root.put("copies_with_several_labels", looked.contradictions().size());
    if (looked.byVectors() != null) {
      byVectors(root, looked.byVectors());
    }
    return root;
  }

  private void byVectors(ObjectNode root, Looked.ByVectors by) {
    root.put("alike_from", by.threshold()).put("alike_from_measured", by.measured());
    root.put("alike_recall", by.pairs().recall()).put("alike_crowded", by.pairs().crowded());
    ArrayNode pairs = root.putArray("alike");
    for (Pair pair : by.pairs().pairs()) {
      pairs
          .addObject()
          .put("a", by.id(pair.a()))
          .put("b", by.id(pair.b()))
          .put("cosine", pair.cosine());
    }
    root.put("outliers_far", by.outliers().far()).put("outliers_usual", by.outliers().usual());
    ArrayNode outliers = root.putArray("outliers");
    for (int i = 0; i < by.outliers().rows().size(); i++) {
      outliers
          .addObject()
          .put("id", by.id(by.outliers().rows().get(i)))
          .put("closeness", by.outliers().closeness().get(i));
    }
    ArrayNode clusters = root.putArray("clusters");
    for (Cluster cluster : by.clusters()) {
      ArrayNode ids = clusters.addArray();
      cluster.rows().forEach(row -> ids.add(by.id(row)));
    }
    if (by.suspects() != null) {
      root.put("label_agreement", by.suspects().agreement());
      ArrayNode suspects = root.putArray("label_suspects");
      for (Suspect s : by.suspects().suspects()) {
        suspects
            .addObject()
            .put("id", by.id(s.row()))
            .put("given", looked.name(s.given()))
            .put("likely", looked.name(s.likely()))
            .put("support", s.support())
            .put("own", s.own());
      }
    }
  }
}
