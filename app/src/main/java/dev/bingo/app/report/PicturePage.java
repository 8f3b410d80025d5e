package dev.bingo.app.report;

import dev.bingo.image.Pixels;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A page of pictures in sections: one HTML file that holds its thumbnails, light or dark as the
 * reader's system is, from a phone's width up.
 *
 * @param subtitle what it is of
 * @param lead sentences that say what is to be seen
 */
public record PicturePage(
    String title, String subtitle, List<String> lead, List<Section> sections) {
  /** Longer sides of thumbnails, pixels. */
  private static final int MOST = 240;

  /** Groups of so few pictures share a line. */
  private static final int FEW = 2;

  /**
   * A section.
   *
   * @param notes sentences
   * @param rows of a table, the names of its columns first; empty for none
   * @param charts under the table
   * @param confusion a matrix under those; null for none
   */
  public record Section(
      String title,
      List<String> notes,
      List<List<String>> rows,
      List<Group> groups,
      List<Report.Chart> charts,
      Report.Confusion confusion) {
    /** Of a table and pictures. */
    public Section(String title, List<String> notes, List<List<String>> rows, List<Group> groups) {
      this(title, notes, rows, groups, List.of(), null);
    }
  }

  /**
   * Pictures that belong together.
   *
   * @param first is framed, such as the one that was searched for; null for none
   */
  public record Group(String name, Picture first, List<Picture> others) {}

  /**
   * A picture.
   *
   * @param uri of its thumbnail; empty where it can't be shown
   * @param name of its file
   * @param caption what there is to say
   */
  public record Picture(String uri, String name, String caption) {
    /** With a thumbnail. */
    public static Picture of(Pixels pixels, String name, String caption) {
      return new Picture(Thumbnail.photo(pixels, MOST), name, caption);
    }

    /** How far an image may be shrunk as it is decoded for a thumbnail. */
    public static int reduction(int width, int height) {
      int spare = Math.max(width, height) / (2 * MOST);
      return spare >= 8 ? 8 : spare >= 4 ? 4 : spare >= 2 ? 2 : 1;
    }
  }

  /** Writes the page, whole or not at all. */
  public void write(Path file) throws IOException {
    WholeFile.write(file, render());
  }

  /** The page. */
  public String render() {
    Html html = new Html();
    html.raw("<header>\n").element("h1", title).element("p class=\"muted\"", subtitle);
    lead.forEach(sentence -> html.element("p class=\"lead\"", sentence));
    html.raw("</header>\n");
    sections.forEach(section -> draw(section, html));
    return Page.of(title, html, "report.css", "pictures.css");
  }

  private static void draw(Section section, Html html) {
    html.raw("<section>\n").element("h2", section.title());
    section.notes().forEach(note -> html.element("p class=\"muted\"", note));
    if (!section.rows().isEmpty()) {
      table(section.rows(), html);
    }
    if (!section.charts().isEmpty()) {
      html.raw("<div class=\"charts\">\n");
      section.charts().forEach(chart -> LineChart.draw(chart, html));
      html.raw("</div>\n");
    }
    if (section.confusion() != null) {
      ConfusionTable.draw(section.confusion(), html);
    }
    boolean small = section.groups().stream().allMatch(group -> group.others().size() <= FEW);
    html.raw("<div class=\"%s\">\n", small ? "side-by-side" : "one-by-one");
    for (Group group : section.groups()) {
      html.raw("<div class=\"card\">\n");
      if (!group.name().isEmpty()) {
        html.element("h3", group.name());
      }
      html.raw("<div class=\"pictures\">\n");
      if (group.first() != null) {
        draw(group.first(), "first", html);
      }
      group.others().forEach(picture -> draw(picture, "other", html));
      html.raw("</div>\n</div>\n");
    }
    html.raw("</div>\n</section>\n");
  }

  private static void table(List<List<String>> rows, Html html) {
    html.raw("<div class=\"card scroll\"><table><thead><tr>");
    rows.get(0).forEach(name -> html.element("th", name));
    html.raw("</tr></thead>\n<tbody>\n");
    for (List<String> row : rows.subList(1, rows.size())) {
      html.raw("<tr>");
      row.forEach(cell -> html.element("td", cell));
      html.raw("</tr>\n");
    }
    html.raw("</tbody></table></div>\n");
  }

  private static void draw(Picture picture, String kind, Html html) {
    html.raw("<figure class=\"picture %s\">", kind);
    if (picture.uri().isEmpty()) {
      html.raw("<div class=\"none\">can't be shown</div>");
    } else {
      html.raw(
          "<img loading=\"lazy\" src=\"%s\" alt=\"%s\">",
          picture.uri(), Html.escape(picture.name()));
    }
    html.raw("<figcaption>");
    if (!picture.caption().isEmpty()) {
      html.raw("<b>").text(picture.caption()).raw("</b>");
    }
    html.raw("<span title=\"%s\">", Html.escape(picture.name()))
        .text(picture.name())
        .raw("</span></figcaption></figure>\n");
  }
}
