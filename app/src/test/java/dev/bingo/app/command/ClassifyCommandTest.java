package dev.bingo.app.command;

import static dev.bingo.app.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.app.Ran;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.run.TinyRun;
import dev.bingo.torch.Tensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifyCommandTest {
  private static final String HOSTILE = "<script>alert(1)<b>\"'&.png";

  @TempDir Path folder;
  private Path encoder;
  private Path labelled;
  private Path out;

  @BeforeEach
  void prepare() throws IOException {
    encoder = TinyRun.encoder(folder.resolve("encoder.safetensors"));
    labelled = folder.resolve("labelled");
    out = folder.resolve("classifier.onnx");
    for (int i = 0; i < 24; i++) {
      picture(labelled.resolve(i % 2 == 0 ? "red" : "=blue").resolve("p" + i + ".png"), i);
    }
    picture(labelled.resolve("red").resolve(HOSTILE), 25);
  }

  /** A stripe as wide as i on red or blue. */
  private static void picture(Path file, int i) throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 256; p++) {
      image.setRGB(p % 16, p / 16, p < 4 * i ? 0x808080 : i % 2 == 0 ? 0xD00000 : 0x0000D0);
    }
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private static Ran classify(Object... words) {
    List<String> all = new ArrayList<>(List.of("classify"));
    for (Object word : words) {
      all.add("" + word);
    }
    return run(all.toArray(String[]::new));
  }

  private Ran train(Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", encoder, labelled, "--out", out));
    words.addAll(List.of(more));
    return classify(words.toArray());
  }

  private void refused(Ran ran, String... reasons) {
    assertThat(ran.code()).as(ran.err()).isEqualTo(2);
    assertThat(ran.err()).contains(reasons);
    assertThat(out).doesNotExist();
  }

  @Test
  void fromLabelledFoldersToAFileThatClassifiesOthers() throws IOException {
    Ran trained = train("--coverage", "0.9");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out())
        .contains("macro-F1", "calibration error", "rejected below", "precision", "confused");
    assertThat(trained.out().lines()).allMatch(l -> l.codePointCount(0, l.length()) <= 80);
    JsonNode json = new ObjectMapper().readTree(folder.resolve("classifier.json").toFile());
    assertThat(json.get("classes").get(0).get("name").asText()).isEqualTo("=blue");
    assertThat(json.get("confusion").get(0).get(0).asInt()).isGreaterThan(6);
    assertThat(json.get("calibration_error").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.get("rejection").get("kept").asInt()).isGreaterThan(20);
    assertThat(json.at("/about/verification").asText()).contains("ONNX Runtime");
    assertThat(Files.readString(folder.resolve("classifier.html")))
        .contains("Confusion", "How sure", "=blue")
        .doesNotContain("<script", "http://", "https://");
    assertThat(Files.readString(folder.resolve("classifier.onnx.md"))).contains("A classifier of");
    assertThat(Files.readString(folder.resolve("classifier.suspects.csv")))
        .startsWith("path,label,likely,probability,own\n");

    Path photos = folder.resolve("photos");
    for (int i = 0; i < 6; i++) {
      picture(photos.resolve("n" + i + ".png"), i);
    }
    Files.write(photos.resolve("bad.png"), new byte[3]);
    Path csv = folder.resolve("found.csv");
    Ran predicted = classify("predict", out, photos, "--out", csv, "--bad-images", "0.5");
    assertThat(predicted.code()).as(predicted.err()).isZero();
    assertThat(predicted.err()).contains("1 of 7 can't be read", "6 photos", "rejected");
    List<String> rows = Files.readAllLines(csv);
    assertThat(rows.get(0)).isEqualTo("path,class,probability,rejected");
    assertThat(rows).hasSize(7).noneMatch(row -> row.contains("bad.png"));
    assertThat(rows.get(1)).contains("n0.png,red,");
    assertThat(rows.get(2)).contains("n1.png,'=blue,");
    assertThat(Files.readString(folder.resolve("found.csv.bad-images.tsv"))).contains("bad.png");
    Ran lines = classify("predict", out, labelled, "--jsonl");
    assertThat(lines.out()).contains("\"class\":\"=blue\"", "\"rejected\":");
    assertThat(classify("predict", out, labelled).out().lines())
        .allMatch(l -> l.codePointCount(0, l.length()) <= 80);

    Ran judged = classify("eval", out, labelled, "--json", folder.resolve("scores.json"));
    assertThat(judged.code()).as(judged.err()).isZero();
    assertThat(judged.out()).contains("macro-F1", "of 25 images", "kept");
    assertThat(new ObjectMapper().readTree(folder.resolve("scores.json").toFile()).get("accuracy"))
        .isNotNull();
  }

  @Test
  void labelsCanComeInAFile() throws IOException {
    Path list = folder.resolve("labels.csv");
    StringBuilder rows = new StringBuilder("path,label\n");
    for (int i = 0; i < 24; i++) {
      String of = i % 2 == 0 ? "red" : "=blue";
      rows.append("labelled/" + of + "/p" + i + ".png," + (i % 2 == 0 ? "warm" : "cold") + "\n");
    }
    Files.writeString(list, rows);
    Path features = folder.resolve("features");
    Ran trained =
        classify("train", encoder, list, "--out", out, "--features", features, "--accuracy", "0.6");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("cold", "warm");
    Ran again =
        classify("train", encoder, list, "--out", out, "--features", features, "--overwrite");
    assertThat(again.err()).contains("features: of ");
    refusedAnew(
        "--features",
        classify(
            "train", encoder, labelled, "--out", folder.resolve("x.onnx"), "--features", features));
    Ran other = classify("eval", out, labelled);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("'=blue'", "'cold'", "none is called the same");
  }

  private static void refusedAnew(String reason, Ran ran) {
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains(reason);
  }

  @Test
  void whatCannotBeLearntIsRefusedBeforeWorkBegins() throws IOException {
    Path one = folder.resolve("one/a");
    picture(one.resolve("1.png"), 1);
    picture(one.resolve("2.png"), 2);
    refused(classify("train", encoder, one.getParent(), "--out", out), "one class alone, 'a'");
    refused(classify("train", encoder, one, "--out", out), "no image has a label", "--labels");
    picture(folder.resolve("one/b/1.png"), 3);
    refused(
        classify("train", encoder, one.getParent(), "--out", out),
        "one image, or only copies of one, of 'b'",
        "--least");
    picture(folder.resolve("one/b/2.png"), 3);
    refused(classify("train", encoder, one.getParent(), "--out", out), "only copies of one");
    Path empty = Files.createDirectories(folder.resolve("empty"));
    refused(classify("train", encoder, empty, "--out", out), "empty");
    Path list = folder.resolve("list.csv");
    Files.writeString(list, "path,label\nlabelled/red/p0.png,a\nlabelled/red/p0.png,b\n");
    refused(classify("train", encoder, list, "--out", out), "'a'", "'b'", "line 2");
    Files.writeString(
        list, "path,label\nlabelled/red/p0.png,a\nlabelled/red/p2.png,a\nno/1.png,b\nno/2.png,b\n");
    refused(
        classify("train", encoder, list, "--out", out),
        "2 of 4 labels",
        "'no/1.png'",
        "--bad-images");
    Files.writeString(list, "path,label\nno/1.png,b\n");
    refused(classify("train", encoder, labelled, "--labels", list, "--out", out), "of no image");
    refused(train("--accuracy", "1.5"), "--accuracy");
    refused(train("--accuracy", "0.9", "--coverage", "0.9"), "choose one");
    Ran wrong = classify("train", encoder, labelled, "--out", folder.resolve("x.txt"));
    assertThat(wrong.err()).contains(".onnx");
  }

  @Test
  void anEncoderThatTellsNothingApartIsRefused() throws IOException {
    refused(classify("train", encoder(Double.NaN, "nan"), labelled, "--out", out), "not finite");
    refused(classify("train", encoder(0, "zero"), labelled, "--out", out), "the same features");
  }

  /** All weights multiplied. */
  private Path encoder(double factor, String name) throws IOException {
    Path file = folder.resolve(name + ".safetensors");
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      var backbone = Encoders.create("cifar_resnet20", Stem.CIFAR, 1);
      Tensors.named(backbone.named_parameters()).values().forEach(p -> p.mul_(new Scalar(factor)));
      EncoderFile.save(
          file,
          backbone,
          ProjectionHead.none(64),
          new EncoderFile.Info("cifar_resnet20", Stem.CIFAR, 16, "cifar10", Map.of()));
    }
    return file;
  }

  @Test
  void copiesUnderTwoLabelsAreSaid() throws IOException {
    Files.copy(labelled.resolve("red/p0.png"), labelled.resolve("=blue/copy.png"));
    Ran trained = train();
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.err()).contains("under more than one label", "'red'", "'=blue'");
    assertThat(trained.out()).contains("1 image comes under more than one label");
  }

  @Test
  void theWholeEncoderCanBeTrainedAndJudgedByOthers() throws IOException {
    Path others = folder.resolve("others");
    for (int i = 0; i < 8; i++) {
      picture(others.resolve(i % 2 == 0 ? "red" : "=blue").resolve("o" + i + ".png"), i + 3);
    }
    Ran trained = train("--fine-tune", "short", "--epochs", "2", "--judge", others);
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out())
        .contains("'short' on", "25 images: 2 epochs, batch 25", "judged by 8 images");
    assertThat(trained.out().lines()).allMatch(l -> l.codePointCount(0, l.length()) <= 80);
    assertThat(folder.resolve("classifier.run")).doesNotExist();
    Ran again = train("--fine-tune", "scratch", "--epochs", "2", "--share", "0.8", "--overwrite");
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out()).contains("'scratch'", "4 images that it has not seen");
    assertThat(classify("eval", out, others).out()).contains("of 8 images");
  }

  @Test
  void aProtocolThatDoesNotFitIsRefused() {
    refused(train("--fine-tune", "swav-1"), "batches of 256 images", "'short'");
    refused(train("--fine-tune", "swav-2"), "swav-1");
    refused(train("--judge", labelled), "--fine-tune");
    refused(train("--fine-tune", "short", "--features", folder.resolve("f")), "--features");
    refused(train("--share", "0"), "--share");
  }
}
