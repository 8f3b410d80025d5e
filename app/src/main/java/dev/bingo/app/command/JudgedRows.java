package dev.bingo.app.command;

import dev.bingo.app.report.Report.Result;
import dev.bingo.app.report.Report.Role;
import dev.bingo.evaluate.AgainstRandom;
import dev.bingo.run.Judgement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A judgement as rows of a report's table, in which every figure was measured alike. */
final class JudgedRows {
  private JudgedRows() {}

  /**
   * Random weights, the control where there is one, and the encoder.
   *
   * @param parameters of the encoder's backbone
   */
  static List<Result> of(Judgement judgement, String name, String detail, long parameters) {
    List<Result> rows = new ArrayList<>();
    rows.add(
        new Result(
            Role.RANDOM,
            "random weights",
            others(judgement.random()),
            knn(judgement.random(), false),
            Double.NaN,
            Double.NaN,
            0,
            Double.NaN));
    if (!judgement.control().isEmpty()) {
      rows.add(
          new Result(
              Role.ALONE,
              "the control",
              others(judgement.control()),
              knn(judgement.control(), false),
              Double.NaN,
              Double.NaN,
              0,
              Double.NaN));
    }
    rows.add(
        new Result(
            judgement.control().isEmpty() ? Role.OTHER : Role.STUDENT,
            name,
            detail + ", " + own(judgement.random()),
            knn(judgement.random(), true),
            Double.NaN,
            Double.NaN,
            parameters,
            Double.NaN));
    return rows;
  }

  /** A teacher's row. */
  static Result teacher(Judgement judgement) {
    return new Result(
        Role.TEACHER,
        "the teacher",
        own(judgement.random()),
        knn(judgement.random(), true),
        Double.NaN,
        Double.NaN,
        0,
        Double.NaN);
  }

  private static double knn(List<AgainstRandom> measured, boolean own) {
    return measured.stream()
        .filter(m -> m.measure().equals("kNN"))
        .mapToDouble(m -> own ? m.score() : m.random())
        .findFirst()
        .orElse(Double.NaN);
  }

  private static String own(List<AgainstRandom> measured) {
    return words(measured, true);
  }

  private static String others(List<AgainstRandom> measured) {
    return words(measured, false);
  }

  /** What has no column of its own. */
  private static String words(List<AgainstRandom> measured, boolean own) {
    return measured.stream()
        .filter(m -> !m.measure().equals("kNN"))
        .map(
            m ->
                String.format(Locale.ROOT, "%s %.1f %%", m.measure(), own ? m.score() : m.random()))
        .collect(Collectors.joining(", "));
  }
}
