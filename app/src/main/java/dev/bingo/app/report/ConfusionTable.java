package dev.bingo.app.report;

import dev.bingo.app.report.Report.Confusion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A confusion matrix as a heat map; of many classes, the pairs that are confused most. */
final class ConfusionTable {
  private static final int MOST_CLASSES = 30;
  private static final int PAIRS = 20;

  private ConfusionTable() {}

  static void draw(Confusion confusion, Html html) {
    if (!confusion.note().isEmpty()) {
      html.element("p class=\"muted\"", confusion.note());
    }
    if (confusion.classes().size() > MOST_CLASSES) {
      pairs(confusion, html);
    } else {
      matrix(confusion, html);
    }
  }

  private static void matrix(Confusion confusion, Html html) {
    int n = confusion.classes().size();
    html.raw("<div class=\"card scroll\"><table class=\"confusion\">\n<thead><tr>")
        .raw("<th class=\"corner\">true ↓ &nbsp; given →</th>");
    for (String name : confusion.classes()) {
      html.raw("<th scope=\"col\"><span>").text(name).raw("</span></th>");
    }
    html.raw("</tr></thead>\n<tbody>\n");
    for (int t = 0; t < n; t++) {
      long all = sum(confusion.counts()[t]);
      html.raw("<tr><th scope=\"row\">").text(confusion.classes().get(t)).raw("</th>");
      for (int g = 0; g < n; g++) {
        long count = confusion.counts()[t][g];
        double share = all == 0 ? 0 : (double) count / all;
        html.raw(
            "<td class=\"%s%s\" style=\"--p:%.0f%%\" title=\"%s: %,d of %,d\">%s</td>",
            t == g ? "hit" : "miss",
            share > .55 ? " strong" : "",
            100 * (t == g ? share : Math.min(1, 2.5 * share)),
            Html.escape(confusion.classes().get(t) + " → " + confusion.classes().get(g)),
            count,
            all,
            count == 0 ? "" : String.valueOf(count));
      }
      html.raw("</tr>\n");
    }
    html.raw("</tbody></table></div>\n");
  }

  private record Pair(int right, int given, long count) {}

  private static void pairs(Confusion confusion, Html html) {
    List<Pair> pairs = new ArrayList<>();
    for (int t = 0; t < confusion.counts().length; t++) {
      for (int g = 0; g < confusion.counts().length; g++) {
        if (t != g && confusion.counts()[t][g] > 0) {
          pairs.add(new Pair(t, g, confusion.counts()[t][g]));
        }
      }
    }
    pairs.sort(Comparator.comparingLong(Pair::count).reversed());
    html.raw("<div class=\"card scroll\"><table><thead><tr><th>Class</th><th>taken for</th>")
        .raw("<th class=\"n\">images</th><th class=\"n\">of</th></tr></thead>\n<tbody>\n");
    for (Pair pair : pairs.subList(0, Math.min(PAIRS, pairs.size()))) {
      html.raw("<tr><td>")
          .text(confusion.classes().get(pair.right))
          .raw("</td><td>")
          .text(confusion.classes().get(pair.given))
          .raw(
              "</td><td class=\"n\">%,d</td><td class=\"n\">%,d</td></tr>\n",
              pair.count, sum(confusion.counts()[pair.right]));
    }
    html.raw("</tbody></table></div>\n");
  }

  private static long sum(long[] row) {
    long sum = 0;
    for (long n : row) {
      sum += n;
    }
    return sum;
  }
}
