package dev.bingo.app.report;

import dev.bingo.app.report.Report.Bag;
import dev.bingo.app.report.Report.Mosaic;
import dev.bingo.app.report.Report.Tile;

/** Shows bags, a row each: the anchor, then its mates, framed by whether their class is right. */
final class MosaicSection {
  private MosaicSection() {}

  static void draw(Mosaic mosaic, Html html) {
    boolean labelled = mosaic.bags().stream().anyMatch(bag -> bag.anchor().label() >= 0);
    if (Double.isFinite(mosaic.purityPercent())) {
      html.raw("<p>Bag purity: <strong>%s %%</strong>", Html.number(mosaic.purityPercent(), 2))
          .raw(" of all mates in the data set have the class of their anchor.</p>\n");
    }
    if (!mosaic.note().isEmpty()) {
      html.element("p class=\"muted\"", mosaic.note());
    }
    if (labelled) {
      html.raw("<ul class=\"legend\"><li class=\"key\" style=\"--c:var(--good)\">same class</li>")
          .raw("<li class=\"key\" style=\"--c:var(--bad)\">another class</li></ul>\n");
    }
    int most = mosaic.bags().stream().mapToInt(bag -> bag.mates().size()).max().orElse(0);
    html.raw("<div class=\"card bags\" style=\"--tiles:%d\">\n", most + 1);
    for (Bag bag : mosaic.bags()) {
      html.raw("<div class=\"bag\">");
      tile(bag.anchor(), "anchor", "anchor", html);
      for (Tile mate : bag.mates()) {
        String frame = frame(bag.anchor(), mate);
        tile(mate, frame, frame.equals("wrong") ? "another class" : "mate", html);
      }
      if (!bag.anchor().className().isEmpty()) {
        html.element("span class=\"name\"", bag.anchor().className());
      }
      html.raw("</div>\n");
    }
    html.raw("</div>\n");
  }

  /** {@code right}, {@code wrong}, or {@code plain} where one of the classes isn't known. */
  static String frame(Tile anchor, Tile mate) {
    if (anchor.label() < 0 || mate.label() < 0) {
      return "plain";
    }
    return anchor.label() == mate.label() ? "right" : "wrong";
  }

  private static void tile(Tile tile, String frame, String what, Html html) {
    String name = tile.className().isEmpty() ? what : tile.className() + " (" + what + ")";
    html.raw(
        "<img class=\"%s\" src=\"%s\" alt=\"%s\" title=\"%s\">",
        frame, Thumbnail.dataUri(tile.pixels()), Html.escape(name), Html.escape(name));
  }
}
