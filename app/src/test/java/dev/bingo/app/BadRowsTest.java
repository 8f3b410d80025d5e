package dev.bingo.app;

import static dev.bingo.app.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.bag.BagFile;
import dev.bingo.bag.Bags;
import dev.bingo.image.ImageSources;
import dev.bingo.run.TinyRun;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.Npy;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands make of images that can't be read, and of classes that one side lacks. */
class BadRowsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private String encoder;

  @BeforeEach
  void makeEncoder() throws IOException {
    Engine.start();
    encoder = TinyRun.encoder(folder.resolve("encoder.safetensors")).toString();
  }

  /** Pictures of one colour a class, with a corner of their own. */
  private Path pictures(String name, int each, String... classes) throws IOException {
    Path set = folder.resolve(name);
    for (String of : classes) {
      Files.createDirectories(set.resolve(of));
      int colour = List.of("a", "b", "c").indexOf(of);
      for (int i = 0; i < each; i++) {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 256; p++) {
          image.setRGB(p % 16, p / 16, p < 4 * i ? 0x808080 : 0xE0 << (8 * colour));
        }
        ImageIO.write(image, "png", set.resolve(of).resolve(i + ".png").toFile());
      }
    }
    return set;
  }

  @Test
  void anEmbeddingHasNoRowForAnImageThatCannotBeRead() throws IOException {
    Path set = pictures("set", 5, "a", "b");
    Files.write(set.resolve("a/2.png"), new byte[0]);
    Path out = folder.resolve("out");
    Ran ran = run("embed", encoder, set.toString(), "--out", out.toString(), "--bad-images", "0.1");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err())
        .contains("images: 1 of 10 can't be read: left out, and listed in " + out)
        .contains("wrote 9 x 64");
    JsonNode index = JSON.readTree(out.resolve("index.json").toFile());
    assertThat(index.get("ids")).hasSize(9).noneMatch(id -> id.asText().equals("a/2.png"));
    assertThat(index.get("left_out").get("a/2.png").asText()).contains("empty");
    assertThat(index.get("class_names")).extracting(JsonNode::asText).containsExactly("a", "b");
    assertThat(out.resolve("bad-images.tsv")).content().startsWith("a/2.png\tthe file is empty");
    try (PointerScope scope = new PointerScope()) {
      assertThat(Npy.read(out.resolve("features.npy")).size(0)).isEqualTo(9);
      assertThat(Tensors.toLongs(Npy.read(out.resolve("labels.npy"))))
          .containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 1);
    }
  }

  @Test
  void moreThanMayBeAreAllNamedAndTheOptionToo() throws IOException {
    Path set = pictures("set", 5, "a", "b");
    for (String bad : List.of("a/1.png", "b/0.png", "b/4.png")) {
      Files.write(set.resolve(bad), new byte[0]);
    }
    Path out = folder.resolve("out");
    Ran ran = run("embed", encoder, set.toString(), "--out", out.toString());
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .contains("3 of 10 images can't be read; at most 1 % may be bad")
        .contains("a/1.png", "b/0.png", "b/4.png", "--bad-images 0.3")
        .doesNotContain("loader failed");
    assertThat(Files.readAllLines(out.resolve("bad-images.tsv"))).hasSize(3);
    assertThat(out.resolve("index.json")).doesNotExist();
  }

  @Test
  void aBadImageIsAloneInItsBagAndNobodysMate() throws IOException {
    Path set = pictures("set", 6, "a", "b");
    Files.write(set.resolve("b/3.png"), new byte[0]);
    Path out = folder.resolve("bags.npy");
    for (String kind : List.of("knn", "kmeans")) {
      Ran ran =
          run(
              "bags",
              encoder,
              set.toString(),
              "--out",
              out.toString(),
              "--overwrite",
              "--k",
              "2",
              "--bad-images",
              "0.1",
              "--kind-of-bags",
              kind,
              "--clusters",
              "2");
      assertThat(ran.code()).as(ran.err()).isZero();
      assertThat(ran.err()).contains("1 of 12 can't be read: left out");
      Bags bags = BagFile.read(out, ImageSources.open(set));
      for (int i = 0; i < 12; i++) {
        if (i == 9) {
          assertThat(bags.of(i)).containsOnly(9);
        } else {
          assertThat(bags.of(i)).doesNotContain(9);
        }
      }
    }
    assertThat(folder.resolve("bags.npy.bad-images.tsv")).content().startsWith("b/3.png\t");
  }

  @Test
  void aValidationFolderThatLacksAClassIsJudgedByNames() throws IOException {
    Path train = pictures("train", 8, "a", "b", "c");
    Path whole = pictures("whole", 4, "a", "b", "c");
    Path some = pictures("some", 4, "a", "c");
    Ran all = eval(train, whole);
    Ran lacking = eval(train, some);
    assertThat(all.out()).contains("kNN     top-1 100.00 %");
    assertThat(lacking.out()).contains("kNN     top-1 100.00 %");
    Ran more = eval(some, whole);
    assertThat(more.out()).contains("kNN     top-1 66.67 %");
    assertThat(more.err())
        .contains("4 images are of classes that train has no image of, and count as wrong: b");
  }

  private Ran eval(Path train, Path val) {
    Ran ran =
        run(
            "eval",
            encoder,
            "--train",
            train.toString(),
            "--val",
            val.toString(),
            "--k",
            "3",
            "--report",
            folder.resolve("eval.html").toString());
    assertThat(ran.code()).as(ran.err()).isZero();
    return ran;
  }

  @Test
  void imagesWithoutLabelsAreRefusedBeforeTheyAreEmbedded() throws IOException {
    Path train = pictures("train", 4, "a", "b");
    Path flat = train.resolve("a");
    Ran ran = run("eval", encoder, "--train", train.toString(), "--val", flat.toString());
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("no image has a label").doesNotContain("embedding");
  }

  @Test
  void aTrainingSaysThatItReplacesAndWhereItListsThem() throws IOException {
    Path set = pictures("set", 20, "a", "b");
    Files.write(set.resolve("b/3.png"), new byte[0]);
    Path out = folder.resolve("run");
    List<String> words =
        TinyRun.moco(set, out, "data.kind=folder", "train.epochs=1", "data.bad_images=0.1");
    Ran ran = run(words.toArray(new String[0]));
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err())
        .contains("train: 1 image can't be read so far; the next good one is trained on")
        .contains("listed in " + out.resolve("bad-images-train.tsv"));
    assertThat(out.resolve("bad-images-train.tsv")).content().startsWith("b/3.png\t");
  }

  @Test
  void aTrainingIsRefusedWhoseValidationHasOtherClasses() throws IOException {
    Path out = folder.resolve("run");
    List<String> words =
        TinyRun.moco(
            pictures("set", 40, "a"),
            out,
            "data.kind=folder",
            "data.val=" + pictures("val", 4, "b"));
    Ran ran = run(words.toArray(new String[0]));
    assertThat(ran.code()).as(ran.err()).isEqualTo(2);
    assertThat(ran.err()).contains("have no name in common");
    assertThat(out.resolve("metrics.jsonl")).doesNotExist();
  }

  @Test
  void oneImageIsASetOfOne() throws IOException {
    Path set = pictures("set", 2, "a");
    Path out = folder.resolve("out");
    Ran ran = run("embed", encoder, set.resolve("a/1.png").toString(), "--out", out.toString());
    assertThat(ran.code()).as(ran.err()).isZero();
    JsonNode index = JSON.readTree(out.resolve("index.json").toFile());
    assertThat(index.get("ids")).extracting(JsonNode::asText).containsExactly("1.png");
  }

  @Test
  void anApproximateSearchAmongTooFewIsRefusedBeforeTheyAreEmbedded() throws IOException {
    Path set = pictures("set", 4, "a", "b");
    Ran ran =
        run(
            "bags",
            encoder,
            set.toString(),
            "--out",
            folder.resolve("bags.npy").toString(),
            "--search",
            "approximate");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("approximate").doesNotContain("embedding");
  }
}
