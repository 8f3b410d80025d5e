package dev.bingo.app.command;

import dev.bingo.app.report.PicturePage;
import dev.bingo.app.report.PicturePage.Group;
import dev.bingo.app.report.PicturePage.Picture;
import dev.bingo.app.report.PicturePage.Section;
import dev.bingo.evaluate.ConfidentLearning.Suspect;
import dev.bingo.torch.Names;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What was found in a set of images, with pictures. */
final class LookPage {
  private static final int COPIES = 24;
  private static final int OF_A_GROUP = 6;
  private static final int PAIRS = 24;
  private static final int SUSPECTS = 48;
  private static final int BAD = 200;

  private final Looked looked;
  private final LookText text;
  private final Thumbnails thumbnails;

  LookPage(Looked looked) {
    this.looked = looked;
    text = new LookText(looked);
    thumbnails = new Thumbnails(looked.source(), shown());
  }

  private Set<String> shown() {
    Looked.ByVectors by = looked.byVectors();
    Set<String> ids = new HashSet<>();
    if (by != null) {
      by.pairs().pairs().stream()
          .limit(PAIRS)
          .forEach(pair -> ids.addAll(List.of(by.id(pair.a()), by.id(pair.b()))));
      by.outliers().rows().forEach(row -> ids.add(by.id(row)));
      by.clusters().forEach(c -> c.examples().forEach(hit -> ids.add(hit.entry().id())));
      if (by.suspects() != null) {
        by.suspects().suspects().stream().limit(SUSPECTS).forEach(s -> ids.add(by.id(s.row())));
      }
    }
    return ids;
  }

  PicturePage page(String title) {
    List<Section> sections = new ArrayList<>();
    sections.add(new Section("Images", List.of(), classes(), List.of()));
    if (!looked.survey().bad().isEmpty()) {
      sections.add(new Section("Bad files", List.of(text.bad()), bad(), List.of()));
    }
    sections.add(new Section("Copies", text.copies(), List.of(), copies()));
    if (looked.byVectors() != null) {
      byVectors(sections, looked.byVectors());
    }
    List<String> lead = new ArrayList<>(text.images());
    lead.addAll(text.classes());
    lead.add(text.bad());
    if (looked.byVectors() == null) {
      lead.add("Left out: " + text.leftOut() + ".");
    }
    return new PicturePage(title, looked.source().describe(), lead, sections);
  }

  private List<List<String>> classes() {
    List<List<String>> rows = new ArrayList<>();
    if (looked.source().labelled()) {
      rows.add(List.of("Class", "images that can be read"));
      int[] sizes = looked.classSizes();
      for (int c = 0; c < sizes.length; c++) {
        rows.add(List.of(looked.name(c), String.format(Locale.ROOT, "%,d", sizes[c])));
      }
    }
    return rows;
  }

  private List<List<String>> bad() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("File", "why"));
    looked.survey().bad().entrySet().stream()
        .limit(BAD)
        .forEach(e -> rows.add(List.of(looked.source().id(e.getKey()), e.getValue())));
    return rows;
  }

  private List<Group> copies() {
    return looked.survey().copies().stream()
        .limit(COPIES)
        .map(
            group -> {
              List<Picture> pictures = new ArrayList<>();
              for (int j = 0; j < Math.min(OF_A_GROUP, group.length); j++) {
                String id = looked.source().id(group[j]);
                String label = looked.name(looked.labels()[group[j]]);
                pictures.add(Thumbnails.picture(looked.source(), group[j], id, label));
              }
              return new Group(Names.counted(group.length, "file"), null, pictures);
            })
        .toList();
  }

  private void byVectors(List<Section> sections, Looked.ByVectors by) {
    List<Group> pairs =
        by.pairs().pairs().stream()
            .limit(PAIRS)
            .map(pair -> thumbnails.pair(by.id(pair.a()), by.id(pair.b()), pair.cosine()))
            .toList();
    sections.add(new Section("Near duplicates", text.pairs(), List.of(), pairs));
    List<Picture> outliers = new ArrayList<>();
    for (int i = 0; i < by.outliers().rows().size(); i++) {
      outliers.add(
          thumbnails.picture(
              by.id(by.outliers().rows().get(i)),
              String.format(Locale.ROOT, "%.3f", by.outliers().closeness().get(i))));
    }
    sections.add(
        new Section(
            "Least like any other",
            List.of(text.outliers() + ". The number is the mean cosine to the ten nearest."),
            List.of(),
            List.of(new Group("", null, outliers))));
    sections.add(
        new Section(
            "Clusters",
            List.of("Of each, the images nearest to its middle."),
            List.of(),
            by.clusters().stream()
                .map(
                    c ->
                        new Group(
                            Names.counted(c.rows().size(), "image")
                                + (looked.mostly(c).isEmpty() ? "" : ": " + looked.mostly(c)),
                            null,
                            c.examples().stream()
                                .map(hit -> thumbnails.picture(hit.entry().id(), ""))
                                .toList()))
                .toList()));
    if (by.suspects() != null) {
      List<String> notes = new ArrayList<>(text.suspects());
      notes.add(LookText.SUSPECTS);
      List<Picture> suspects =
          by.suspects().suspects().stream()
              .limit(SUSPECTS)
              .map(s -> thumbnails.picture(by.id(s.row()), words(s)))
              .collect(Collectors.toList());
      sections.add(new Section("Labels", notes, List.of(), List.of(new Group("", null, suspects))));
    }
  }

  private String words(Suspect s) {
    return String.format(
        Locale.ROOT,
        "%s, or %s (%.0f %%)?",
        looked.name(s.given()),
        looked.name(s.likely()),
        100 * s.support());
  }
}
