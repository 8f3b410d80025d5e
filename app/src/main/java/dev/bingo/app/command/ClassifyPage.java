package dev.bingo.app.command;

import dev.bingo.app.report.PicturePage;
import dev.bingo.app.report.PicturePage.Group;
import dev.bingo.app.report.PicturePage.Picture;
import dev.bingo.app.report.PicturePage.Section;
import dev.bingo.app.report.Report;
import dev.bingo.classify.Judgement;
import dev.bingo.evaluate.ConfidentLearning.Suspect;
import dev.bingo.evaluate.Confusion;
import dev.bingo.evaluate.Confusion.Mistake;
import dev.bingo.run.TrainedClassifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What came of a classifier's training, with pictures. */
final class ClassifyPage {
  private static final int PAIRS = 6;
  private static final int OF_A_PAIR = 6;
  private static final int SUSPECTS = 48;

  private final TrainedClassifier trained;
  private final ClassifyText text;

  ClassifyPage(TrainedClassifier trained, ClassifyText text) {
    this.trained = trained;
    this.text = text;
  }

  PicturePage page(String title) {
    Confusion confusion = trained.unseen().after().confusion();
    List<Section> sections = new ArrayList<>();
    sections.add(new Section("Classes", List.of(), ClassifyText.classes(confusion), List.of()));
    sections.add(
        new Section(
            "Confusion",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            new Report.Confusion(confusion.counts(), confusion.classes(), trained.how() + ".")));
    if (!confusion.mistakes(1).isEmpty()) {
      sections.add(
          new Section(
              "Confused most",
              List.of("Of each pair, the mistakes that were made most surely."),
              List.of(),
              confused(confusion)));
    }
    sections.add(
        new Section(
            "How sure",
            List.of(text.calibration() + ".", text.rejection() + ". Others would bring:"),
            text.thresholds(),
            List.of()));
    List<String> notes = new ArrayList<>(text.suspects());
    if (!trained.suspects().isEmpty()) {
      notes.add(ClassifyText.SUSPECTS);
    }
    List<Picture> suspects =
        trained.suspects().stream().limit(SUSPECTS).map(this::suspect).toList();
    sections.add(
        new Section(
            "Labels",
            notes,
            List.of(),
            suspects.isEmpty() ? List.of() : List.of(new Group("", null, suspects))));
    List<String> lead = new ArrayList<>(text.verdict());
    lead.add(text.calibration() + ".");
    lead.add(text.rejection() + ".");
    return new PicturePage(title, text.subtitle(), lead, sections);
  }

  private List<Group> confused(Confusion confusion) {
    List<Group> groups = new ArrayList<>();
    for (Mistake m : confusion.mistakes(PAIRS)) {
      List<Picture> pictures =
          IntStream.range(0, trained.positions().length)
              .filter(row -> is(row, m))
              .boxed()
              .sorted(Comparator.comparing((Integer row) -> -probability(row, m.given())))
              .limit(OF_A_PAIR)
              .map(row -> picture(row, percent(probability(row, m.given()))))
              .toList();
      groups.add(
          new Group(
              String.format(
                  Locale.ROOT,
                  "%s taken for %s: %,d of %,d",
                  trained.name(m.right()),
                  trained.name(m.given()),
                  m.images(),
                  confusion.images(m.right())),
              null,
              pictures));
    }
    return groups;
  }

  private boolean is(int row, Mistake m) {
    return trained.unseen().labels()[row] == m.right()
        && Judgement.likeliest(trained.unseen().probabilities()[row]) == m.given();
  }

  private float probability(int row, int c) {
    return trained.unseen().probabilities()[row][c];
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  private Picture suspect(Suspect s) {
    return picture(
        s.row(),
        trained.name(s.given())
            + ", or "
            + trained.name(s.likely())
            + " ("
            + percent(s.support())
            + ")?");
  }

  private Picture picture(int row, String caption) {
    return Thumbnails.picture(trained.source(), trained.positions()[row], trained.id(row), caption);
  }
}
