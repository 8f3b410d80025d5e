package dev.bingo.app;

import static dev.bingo.app.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.run.TinyRun;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rounds of labelling, by the command line. */
class SelectTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int IMAGES = 48;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path photos;
  private static Path encoder;

  /** Blots of three colours, whose class is the name's number modulo three. */
  @BeforeAll
  static void paint() throws IOException {
    photos = Files.createDirectories(shared.resolve("photos"));
    encoder = TinyRun.encoder(shared.resolve("encoder.safetensors"));
    for (int i = 0; i < IMAGES; i++) {
      var image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 60 + i; p++) {
        image.setRGB((p * 7 + i) % 16, (p * 5) % 16, (0xff << (8 * (i % 3))) - i);
      }
      ImageIO.write(image, "png", photos.resolve("%02d, a.png".formatted(i)).toFile());
    }
  }

  private Path labels;

  @BeforeEach
  void labelSome() throws IOException {
    StringBuilder csv = new StringBuilder("image,label\n");
    for (int i = 0; i < 15; i++) {
      csv.append("\"%02d, a.png\",c%d%n".formatted(i, i % 3));
    }
    labels = Files.writeString(folder.resolve("labels.csv"), csv);
  }

  private Ran select(Path out, String... more) {
    List<String> words =
        new ArrayList<>(List.of("select", "" + encoder, "" + photos, "--out", "" + out));
    words.addAll(List.of(more));
    return run(words.toArray(String[]::new));
  }

  /** Fills a round's table in, and says of how many rows. */
  private static Path filled(Path round) throws IOException {
    List<String> lines = Files.readAllLines(round.resolve("next.csv"));
    for (int i = 1; i < lines.size(); i++) {
      int number = Integer.parseInt(lines.get(i).substring(1, 3));
      lines.set(i, lines.get(i).replaceFirst("\",,", "\",c" + number % 3 + ","));
    }
    return Files.write(round.resolve("filled.csv"), lines);
  }

  @Test
  void roundsFollowOneAnotherAndTheAuditIsJudged() throws IOException {
    Path first = folder.resolve("one");
    Ran one = select(first, "--labels", "" + labels, "--budget", "12", "--audit", "4");
    assertThat(one.code()).as(one.err()).isZero();
    assertThat(one.out()).contains("nearest labelled: ").contains("... and 3 more");
    assertThat(one.err())
        .contains("labelled: 15 of 48 images, 3 classes of 5 to 5")
        .contains("strategy: typiclust, as fewer than 10 images a class")
        .contains("score: typicality")
        .contains("4 more were drawn at random for the audit");
    JsonNode round = JSON.readTree(first.resolve("round.json").toFile());
    assertThat(round.path("picks")).hasSize(12);
    assertThat(round.path("picks").get(0).path("predicted").asText()).startsWith("c");
    assertThat(round.path("round").asInt()).isEqualTo(1);
    assertThat(round.path("encoder").asText()).hasSize(64);

    Ran two =
        select(
            folder.resolve("two"),
            "--labels",
            "" + labels,
            "--labels",
            "" + filled(first),
            "--parent",
            "" + first.resolve("round.json"),
            "--strategy",
            "core-set",
            "--budget",
            "5");
    assertThat(two.code()).as(two.err()).isZero();
    assertThat(two.err())
        .contains("labelled: 27 of 48")
        .containsPattern("Audit: [0-4] of 4 right in the last round: ")
        .contains("Go on: the interval is");
    JsonNode second = JSON.readTree(folder.resolve("two/round.json").toFile());
    assertThat(second.path("round").asInt()).isEqualTo(2);
    assertThat(second.path("audits").get(0).path("of").asInt()).isEqualTo(4);
    assertThat(second.path("parent").asText()).hasSize(64);
  }

  @Test
  void whoLabelsAnAuditIsNotToldWhatTheModelThinks() throws IOException {
    Path out = folder.resolve("round");
    select(out, "--labels", "" + labels, "--budget", "8", "--audit", "8");
    for (String name : List.of("next.jsonl", "label-studio.json", "coco.json")) {
      assertThat(Files.readString(out.resolve(name))).as(name).doesNotContain("predict");
    }
    assertThat(Files.readAllLines(out.resolve("next.csv")).subList(1, 9))
        .allMatch(line -> line.matches("\"\\d\\d, a\\.png\",,,,,,,,,true"));
    assertThat(Files.readString(out.resolve("round.json"))).contains("\"predicted\" : \"c");
  }

  @Test
  void tasksAreReadBackOnceTheyHaveAnAnnotation() throws IOException {
    Path out = folder.resolve("round");
    Ran one = select(out, "--labels", "" + labels, "--budget", "6", "--audit", "0");
    assertThat(one.code()).as(one.err()).isZero();
    Path tasks = out.resolve("label-studio.json");
    JsonNode all = JSON.readTree(tasks.toFile());
    assertThat(all.get(0).path("data").path("image").asText())
        .matches("/data/local-files/\\?d=\\d\\d%2C%20a\\.png");
    assertThat(all.get(0).path("predictions").get(0).path("score").asDouble()).isPositive();
    Ran unlabelled = select(folder.resolve("a"), "--labels", "" + tasks, "--budget", "3");
    assertThat(unlabelled.err()).contains("labelled: 0 of 48 images");
    String choice =
        "\"annotations\":[{\"result\":[{\"value\":{\"choices\":[\"c1\"]}}]}],\"predictions\"";
    Files.writeString(tasks, Files.readString(tasks).replace("\"predictions\"", choice));
    Ran labelled = select(folder.resolve("b"), "--labels", "" + tasks, "--budget", "3");
    assertThat(labelled.err()).contains("labelled: 6 of 48 images, 1 class");
    Ran coco = select(folder.resolve("c"), "--labels", "" + out.resolve("coco.json"));
    assertThat(coco.err()).contains("a budget of 100, but only 48 images without a label");
  }

  @Test
  void theSameCommandChoosesTheSameAgainAndFeaturesOfTheEncoderServe() throws IOException {
    Path rows = folder.resolve("rows");
    Ran embed = run("embed", "" + encoder, "" + photos, "--out", "" + rows);
    assertThat(embed.code()).as(embed.err()).isZero();
    String[] wish = {"--labels", "" + labels, "--budget", "9", "--strategy", "margin-core-set"};
    select(folder.resolve("a"), wish);
    List<String> more = new ArrayList<>(List.of(wish));
    more.addAll(List.of("--features", "" + rows));
    Ran again = select(folder.resolve("b"), more.toArray(String[]::new));
    assertThat(again.code()).as(again.err()).isZero();
    for (String name : List.of("next.csv", "next.jsonl", "label-studio.json", "round.json")) {
      assertThat(folder.resolve("b").resolve(name))
          .hasSameTextualContentAs(folder.resolve("a").resolve(name));
    }
    assertThat(select(folder.resolve("a"), wish).err()).contains("next.csv: is there already");
  }

  @Test
  void whatCanNotWorkIsToldBeforeTheWork() throws IOException {
    Path out = folder.resolve("out");
    assertRefused(select(out, "--strategy", "core-set"), "a budget of 100, but only 48");
    assertRefused(
        select(out, "--strategy", "core-set", "--budget", "5"), "goes by what is labelled");
    Path other = Files.writeString(folder.resolve("other.csv"), "image,label\nx.png,c1\n");
    assertRefused(select(out, "--labels", "" + other), "1 label is of no image");
    Path same = Files.writeString(folder.resolve("same.csv"), "image,label\n\"01, a.png\",c1\n");
    assertRefused(
        select(out, "--labels", "" + same, "--strategy", "margin", "--budget", "5"),
        "labels of two classes at least");
    assertRefused(select(out, "--strategy", "corset"), "did you mean 'core-set'");
    assertRefused(
        select(out, "--budget", "5", "--parent", "" + labels), "is no round.json of a round");
    Path rows = folder.resolve("rows");
    run("embed", "" + encoder, "" + photos, "--limit", "20", "--out", "" + rows);
    assertRefused(
        select(out, "--budget", "5", "--features", "" + rows), "features of other images");
    Path unit = folder.resolve("unit");
    run("embed", "" + encoder, "" + photos, "--unit", "--out", "" + unit);
    assertRefused(
        select(out, "--budget", "5", "--distance", "euclidean", "--features", "" + unit),
        "take --distance cosine");
    Files.writeString(
        rows.resolve("index.json"),
        Files.readString(rows.resolve("index.json"))
            .replaceFirst("\"encoder\":\"..", "\"encoder\":\"zz"));
    assertRefused(
        select(out, "--budget", "5", "--features", "" + rows), "features of another encoder");
    assertRefused(
        select(out, "--labels", "" + labels, "--budget", "5", "--apart", "9", "--audit", "0"),
        "no image is farther than 9.0");
    assertThat(out.resolve("next.csv")).doesNotExist();
  }

  private static void assertRefused(Ran ran, String message) {
    assertThat(ran.code()).as(ran.err()).isEqualTo(2);
    assertThat(ran.err()).contains(message);
  }

  @Test
  void aSimulationSaysWhatEachStrategyWouldHaveGiven() throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 120, 40);
    Path out = folder.resolve("curves");
    Ran ran =
        run(
            "active-learn",
            "" + encoder,
            "" + data,
            "--kind",
            "idx",
            "--val",
            "" + data,
            "--initial",
            "20",
            "--budget",
            "10",
            "--rounds",
            "1",
            "--seeds",
            "2",
            "--strategies",
            "margin,typiclust",
            "--out",
            "" + out);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("labels     random     margin  typiclust")
        .contains("less random's")
        .containsPattern("margin +macro-F1 [+-]\\d");
    assertThat(Files.readAllLines(out.resolve("curves.csv"))).hasSize(1 + 3 * 2 * 2);
  }
}
