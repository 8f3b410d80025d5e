package dev.bingo.app.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.classify.Judgement;
import dev.bingo.classify.Rejection;
import dev.bingo.evaluate.ConfidentLearning.Suspect;
import dev.bingo.evaluate.Confusion;
import dev.bingo.run.TrainedClassifier;
import java.util.Map;

/** What came of a classifier's training, for programs. Shares are 0 to 1. */
final class ClassifyJson {
  private ClassifyJson() {}

  static ObjectNode of(TrainedClassifier trained, Map<String, String> metadata) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("how", trained.how()).put("images", trained.positions().length);
    judged(root, trained.unseen().after());
    root.put("calibration_error_before", trained.unseen().before().calibrationError());
    root.put("log_loss_before", trained.unseen().before().logLoss());
    root.put("temperature", trained.temperature());
    rejection(root, trained.rejection());
    ArrayNode suspects = root.putArray("label_suspects");
    for (Suspect s : trained.suspects()) {
      suspects
          .addObject()
          .put("id", trained.id(s.row()))
          .put("given", trained.name(s.given()))
          .put("likely", trained.name(s.likely()))
          .put("support", s.support())
          .put("own", s.own());
    }
    ObjectNode about = root.putObject("about");
    metadata.forEach(about::put);
    return root;
  }

  /** Figures by images that were not learnt from. */
  static void judged(ObjectNode root, Judgement judged) {
    Confusion confusion = judged.confusion();
    root.put("macro_f1", confusion.macroF1() / 100)
        .put("accuracy", confusion.accuracy() / 100)
        .put("log_loss", judged.logLoss())
        .put("calibration_error", judged.calibrationError());
    ArrayNode classes = root.putArray("classes");
    ArrayNode counts = root.putArray("confusion");
    for (int c = 0; c < confusion.classes().size(); c++) {
      ObjectNode one =
          classes
              .addObject()
              .put("name", confusion.classes().get(c))
              .put("images", confusion.images(c));
      share(one, "precision", confusion.precision(c));
      share(one, "recall", confusion.recall(c));
      share(one, "f1", confusion.f1(c));
      ArrayNode row = counts.addArray();
      for (long count : confusion.counts()[c]) {
        row.add(count);
      }
    }
  }

  static void rejection(ObjectNode root, Rejection rejection) {
    root.putObject("rejection")
        .put("below", rejection.threshold())
        .put("kept", rejection.kept())
        .put("right", rejection.right())
        .put("of", rejection.of());
  }

  /** Null where there is none: JSON knows no NaN. */
  private static void share(ObjectNode node, String name, double percent) {
    if (Double.isNaN(percent)) {
      node.putNull(name);
    } else {
      node.put(name, percent / 100);
    }
  }
}
