package dev.bingo.app.command;

import dev.bingo.evaluate.ConfidentLearning.Suspect;
import dev.bingo.look.LabelSuspects;
import dev.bingo.look.Survey;
import dev.bingo.similar.SimilarIndex.Pair;
import dev.bingo.torch.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was found in a set of images, in sentences: for the console, and over the pictures. */
final class LookText {
  private static final String WITHOUT_ENCODER =
      "near duplicates, outliers, clusters and labels to look at again take an encoder: --encoder";
  static final String SUSPECTS =
      "Suspects, not facts: the neighbours of each speak for another class as strongly as they do"
          + " for that class's own images. Look before you change a label.";
  private static final String TOO_FEW =
      "near duplicates, outliers, clusters and labels to look at again take two images or more that"
          + " can be read";
  private static final int SHOWN = 5;

  private final Looked looked;

  LookText(Looked looked) {
    this.looked = looked;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  static String counted(int count, String one, String several) {
    return text("%,d %s", count, count == 1 ? one : several);
  }

  /** Number, bytes and sizes. */
  List<String> images() {
    Survey survey = looked.survey();
    List<String> lines = new ArrayList<>();
    lines.add(
        Names.counted(survey.widths().length, "image")
            + (survey.bytes() > 0 ? text(", %,.1f MB", survey.bytes() / 1e6) : "")
            + (survey.greyOnes() > 0 ? text(", %,d without colour", survey.greyOnes()) : ""));
    int[] sides = survey.shorterSides();
    if (sides.length > 0) {
      lines.add(
          text(
              "shorter sides of %,d to %,d pixels, the median %,d",
              sides[0], sides[sides.length - 1], sides[sides.length / 2]));
    }
    return lines;
  }

  /** Classes, and how even they are. */
  List<String> classes() {
    if (!looked.source().labelled()) {
      return List.of("no labels");
    }
    int[] sizes = looked.classSizes();
    int[] sorted = Arrays.stream(sizes).sorted().toArray();
    List<String> lines = new ArrayList<>();
    lines.add(
        Names.counted(sizes.length, "class")
            + text(
                " of %,d to %,d images, the median %,d",
                sorted[0], sorted[sorted.length - 1], sorted[sorted.length / 2]));
    long without = Arrays.stream(looked.labels()).filter(label -> label < 0).count();
    if (without > 0) {
      lines.add(text("%,d without a label", without));
    }
    return lines;
  }

  /** Those that can't be read. */
  String bad() {
    int bad = looked.survey().bad().size();
    return bad == 0
        ? "all can be read"
        : text("%,d of %,d can't be read", bad, looked.labels().length);
  }

  /** Files that are equal byte by byte. */
  List<String> copies() {
    Survey survey = looked.survey();
    if (survey.copies().isEmpty()) {
      return List.of("no two files are equal");
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        counted(survey.superfluous(), "file is a copy of another", "files are copies of others")
            + ", byte by byte");
    int wrong = looked.contradictions().size();
    if (wrong > 0) {
      lines.add(
          counted(wrong, "group of copies has", "groups of copies have")
              + " more than one label, of which one at most is right");
    }
    return lines;
  }

  /** Near duplicates. */
  List<String> pairs() {
    Looked.ByVectors by = looked.byVectors();
    List<String> lines = new ArrayList<>();
    lines.add(
        counted(by.pairs().pairs().size(), "pair of other files", "pairs of other files")
            + text(" with a cosine of at least %.4f", by.threshold()));
    if (by.measured()) {
      lines.add(
          "(what nine in ten images have with a copy that was cropped a little and"
              + " brightened)");
    }
    if (by.pairs().crowded() > 0) {
      lines.add(text("%,d images have so many that not all are listed", by.pairs().crowded()));
    }
    if (by.pairs().recall() < 1) {
      lines.add(
          text(
              "the search is approximate: %.1f %% of the nearest were found",
              100 * by.pairs().recall()));
    }
    return lines;
  }

  /** Images that resemble no others. */
  String outliers() {
    return text(
        "%,d resemble their nearest far less than is usual (a median of %.3f)",
        looked.byVectors().outliers().far(), looked.byVectors().outliers().usual());
  }

  /** Labels to look at again. */
  List<String> suspects() {
    LabelSuspects found = looked.byVectors().suspects();
    if (found == null) {
      return List.of("no labels of two classes or more, so none to doubt");
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        text(
            "%,d of %,d labels are to be looked at again: suspects, not facts",
            found.suspects().size(), found.judged()));
    lines.add(
        text(
            "(the neighbours give the label that is written to %.0f %% of images%s)",
            100 * found.agreement(),
            found.agreement() < 0.8 ? ": most suspects may be the encoder's mistakes" : ""));
    return lines;
  }

  /** Where nothing was found by vectors: why not. */
  String leftOut() {
    return looked.survey().readable() < 2 ? TOO_FEW : WITHOUT_ENCODER;
  }

  /** For the console, in 80 columns. */
  String console() {
    StringBuilder text = new StringBuilder();
    section(text, "images", images());
    section(text, "classes", classes());
    List<String> bad = new ArrayList<>(List.of(bad()));
    int shown = 0;
    for (Map.Entry<Integer, String> e : looked.survey().bad().entrySet()) {
      if (shown++ == SHOWN) {
        bad.add("…");
        break;
      }
      bad.add(looked.source().id(e.getKey()) + ": " + e.getValue());
    }
    section(text, "bad", bad);
    List<String> copies = new ArrayList<>(copies());
    looked.survey().copies().stream()
        .limit(SHOWN)
        .forEach(
            group ->
                copies.add(
                    looked.source().id(group[0])
                        + " = "
                        + looked.source().id(group[1])
                        + (group.length > 2 ? text(" = … (%,d)", group.length) : "")));
    section(text, "copies", copies);
    if (looked.byVectors() != null) {
      byVectors(text, looked.byVectors());
    } else {
      section(text, "left out", List.of(leftOut()));
    }
    return text.toString();
  }

  private void byVectors(StringBuilder text, Looked.ByVectors by) {
    List<String> pairs = new ArrayList<>(pairs());
    for (Pair pair : by.pairs().pairs().stream().limit(SHOWN).toList()) {
      pairs.add(
          text(
              "%.4f  %s  %s",
              pair.cosine(),
              TextTable.fit(by.id(pair.a()), 28),
              TextTable.fit(by.id(pair.b()), 28)));
    }
    section(text, "alike", pairs);
    List<String> outliers = new ArrayList<>(List.of(outliers()));
    for (int i = 0; i < Math.min(SHOWN, by.outliers().rows().size()); i++) {
      outliers.add(
          text("%.3f  %s", by.outliers().closeness().get(i), by.id(by.outliers().rows().get(i))));
    }
    section(text, "outliers", outliers);
    section(
        text,
        "clusters",
        by.clusters().stream()
            .limit(2 * SHOWN)
            .map(c -> text("%,7d images  %s", c.rows().size(), looked.mostly(c)))
            .toList());
    List<String> suspects = new ArrayList<>(suspects());
    if (by.suspects() != null) {
      for (Suspect s : by.suspects().suspects().stream().limit(SHOWN).toList()) {
        suspects.add(
            TextTable.fit(by.id(s.row()), 36)
                + ": rather "
                + looked.name(s.likely())
                + text(" (%.0f %%)?", 100 * s.support()));
      }
    }
    section(text, "labels", suspects);
  }

  private static void section(StringBuilder text, String name, List<String> lines) {
    String before = name;
    for (String line : lines) {
      for (String part : TextTable.wrap(line, 70)) {
        text.append(text("%-9s %s%n", before, part));
        before = "";
      }
    }
  }
}
