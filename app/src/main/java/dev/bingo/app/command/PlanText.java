package dev.bingo.app.command;

import dev.bingo.file.Printable;
import dev.bingo.run.DataFacts;
import dev.bingo.run.Estimate;
import dev.bingo.run.Plan;
import dev.bingo.run.Plan.Choice;
import dev.bingo.torch.Names;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A plan in lines of 80 columns. */
final class PlanText {
  private static final int HEAD = 13;
  private static final int VALUE = 28;
  private static final int PARTS = 4;

  private final List<String> lines = new ArrayList<>();

  private PlanText() {}

  static List<String> of(Plan plan) {
    PlanText text = new PlanText();
    text.data(plan.facts());
    plan.choices().forEach(text::choice);
    text.time(plan);
    text.section(
        "memory",
        gigabytes(plan.estimate().memory())
            + " of "
            + gigabytes(plan.estimate().available())
            + " at the most");
    plan.worth().forEach(sentence -> text.section("worth", sentence));
    plan.warnings().forEach(warning -> text.section("warning", warning));
    return text.lines;
  }

  private void data(DataFacts facts) {
    List<String> about = new ArrayList<>();
    about.add(
        Names.counted(facts.images(), "image")
            + (facts.classes() == 0
                ? ", no labels"
                : " of " + Names.counted(facts.classes(), "class") + " (not used to learn)"));
    about.add(
        String.format(
            Locale.ROOT,
            "shorter sides %d to %d px, the median %d",
            facts.sides()[0],
            facts.sides()[facts.readable() - 1],
            facts.medianSide()));
    if (facts.grey() > 0) {
      about.add(String.format(Locale.ROOT, "%,d without colour", facts.grey()));
    }
    about.add(
        facts.bad().isEmpty()
            ? "all can be read"
            : String.format(Locale.ROOT, "%,d can't be read", facts.bad().size()));
    about.add(
        facts.copies() == 0
            ? "no copies"
            : String.format(Locale.ROOT, "%,d copies of others", facts.copies()));
    section(
        "images",
        String.join("; ", about)
            + (facts.whole()
                ? ""
                : String.format(Locale.ROOT, " (of %,d that were looked at)", facts.looked())));
  }

  private void choice(Choice choice) {
    List<String> why = TextTable.wrap(choice.why(), TextTable.COLUMNS - HEAD - VALUE - 2);
    List<String> value = TextTable.wrap(choice.value(), VALUE);
    for (int i = 0; i < Math.max(why.size(), value.size()); i++) {
      lines.add(
          String.format(
                  Locale.ROOT,
                  "%-" + HEAD + "s %-" + VALUE + "s %s",
                  i == 0 ? shortly(choice.key()) : "",
                  i < value.size() ? value.get(i) : "",
                  i < why.size() ? why.get(i) : "")
              .stripTrailing());
    }
  }

  /** {@code train.batch} is known as batch. */
  private static String shortly(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  private void time(Plan plan) {
    Estimate estimate = plan.estimate();
    String most =
        estimate.parts().stream()
            .sorted(Comparator.comparingDouble(Estimate.Part::seconds).reversed())
            .limit(PARTS)
            .map(part -> part.name() + " " + duration(part.seconds()))
            .collect(Collectors.joining(", "));
    section(
        "time",
        "about "
            + duration(estimate.seconds())
            + (plan.budget() > 0 ? " of " + duration(plan.budget()) : "")
            + ": "
            + most);
    section(
        "",
        String.format(
            Locale.ROOT,
            "%s of %s; a step took %s (mean of %d)",
            Names.counted(estimate.epochs(), "epoch"),
            Names.counted(estimate.stepsPerEpoch(), "step"),
            estimate.step() < 1
                ? String.format(Locale.ROOT, "%.0f ms", 1000 * estimate.step())
                : String.format(Locale.ROOT, "%.1f s", estimate.step()),
            estimate.timed()));
  }

  private void section(String name, String sentence) {
    String before = name;
    for (String line : TextTable.wrap(Printable.line(sentence), TextTable.COLUMNS - HEAD - 1)) {
      lines.add(String.format(Locale.ROOT, "%-" + HEAD + "s %s", before, line));
      before = "";
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }

  /** In the unit that a person would use. */
  static String duration(double seconds) {
    if (seconds < 90) {
      return String.format(Locale.ROOT, "%.0f s", seconds);
    }
    return seconds < 5400
        ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
        : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
  }
}
