package dev.bingo.app.command;

import dev.bingo.classify.Judgement;
import dev.bingo.classify.Rejection;
import dev.bingo.evaluate.ConfidentLearning.Suspect;
import dev.bingo.evaluate.Confusion;
import dev.bingo.evaluate.Confusion.Mistake;
import dev.bingo.file.Printable;
import dev.bingo.run.LabelledImages;
import dev.bingo.run.TrainedClassifier;
import dev.bingo.select.Wilson;
import dev.bingo.torch.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What came of a classifier's training, in sentences: for the console, and for the page. */
final class ClassifyText {
  static final String SUSPECTS =
      "Suspects, not facts: heads that have not seen the label take each for another class as surely"
          + " as they take that class's own images for it. Look before you change a label.";
  private static final int CLASSES = 40;

  /** Percent right, below which more labels are right than the classifier. */
  private static final double SURE = 80;

  private static final int PAIRS = 5;
  private static final int SHOWN = 5;
  private static final double[] COVERAGES = {1, .95, .9, .8, .5};

  private final TrainedClassifier trained;
  private final LabelledImages images;

  ClassifyText(TrainedClassifier trained, LabelledImages images) {
    this.trained = trained;
    this.images = images;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private Confusion confusion() {
    return trained.unseen().after().confusion();
  }

  /** What to expect. */
  List<String> verdict() {
    Confusion confusion = confusion();
    long right = 0;
    for (int c = 0; c < confusion.counts().length; c++) {
      right += confusion.counts()[c][c];
    }
    int of = trained.positions().length;
    Wilson share = Wilson.of((int) right, of);
    List<String> lines = new ArrayList<>();
    lines.add(
        text(
            "macro-F1 %.1f %%; %,d of %,d images right, %.1f %% (of others like these probably %.1f to"
                + " %.1f %%)",
            confusion.macroF1(),
            right,
            of,
            confusion.accuracy(),
            100 * share.low(),
            100 * share.high()));
    return lines;
  }

  /** How far probabilities can be believed. */
  String calibration() {
    Judgement before = trained.unseen().before();
    Judgement after = trained.unseen().after();
    return text(
        "calibration error %.1f points, before calibration %.1f (temperature %.2f)",
        100 * after.calibrationError(), 100 * before.calibrationError(), trained.temperature());
  }

  /** What the threshold brings. */
  String rejection() {
    Rejection rejection = trained.rejection();
    if (rejection.threshold() == 0) {
      return "nothing is rejected; --accuracy or --coverage would";
    }
    if (rejection.kept() == 0) {
      return text(
          "rejected below a probability of %.3f: that is all of them", rejection.threshold());
    }
    Wilson share = Wilson.of(rejection.right(), rejection.kept());
    return text(
        "rejected below a probability of %.3f: %.1f %% of the images are kept, of those %.1f %% are right"
            + " (probably %.1f to %.1f)",
        rejection.threshold(),
        100 * rejection.coverage(),
        100 * rejection.accuracy(),
        100 * share.low(),
        100 * share.high());
  }

  /** What other thresholds would bring: threshold, kept, right; names of columns first. */
  List<List<String>> thresholds() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("reject below", "images kept", "of those right"));
    for (double coverage : COVERAGES) {
      Rejection at =
          Rejection.forCoverage(
              coverage, trained.unseen().labels(), trained.unseen().probabilities());
      rows.add(
          List.of(
              text("%.3f", at.threshold()),
              text("%.1f %%", 100 * at.coverage()),
              text("%.1f %%", 100 * at.accuracy())));
    }
    return rows;
  }

  /** A row a class: name, images, precision, recall, F1; names of columns first. */
  static List<List<String>> classes(Confusion confusion) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("class", "images", "precision", "recall", "F1"));
    for (int c = 0; c < confusion.classes().size(); c++) {
      rows.add(
          List.of(
              confusion.classes().get(c),
              text("%,d", confusion.images(c)),
              percent(confusion.precision(c)),
              percent(confusion.recall(c)),
              percent(confusion.f1(c))));
    }
    return rows;
  }

  private static String percent(double value) {
    return Double.isNaN(value) ? "–" : text("%.1f", value);
  }

  /** The pairs that are confused most. */
  static List<String> mistakes(Confusion confusion) {
    List<String> lines = new ArrayList<>();
    for (Mistake m : confusion.mistakes(PAIRS)) {
      lines.add(
          text(
              "%,d of %,d %s taken for %s",
              m.images(),
              confusion.images(m.right()),
              TextTable.fit(confusion.classes().get(m.right()), 22),
              TextTable.fit(confusion.classes().get(m.given()), 22)));
    }
    return lines.isEmpty() ? List.of("none was taken for another") : lines;
  }

  /** How many labels look wrong. */
  List<String> suspects() {
    List<String> lines = new ArrayList<>();
    int found = trained.suspects().size();
    lines.add(
        found == 0
            ? "no label looks wrong"
            : text(
                "%,d of %,d labels are to be looked at again: suspects, not facts",
                found, trained.positions().length));
    if (found > 0 && confusion().accuracy() < SURE) {
      lines.add("(so many images are taken for another class that most may be its own mistakes)");
    }
    if (!images.contradictions().isEmpty()) {
      lines.add(
          text(
              "%s under more than one label, of which one at most is right",
              LookText.counted(images.contradictions().size(), "image comes", "images come")));
    }
    return lines;
  }

  /** For the console, in 80 columns. */
  String console() {
    StringBuilder text = new StringBuilder();
    section(text, "classifier", List.of(trained.how()));
    section(text, "expected", verdict());
    section(text, "sureness", List.of(calibration(), rejection()));
    table(text, confusion());
    section(text, "confused", mistakes(confusion()));
    List<String> suspects = new ArrayList<>(suspects());
    for (Suspect s : trained.suspects().stream().limit(SHOWN).toList()) {
      suspects.add(
          text(
              "%s: %s, or %s (%.0f %%)?",
              TextTable.fit(trained.id(s.row()), 26),
              TextTable.fit(trained.name(s.given()), 14),
              TextTable.fit(trained.name(s.likely()), 14),
              100 * s.support()));
    }
    section(text, "labels", suspects);
    return text.toString();
  }

  /** The classes, those of the least F1 where they are many. */
  static void table(StringBuilder text, Confusion confusion) {
    List<List<String>> rows = new ArrayList<>(classes(confusion));
    List<String> head = rows.remove(0);
    if (rows.size() > CLASSES) {
      rows.sort((a, b) -> Double.compare(number(a.get(4)), number(b.get(4))));
      rows = rows.subList(0, CLASSES);
      text.append(text("the %d classes of the least F1:%n", CLASSES));
    }
    line(text, head);
    rows.forEach(row -> line(text, row));
  }

  private static double number(String cell) {
    return cell.equals("–") ? -1 : Double.parseDouble(cell);
  }

  private static void line(StringBuilder text, List<String> row) {
    text.append(
        text(
            "  %-36s %8s %10s %8s %8s%n",
            TextTable.fit(row.get(0), 36), row.get(1), row.get(2), row.get(3), row.get(4)));
  }

  static void section(StringBuilder text, String name, List<String> lines) {
    String before = name;
    for (String line : lines) {
      for (String part : TextTable.wrap(line, 68)) {
        text.append(text("%-11s %s%n", before, part));
        before = "";
      }
    }
  }

  /** The suspects, for a spreadsheet and for whoever mends the labels. */
  String suspectsCsv(Paths paths) {
    StringBuilder csv = new StringBuilder("path,label,likely,probability,own\n");
    for (Suspect s : trained.suspects()) {
      csv.append(Printable.csv(paths.of(trained.id(s.row()))))
          .append(',')
          .append(Printable.csv(trained.name(s.given())))
          .append(',')
          .append(Printable.csv(trained.name(s.likely())))
          .append(text(",%.4f,%.4f\n", s.support(), s.own()));
    }
    return csv.toString();
  }

  /** Where it comes from. */
  String subtitle() {
    return Names.counted(trained.head().classes().size(), "class")
        + ", "
        + Names.counted(trained.positions().length, "labelled image");
  }
}
