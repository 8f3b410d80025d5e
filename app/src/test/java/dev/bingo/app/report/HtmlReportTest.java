package dev.bingo.app.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.app.report.Report.Bag;
import dev.bingo.app.report.Report.Chart;
import dev.bingo.app.report.Report.Confusion;
import dev.bingo.app.report.Report.EmbeddingMap;
import dev.bingo.app.report.Report.Mosaic;
import dev.bingo.app.report.Report.Recipe;
import dev.bingo.app.report.Report.Result;
import dev.bingo.app.report.Report.Role;
import dev.bingo.app.report.Report.Series;
import dev.bingo.app.report.Report.Tile;
import dev.bingo.image.Pixels;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  private static final String EVIL = "<script src='http://evil/x.js'>\"&\u0000</script>";
  private static final double NAN = Double.NaN;

  @TempDir Path folder;

  @Test
  void textIsEscapedWhereverItComesFrom() {
    String page = HtmlReport.render(full(EVIL));
    assertThat(page).doesNotContain("<script").doesNotContain("\u0000").contains("&lt;script");
    // In attributes too: the quote that would end one is never there as it is.
    assertThat(page).doesNotContain("x.js'>").contains("&quot;&amp;");
  }

  @Test
  void nothingIsLoadedFromAnywhere() {
    String page = HtmlReport.render(full("plain"));
    assertThat(page)
        .doesNotContain("http://")
        .doesNotContain("https://")
        .doesNotContain("<script")
        .doesNotContain("<link")
        .doesNotContain("@import")
        .doesNotContain("url(")
        .contains("default-src 'none'");
    var sources =
        Pattern.compile("(?:src|href|srcset)=\"([^\"]*)\"").matcher(page).results().toList();
    assertThat(sources).isNotEmpty().allMatch(m -> m.group(1).startsWith("data:image/png;base64,"));
  }

  @Test
  void tagsAreBalanced() {
    String page = HtmlReport.render(full("plain"));
    for (String tag :
        List.of(
            "section", "table", "tr", "td", "th", "div", "ul", "li", "svg", "g", "figure", "p",
            "details", "pre", "span", "main")) {
      assertThat(count(page, "<" + tag + "[ >]")).as(tag).isEqualTo(count(page, "</" + tag + ">"));
    }
  }

  @Test
  void whatIsMissingIsLeftOut() throws IOException {
    Report bare =
        new Report(
            "bare", "", List.of(), List.of(), List.of(), List.of(), null, null, null, List.of(),
            Map.of(), List.of());
    Path file = folder.resolve("report.html");
    HtmlReport.write(file, bare);
    assertThat(Files.readString(file))
        .doesNotContain("Results")
        .doesNotContain("<svg")
        .doesNotContain("NaN");
    assertThat(HtmlReport.render(full("plain"))).doesNotContain("NaN").doesNotContain("Infinity");
  }

  @Test
  void framesTellRightFromWrongMates() {
    Tile anchor = tile(3);
    assertThat(MosaicSection.frame(anchor, tile(3))).isEqualTo("right");
    assertThat(MosaicSection.frame(anchor, tile(4))).isEqualTo("wrong");
    assertThat(MosaicSection.frame(anchor, tile(-1))).isEqualTo("plain");
    assertThat(MosaicSection.frame(tile(-1), tile(-1))).isEqualTo("plain");
    Html html = new Html();
    MosaicSection.draw(
        new Mosaic("Bags", List.of(new Bag(anchor, List.of(tile(3), tile(4), tile(3)))), 66.7, ""),
        html);
    assertThat(count(html.toString(), "<img class=\"right\"")).isEqualTo(2);
    assertThat(count(html.toString(), "<img class=\"wrong\"")).isEqualTo(1);
    assertThat(html.toString()).contains("66.70 %");
  }

  @Test
  void anUnlabelledMosaicClaimsNoPurity() {
    Html html = new Html();
    MosaicSection.draw(
        new Mosaic("Bags", List.of(new Bag(tile(-1), List.of(tile(-1)))), NAN, ""), html);
    assertThat(html.toString()).doesNotContain("purity").doesNotContain("same class");
  }

  @Test
  void thumbnailsKeepSmallImagesAndAverageLargeOnes() throws IOException {
    byte[] rgb = new byte[28 * 20 * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i % 251);
    }
    String uri = Thumbnail.dataUri(new Pixels(28, 20, rgb));
    byte[] png = Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1));
    var image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getWidth()).isEqualTo(28);
    assertThat(image.getHeight()).isEqualTo(20);
    assertThat(image.getRGB(5, 7) & 0xff).isEqualTo(rgb[(7 * 28 + 5) * 3 + 2] & 0xff);

    byte[] stripes = new byte[192 * 96 * 3];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = (byte) (i / 3 % 2 == 0 ? 200 : 100);
    }
    var small = Thumbnail.shrunk(new Pixels(192, 96, stripes), 96);
    assertThat(small.getWidth()).isEqualTo(96);
    assertThat(small.getHeight()).isEqualTo(48);
    assertThat(small.getRGB(10, 10) & 0xffffff).isEqualTo(0x969696);
  }

  @Test
  void theMarginIsBetweenTheTwoStudents() {
    List<Result> results = results("a");
    assertThat(ResultsTable.margin(results, Result::knnTop1)).isCloseTo(4.5, within(1e-9));
    assertThat(ResultsTable.margin(results.subList(0, 2), Result::knnTop1)).isNaN();
    assertThat(ResultsTable.margin(results, Result::imagesPerSecond)).isNaN();
    assertThat(ResultsTable.signed(-1.234)).isEqualTo("−1.23");
    assertThat(ResultsTable.signed(4.5)).isEqualTo("+4.50");
  }

  @Test
  void aLossIsShownAsALoss() {
    Html html = new Html();
    List<Result> worse =
        List.of(
            new Result(Role.ALONE, "alone", "", 80, 80, 99, 1, 1),
            new Result(Role.STUDENT, "student", "", 78, 78, 99, 1, 1));
    ResultsTable table = new ResultsTable(worse, html);
    table.headline();
    table.table();
    assertThat(html.toString()).contains("−2.00").contains("class=\"bad\"");
  }

  @Test
  void confusionsOfManyClassesAreListed() {
    int n = 40;
    long[][] counts = new long[n][n];
    counts[7][9] = 12;
    List<String> names = java.util.stream.IntStream.range(0, n).mapToObj(i -> "c" + i).toList();
    Html html = new Html();
    ConfusionTable.draw(new Confusion(counts, names, ""), html);
    assertThat(html.toString()).contains("<td>c7</td><td>c9</td><td class=\"n\">12</td>");
    assertThatThrownBy(() -> new Confusion(new long[][] {{1, 2}}, List.of("a"), ""))
        .hasMessageContaining("square");
  }

  private static long count(String page, String pattern) {
    return Pattern.compile(pattern).matcher(page).results().count();
  }

  private static Tile tile(int label) {
    return new Tile(new Pixels(4, 4, new byte[48]), label, label < 0 ? "" : "class " + label);
  }

  private static List<Result> results(String name) {
    return List.of(
        new Result(Role.RANDOM, name, name, 60, 70, 90, 100, NAN),
        new Result(Role.ALONE, name, name, 75.5, 80, 99, 100, 2000),
        new Result(Role.STUDENT, name, name, 80, 84, NAN, 100, NAN),
        new Result(Role.TEACHER, name, name, 85, 87, 99.5, 100, 300));
  }

  /** A report with every part, all texts of which are {@code text}. */
  private static Report full(String text) {
    Series line = new Series(Role.ALONE, text, new double[] {0, 1, 2}, new double[] {3, NAN, 1}, 4);
    Tile tile = new Tile(new Pixels(2, 2, new byte[12]), 0, text);
    return new Report(
        text,
        text,
        List.of(text),
        results(text),
        List.of(text),
        List.of(
            new Chart(text, text, text, List.of(line), text),
            new Chart(text, text, text, List.of(), "")),
        new Mosaic("Bags", List.of(new Bag(tile, List.of(tile, tile(1)))), 50, text),
        new EmbeddingMap(
            new double[][] {{0, 1}, {2, NAN}, {3, 3}}, new int[] {0, 0, -1}, List.of(text), text),
        new Confusion(new long[][] {{3, 1}, {0, 0}}, Arrays.asList(text, text), text),
        List.of(new Recipe(text, text)),
        Map.of(text, text),
        List.of(text));
  }
}
