package dev.bingo.app.report;

import dev.bingo.app.report.Report.EmbeddingMap;

/** Draws embeddings as dots, coloured by class. */
final class MapChart {
  /** As many hues as can be told apart; further classes begin again. */
  static final int COLOURS = 10;

  private static final int SIZE = 640;
  private static final int EDGE = 12;

  private MapChart() {}

  static void draw(EmbeddingMap map, Html html) {
    double[] box = box(map.points());
    html.raw("<figure class=\"card map\">\n");
    html.raw(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Map of embeddings\">", SIZE, SIZE);
    for (int c = -1; c < map.classes().size(); c++) {
      group(map, c, box, html);
    }
    html.raw("</svg>\n<div><ul class=\"legend\">");
    for (int c = 0; c < map.classes().size(); c++) {
      html.raw("<li class=\"dot\" style=\"--c:%s\">", colour(c))
          .text(map.classes().get(c))
          .raw("</li>");
    }
    html.raw("</ul>\n");
    if (map.classes().size() > COLOURS) {
      html.element(
          "p class=\"muted\"",
          "There are more classes than colours: every " + COLOURS + "th has the same.");
    }
    if (!map.note().isEmpty()) {
      html.element("p class=\"muted\"", map.note());
    }
    html.raw("</div></figure>\n");
  }

  private static void group(EmbeddingMap map, int c, double[] box, Html html) {
    String name = c < 0 ? "class unknown" : map.classes().get(c);
    html.raw("<g style=\"--c:%s\"><title>%s</title>", colour(c), Html.escape(name));
    for (int i = 0; i < map.points().length; i++) {
      double[] p = map.points()[i];
      if (map.labels()[i] == c && Double.isFinite(p[0]) && Double.isFinite(p[1])) {
        html.raw(
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
            place(p[0], box[0], box[2]), place(p[1], box[1], box[2]));
      }
    }
    html.raw("</g>\n");
  }

  private static double place(double value, double centre, double half) {
    return SIZE / 2.0 + (value - centre) / half * (SIZE / 2.0 - EDGE);
  }

  /** Centre and half side of the square about all points: both axes have one scale. */
  static double[] box(double[][] points) {
    double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
    double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
    for (double[] p : points) {
      for (int d = 0; d < 2; d++) {
        if (Double.isFinite(p[d])) {
          low[d] = Math.min(low[d], p[d]);
          high[d] = Math.max(high[d], p[d]);
        }
      }
    }
    double half = Math.max(high[0] - low[0], high[1] - low[1]) / 2;
    return new double[] {
      (low[0] + high[0]) / 2, (low[1] + high[1]) / 2, half > 0 && Double.isFinite(half) ? half : 1
    };
  }

  static String colour(int c) {
    return c < 0 ? "var(--muted)" : "var(--class-" + c % COLOURS + ")";
  }
}
