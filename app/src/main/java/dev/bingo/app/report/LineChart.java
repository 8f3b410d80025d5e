package dev.bingo.app.report;

import dev.bingo.app.report.Report.Chart;
import dev.bingo.app.report.Report.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws a chart as inline SVG. */
final class LineChart {
  private static final int WIDTH = 520;
  private static final int HEIGHT = 320;
  private static final int LEFT = 54;
  private static final int RIGHT = WIDTH - 22;
  private static final int TOP = 14;
  private static final int BOTTOM = HEIGHT - 46;
  // More points are closer together than pixels; more dots hide the line.
  private static final int MOST_POINTS = 400;
  private static final int MOST_DOTS = 40;

  private final Chart chart;
  private final Html html;
  private Scale xs;
  private Scale ys;

  private LineChart(Chart chart, Html html) {
    this.chart = chart;
    this.html = html;
  }

  static void draw(Chart chart, Html html) {
    new LineChart(chart, html).draw();
  }

  private void draw() {
    html.raw("<figure class=\"card chart\">\n").element("figcaption", chart.title());
    double[] bounds = bounds();
    if (bounds[0] > bounds[1]) {
      html.raw("<p class=\"muted\">Nothing was recorded.</p>\n</figure>\n");
      return;
    }
    xs = Scale.within(bounds[0], bounds[1], 6);
    ys = Scale.around(bounds[2], bounds[3], 5);
    html.raw(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
        WIDTH, HEIGHT, Html.escape(chart.title()));
    axes();
    chart.series().forEach(this::chance);
    chart.series().forEach(this::line);
    html.raw("</svg>\n");
    legend();
    if (!chart.note().isEmpty()) {
      html.element("p class=\"muted\"", chart.note());
    }
    html.raw("</figure>\n");
  }

  /** Least and most x, least and most y, chance levels included. */
  private double[] bounds() {
    double inf = Double.POSITIVE_INFINITY;
    double[] b = {inf, -inf, inf, -inf};
    for (Series s : chart.series()) {
      boolean any = false;
      for (int i = 0; i < s.x().length; i++) {
        if (shown(s, i)) {
          any = true;
          widen(b, 0, s.x()[i]);
          widen(b, 2, s.y()[i]);
        }
      }
      if (any && Double.isFinite(s.chance())) {
        widen(b, 2, s.chance());
      }
    }
    return b;
  }

  private static void widen(double[] bounds, int at, double value) {
    bounds[at] = Math.min(bounds[at], value);
    bounds[at + 1] = Math.max(bounds[at + 1], value);
  }

  private static boolean shown(Series s, int i) {
    return Double.isFinite(s.x()[i]) && Double.isFinite(s.y()[i]);
  }

  private void axes() {
    html.raw("<g class=\"axis\">\n");
    for (int i = 0; i < ys.ticks(); i++) {
      double y = ys.place(ys.tick(i), BOTTOM, TOP);
      html.raw("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, RIGHT, y, y);
      html.raw("<text x=\"%d\" y=\"%.1f\" class=\"end\">%s</text>\n", LEFT - 8, y + 4, ys.label(i));
    }
    for (int i = 0; i < xs.ticks(); i++) {
      double x = xs.place(xs.tick(i), LEFT, RIGHT);
      html.raw(
          "<text x=\"%.1f\" y=\"%d\" class=\"middle\">%s</text>\n", x, BOTTOM + 18, xs.label(i));
    }
    html.raw("<text x=\"%d\" y=\"%d\" class=\"middle name\">", (LEFT + RIGHT) / 2, HEIGHT - 6)
        .text(chart.xLabel())
        .raw("</text>\n<text transform=\"translate(13 %d) rotate(-90)\"", (TOP + BOTTOM) / 2)
        .raw(" class=\"middle name\">")
        .text(chart.yLabel())
        .raw("</text>\n</g>\n");
  }

  private void chance(Series s) {
    if (!Double.isFinite(s.chance())) {
      return;
    }
    double y = ys.place(s.chance(), BOTTOM, TOP);
    html.raw("<g style=\"--c:%s\"><line class=\"chance\"", s.role().colour())
        .raw(" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\">", LEFT, RIGHT, y, y)
        .raw("<title>%s</title></line>", Html.escape(s.name() + ": chance"))
        .raw(
            "<text class=\"end chance-name\" x=\"%d\" y=\"%.1f\">chance %s</text></g>\n",
            RIGHT - 4, y < TOP + 20 ? y + 14 : y - 5, number(s.chance()));
  }

  private void line(Series s) {
    List<Integer> points = new ArrayList<>();
    for (int i = 0; i < s.x().length; i++) {
      if (shown(s, i)) {
        points.add(i);
      }
    }
    html.raw("<g style=\"--c:%s\"><path class=\"line\" d=\"", s.role().colour());
    String command = "M";
    for (int i : thinned(points, MOST_POINTS)) {
      html.raw("%s%.1f %.1f", command, x(s, i), y(s, i));
      command = "L";
    }
    html.raw("\"><title>%s</title></path>\n", Html.escape(s.name()));
    for (int i : thinned(points, MOST_DOTS)) {
      html.raw("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"><title>", x(s, i), y(s, i))
          .text(s.name() + ", " + chart.xLabel() + " " + number(s.x()[i]))
          .raw(": %s</title></circle>", number(s.y()[i]));
    }
    html.raw("</g>\n");
  }

  private double x(Series s, int i) {
    return xs.place(s.x()[i], LEFT, RIGHT);
  }

  private double y(Series s, int i) {
    return ys.place(s.y()[i], BOTTOM, TOP);
  }

  /** At most so many, evenly taken, the first and the last among them. */
  static List<Integer> thinned(List<Integer> all, int most) {
    if (all.size() <= most) {
      return all;
    }
    List<Integer> some = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      some.add(all.get((int) ((long) i * (all.size() - 1) / (most - 1))));
    }
    return some;
  }

  private void legend() {
    html.raw("<ul class=\"legend\">");
    for (Series s : chart.series()) {
      html.raw("<li style=\"--c:%s\">", s.role().colour()).text(s.name()).raw("</li>");
    }
    html.raw("</ul>\n");
  }

  private static String number(double value) {
    String digits = String.format(Locale.ROOT, "%.4g", value);
    return digits.contains(".") && !digits.contains("e")
        ? digits.replaceFirst("\\.?0+$", "")
        : digits;
  }
}
