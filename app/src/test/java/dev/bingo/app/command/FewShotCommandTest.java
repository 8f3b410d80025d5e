package dev.bingo.app.command;

import static dev.bingo.app.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.app.Ran;
import dev.bingo.run.Glyphs;
import dev.bingo.run.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FewShotCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path encoder;
  private Path support;
  private Path photos;

  @BeforeEach
  void prepare() throws IOException {
    encoder = TinyRun.encoder(folder.resolve("encoder.safetensors"));
    support = Glyphs.folder(folder.resolve("support"), "k", 3, 3);
    photos = Files.createDirectory(folder.resolve("photos"));
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 2; i++) {
        Glyphs.draw(photos.resolve("k" + c + "-" + i + ".png"), "k".hashCode() + c, 50 + i);
      }
    }
  }

  private Ran classify(Object... more) {
    List<String> words =
        new ArrayList<>(
            List.of("few-shot", "--encoder", "" + encoder, "--support", "" + support, "" + photos));
    for (Object word : more) {
      words.add("" + word);
    }
    return run(words.toArray(String[]::new));
  }

  private void assertRefused(String why, Object... more) {
    Ran ran = classify(more);
    assertThat(ran.err()).contains(why);
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void photosAreClassifiedByPrototypesOfAnyEncoder() throws IOException {
    Ran ran = classify();
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err())
        .contains("prototypes of cifar_resnet20's features; 3 classes, 3 of each")
        .contains(
            "classified by the others, 9 of 9 supports are right: of such photos probably 70 to 100 %");
    assertThat(ran.out().lines()).hasSize(6);
    assertThat(ran.out().lines()).allMatch(line -> line.codePointCount(0, line.length()) <= 80);
    List<String> rows = classify("--csv").out().lines().toList();
    assertThat(rows.get(0)).isEqualTo("path,class,probability,k0,k1,k2");
    for (String row : rows.subList(1, 7)) {
      String[] cells = row.split(",", -1);
      assertThat(cells[0]).contains("/" + cells[1] + "-");
      double sum = 0;
      for (int c = 3; c < cells.length; c++) {
        sum += Double.parseDouble(cells[c]);
      }
      assertThat(sum).isBetween(.999, 1.001);
    }
    assertThat(classify("--csv", "--transductive").out().lines()).hasSize(7);
  }

  @Test
  void probabilitiesGoToAFileWithNamesToTheLetter() throws IOException {
    Files.move(photos.resolve("k0-0.png"), photos.resolve("=k0 \"é\", k0.png"));
    Path out = folder.resolve("classes.jsonl");
    Ran ran = classify("--out", out);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("k0 2, k1 2, k2 2");
    JsonNode first = JSON.readTree(Files.readAllLines(out).get(0));
    assertThat(first.get("path").asText()).endsWith("/=k0 \"é\", k0.png");
    assertThat(first.get("class").asText()).isEqualTo("k0");
    assertThat(first.get("probabilities")).hasSize(3);
    assertRefused("is there already", "--out", out);
    assertRefused("ends with .csv or .jsonl", "--out", folder.resolve("classes.txt"));
  }

  @Test
  void whatCanNotWorkIsToldBeforeTheWork() throws IOException {
    encoder = folder.resolve("none.pth");
    Path empty = Files.createDirectory(support.resolve("empty"));
    assertRefused("no image of 'empty'");
    Files.delete(empty);
    Path all = support;
    support = photos;
    assertRefused("Give a folder with a sub-folder of photos for each class");
    support = Glyphs.folder(folder.resolve("one"), "alone", 1, 3);
    assertRefused("one class alone, 'alone0'");
    support = all;
    assertRefused("none.pth");
    encoder = folder.resolve("encoder.safetensors");
    Files.writeString(support.resolve("k1/0.png"), "no image");
    Path out = folder.resolve("classes.csv"); // beside which bad images are listed
    Ran ran = classify("--out", out);
    assertThat(ran.code()).isNotZero();
    assertThat(ran.err()).contains("support").contains("k1/0.png");
    assertThat(ran.out()).isEmpty();
    Ran tolerant = classify("--bad-images", ".2", "--out", out);
    assertThat(tolerant.code()).as(tolerant.err()).isZero();
    assertThat(tolerant.err())
        .contains("3 classes, 2 to 3 of each")
        .contains("classes.csv.bad-images-support.tsv");
    for (int i = 1; i < 3; i++) {
      Files.writeString(support.resolve("k1/" + i + ".png"), "no image");
    }
    assertRefused(
        "no image of 'k1' can be read", "--bad-images", ".5", "--out", out, "--overwrite");
  }

  @Test
  void theUsageSaysWhatIsMissing() {
    assertThat(run("few-shot").err())
        .contains("takes --encoder ENCODER, --support DATA and PHOTOS");
    assertThat(run("few-shot", "train").err()).contains("--train DATA, --val DATA and --out DIR");
    for (String command : List.of("", "train", "eval")) {
      Ran help = command.isEmpty() ? run("few-shot", "--help") : run("few-shot", command, "--help");
      assertThat(help.code()).isZero();
      assertThat(help.out()).contains("Examples:").contains("  bingo few-shot ");
    }
  }

  @Test
  void aTrainedNetworkIsJudgedAndUsed() throws IOException {
    Path train = Glyphs.folder(folder.resolve("train"), "t", 8, 4);
    Path val = Glyphs.folder(folder.resolve("val"), "v", 3, 4);
    Path test = Glyphs.folder(folder.resolve("test"), "k", 4, 5);
    for (String method : List.of("relation", "mrn")) {
      Ran ran =
          run(
              "few-shot",
              "train",
              "--train",
              "" + train,
              "--val",
              "" + val,
              "--out",
              "" + folder.resolve(method),
              "--method",
              method,
              "--size",
              "28",
              "--grey",
              "--ways",
              "3",
              "--queries",
              "2",
              "--val-queries",
              "2",
              "--episodes",
              "5",
              "--evaluations",
              "5",
              "--val-episodes",
              "3",
              "--context",
              "episode",
              "--device",
              "cpu");
      assertThat(ran.code()).as(ran.err()).isZero();
    }
    Path json = folder.resolve("scores.json");
    Ran eval =
        run(
            "few-shot",
            "eval",
            "" + folder.resolve("relation"),
            "" + folder.resolve("mrn"),
            "" + encoder,
            "--data",
            "" + test,
            "--ways",
            "3",
            "--queries",
            "3",
            "--episodes",
            "8",
            "--json",
            "" + json);
    assertThat(eval.code()).as(eval.err()).isZero();
    List<String> lines = eval.out().lines().toList();
    assertThat(lines.get(0)).isEqualTo("3-way 1-shot, 3 queries a class, 8 episodes");
    assertThat(lines).hasSize(4);
    assertThat(lines.get(3)).contains("encoder.safetensors").containsPattern("[+-]\\d.* ± ");
    assertThat(JSON.readTree(json.toFile()).at("/models/2/episodes")).hasSize(8);

    assertThat(
            run(
                    "few-shot",
                    "eval",
                    "" + folder.resolve("mrn"),
                    "--data",
                    "" + train,
                    "--ways",
                    "3",
                    "--queries",
                    "1",
                    "--episodes",
                    "2")
                .err())
        .contains("was trained on 8 of these classes");
    assertThat(run("few-shot", "eval", "" + encoder, "--data", "" + test, "--queries", "15").err())
        .contains("5-way 1-shot with 1 support + 15 queries take at least 5 classes of 16 images");

    encoder = folder.resolve("mrn");
    Ran used = classify("--csv");
    assertThat(used.code()).as(used.err()).isZero();
    assertThat(used.err()).contains("mrn, trained on 3-way 1-shot; 3 classes, 3 of each");
    assertThat(used.out().lines()).hasSize(7);
    assertThat(classify("--csv", "--transductive").code()).isZero();
    assertRefused("was trained with images of 28 pixels", "--size", 32);
    encoder = folder.resolve("relation");
    assertRefused("looks at each photo by itself", "--transductive");

    Ran resumed = run("few-shot", "train", "--resume", "" + encoder);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("the run had come to its end");
    assertThat(run("few-shot", "train", "--resume", "" + encoder, "--shots", "5").err())
        .contains("--shots: a run goes on by its own settings");
    assertThat(
            run(
                    "few-shot",
                    "train",
                    "--train",
                    "" + train,
                    "--val",
                    "" + val,
                    "--out",
                    "" + encoder)
                .err())
        .contains("already holds a run");
  }
}
