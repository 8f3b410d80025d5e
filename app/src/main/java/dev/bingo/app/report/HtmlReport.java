package dev.bingo.app.report;

import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Lays a {@link Report} out as one HTML file: no script, no font, no image and no style from
 * anywhere else; light or dark as the reader's system is; fit for a phone and for paper.
 */
public final class HtmlReport {
  private final Report report;
  private final Html html = new Html();

  private HtmlReport(Report report) {
    this.report = report;
  }

  /** Writes the page, whole or not at all. */
  public static void write(Path file, Report report) throws IOException {
    WholeFile.write(file, render(report));
  }

  /**
   * Whether a file is such a page, or another of bingo's: one that a newer may take the place of.
   */
  public static boolean isOwn(Path file) throws IOException {
    return Page.isOwn(file);
  }

  /** The page. */
  public static String render(Report report) {
    return new HtmlReport(report).page();
  }

  private String page() {
    head();
    results();
    charts();
    pictures();
    origins();
    return Page.of(report.title(), html, "report.css");
  }

  private void head() {
    html.raw("<header>\n").element("h1", report.title());
    html.element("p class=\"muted\"", report.subtitle());
    report.summary().forEach(sentence -> html.element("p class=\"lead\"", sentence));
    html.raw("</header>\n");
  }

  private void results() {
    if (report.results().isEmpty()) {
      return;
    }
    ResultsTable table = new ResultsTable(report.results(), html);
    html.raw("<section>\n").element("h2", "Results");
    table.headline();
    table.table();
    report.resultNotes().forEach(note -> html.element("p class=\"muted\"", note));
    html.raw("</section>\n");
  }

  private void charts() {
    if (report.charts().isEmpty()) {
      return;
    }
    html.raw("<section>\n").element("h2", "Training").raw("<div class=\"charts\">\n");
    report.charts().forEach(chart -> LineChart.draw(chart, html));
    html.raw("</div>\n</section>\n");
  }

  private void pictures() {
    if (report.mosaic() != null && !report.mosaic().bags().isEmpty()) {
      html.raw("<section>\n").element("h2", report.mosaic().title());
      MosaicSection.draw(report.mosaic(), html);
      html.raw("</section>\n");
    }
    if (report.map() != null && report.map().points().length > 0) {
      html.raw("<section>\n").element("h2", "Map of embeddings");
      MapChart.draw(report.map(), html);
      html.raw("</section>\n");
    }
    if (report.confusion() != null && !report.confusion().classes().isEmpty()) {
      html.raw("<section>\n").element("h2", "Confusion");
      ConfusionTable.draw(report.confusion(), html);
      html.raw("</section>\n");
    }
  }

  private void origins() {
    html.raw("<section>\n").element("h2", "How to get this again");
    if (!report.commands().isEmpty()) {
      html.element("pre", String.join("\n", report.commands()));
    }
    for (Report.Recipe recipe : report.recipes()) {
      html.raw("<details>").element("summary", "Recipe: " + recipe.name());
      html.element("pre", recipe.yaml()).raw("</details>\n");
    }
    if (!report.versions().isEmpty()) {
      html.raw("<div class=\"card scroll\"><table class=\"versions\"><tbody>\n");
      for (Map.Entry<String, String> e : report.versions().entrySet()) {
        html.raw("<tr><th scope=\"row\">")
            .text(e.getKey())
            .raw("</th><td>")
            .text(e.getValue())
            .raw("</td></tr>\n");
      }
      html.raw("</tbody></table></div>\n");
    }
    html.raw("</section>\n");
  }
}
