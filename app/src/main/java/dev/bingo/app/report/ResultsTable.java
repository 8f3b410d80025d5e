package dev.bingo.app.report;

import dev.bingo.app.report.Report.Result;
import dev.bingo.app.report.Report.Role;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The encoders side by side, and by how much the distilled student is ahead. */
final class ResultsTable {
  private final List<Result> results;
  private final Html html;

  ResultsTable(List<Result> results, Html html) {
    this.results = results;
    this.html = html;
  }

  /**
   * Points by which the distilled student is ahead of the student alone; NaN where one of the
   * numbers is missing or there isn't one row of each.
   */
  static double margin(List<Result> results, ToDoubleFunction<Result> figure) {
    return only(results, Role.STUDENT, figure) - only(results, Role.ALONE, figure);
  }

  private static double only(List<Result> results, Role role, ToDoubleFunction<Result> figure) {
    List<Result> found = results.stream().filter(r -> r.role() == role).toList();
    return found.size() == 1 ? figure.applyAsDouble(found.get(0)) : Double.NaN;
  }

  void headline() {
    html.raw("<div class=\"tiles\">\n");
    for (Result r : results) {
      if (r.role() != Role.RANDOM) {
        tile(r.role().colour(), r.name(), Html.number(best(r), 2), unit());
      }
    }
    double margin = margin(results, this::best);
    if (Double.isFinite(margin)) {
      String colour = margin > 0 ? "var(--good)" : "var(--bad)";
      tile(colour, "against the student alone", signed(margin), "points");
    }
    html.raw("</div>\n");
  }

  /** Linear where all were measured by it, else kNN. */
  private double best(Result r) {
    return byLinear() ? r.linearTop1() : r.knnTop1();
  }

  private boolean byLinear() {
    return results.stream().allMatch(r -> Double.isFinite(r.linearTop1()));
  }

  private String unit() {
    return byLinear() ? "% linear top-1" : "% kNN top-1";
  }

  private void tile(String colour, String name, String number, String unit) {
    html.raw(
            "<div class=\"tile\" style=\"--c:%s\"><b>%s</b> <small>%s</small>",
            colour, number, unit)
        .element("span", name)
        .raw("</div>\n");
  }

  void table() {
    html.raw("<div class=\"card scroll\"><table class=\"results\">\n<thead><tr><th>Encoder</th>");
    for (String head :
        List.of("kNN top-1", "linear top-1", "linear top-5", "parameters", "images/s")) {
      html.raw("<th class=\"n\">").text(head).raw("</th>");
    }
    html.raw("</tr></thead>\n<tbody>\n");
    results.forEach(this::row);
    html.raw("</tbody></table></div>\n");
  }

  private void row(Result r) {
    html.raw(
            "<tr%s style=\"--c:%s\"><th scope=\"row\">",
            r.role() == Role.STUDENT ? " class=\"student\"" : "", r.role().colour())
        .text(r.name())
        .raw("<small>")
        .text(r.detail())
        .raw("</small></th>");
    percent(r, Result::knnTop1);
    percent(r, Result::linearTop1);
    percent(r, Result::linearTop5);
    html.raw("<td class=\"n\">%s</td>", millions(r.parameters()))
        .raw("<td class=\"n\">%s</td></tr>\n", Html.number(r.imagesPerSecond(), 0));
  }

  private void percent(Result r, ToDoubleFunction<Result> figure) {
    html.raw("<td class=\"n\">%s", Html.number(figure.applyAsDouble(r), 2));
    double margin = margin(results, figure);
    if (r.role() == Role.STUDENT && Double.isFinite(margin)) {
      html.raw(
          "<em class=\"%s\" title=\"points ahead of the student alone\">%s</em>",
          margin > 0 ? "good" : "bad", signed(margin));
    }
    html.raw("</td>");
  }

  private static String millions(long parameters) {
    return parameters > 0 ? Html.number(parameters / 1e6, 2) + " M" : "–";
  }

  static String signed(double points) {
    String text = Html.number(Math.abs(points), 2);
    return (points < 0 ? "−" : "+") + text;
  }
}
