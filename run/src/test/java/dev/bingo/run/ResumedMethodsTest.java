package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.image.ImageSource;
import dev.bingo.recipe.Methods;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.torch.Precision;
import dev.bingo.train.Trainer.Outcome;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every method that a recipe can name: from a recipe to an encoder, and back to the midst of it.
 */
class ResumedMethodsTest {
  private static final int IMAGES = 112;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path data;
  private static Path teacher;

  static List<String> names() {
    return Methods.names();
  }

  @BeforeAll
  static void teach() throws IOException {
    data = TinyRun.data(shared.resolve("data"), IMAGES, 20);
    Path run = shared.resolve("teacher");
    train(recipe("moco-v2", "train.epochs=1"), run);
    teacher = run.resolve(Run.ENCODER);
  }

  private static Recipe recipe(String method, String... more) {
    List<String> words = new ArrayList<>(TinyRun.moco(data, data, "method=" + method));
    words.addAll(TinyRun.SMALL.get(method));
    words.add("train.epochs=2");
    words.add("teacher.file=" + (teacher == null ? "" : teacher));
    words.add("teacher.check=no");
    words.addAll(List.of(more));
    return Recipes.read(words.get(1), words.subList(4, words.size()));
  }

  private static Outcome train(Recipe recipe, Path directory) throws IOException {
    return new Run(recipe, directory, Console.SILENT).train();
  }

  @ParameterizedTest
  @MethodSource("names")
  void trainsAndGoesOnFromTheMidstOfAnEpochBitForBit(String method) throws IOException {
    Recipe recipe = recipe(method, "train.checkpoint_every_steps=5", "train.keep=9");
    Path whole = folder.resolve("whole");
    assertThat(train(recipe, whole)).isEqualTo(Outcome.DONE);

    Path rest = folder.resolve("rest");
    copy(whole, rest);
    Files.delete(rest.resolve(Run.ENCODER));
    List<Path> later = checkpointsAfter(rest, 10);
    assertThat(later).isNotEmpty();
    for (Path file : later) {
      Files.delete(file);
    }
    assertThat(train(recipe, rest)).isEqualTo(Outcome.DONE);

    assertThat(rest.resolve(Run.ENCODER)).hasSameBinaryContentAs(whole.resolve(Run.ENCODER));
    assertThat(losses(rest)).isNotEmpty().isEqualTo(losses(whole));
  }

  @ParameterizedTest
  @CsvSource({
    "swav, swav.prototypes=113, 'swav.prototypes: 113 prototypes for 112 images'",
    "swav, swav.queue=112, 'swav.queue: a queue of 112 keys for 112 images'",
    "swav, swav.queue=8, 'swav.queue: a queue of 8 keys can''t take the 16 of one batch'",
    "swav, train.batch=1, 'train.batch: batch-norm needs at least 2 images, got 1'",
    "wcl, wcl.neighbours=112, 'wcl.neighbours: 112 nearest of 111 other images; wcl.neighbours=13 would fit'",
    "wcl, train.batch=1, 'train.batch'",
    "wcl, train.batch=2, 'train.batch'",
    "cone, cone.queue=200, 'cone.queue: a queue of 200 keys for 112 images'",
    "cone, cone.queue=8, 'can''t take the 16 of one batch'",
    "cone, train.batch=1, 'train.batch'"
  })
  void whatFoolsAMethodIsRefusedAtTheStart(String method, String setting, String message) {
    assertThatThrownBy(() -> train(recipe(method, setting), folder.resolve("run")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private Path pictures() throws IOException {
    Path flat = Files.createDirectories(folder.resolve("flat"));
    for (int i = 0; i < 48; i++) {
      var image = new BufferedImage(12, 12, BufferedImage.TYPE_INT_RGB);
      image.setRGB(i % 12, i / 12, 0xffffff);
      ImageIO.write(image, "png", flat.resolve(i + ".png").toFile());
    }
    return flat;
  }

  @Test
  void mobyv2alLearnsFromSomeLabelsAndRefusesNone() throws IOException {
    StringBuilder manifest = new StringBuilder("path,label\n");
    for (int i = 0; i < 48; i++) {
      manifest.append(i).append(".png,").append(i < 20 ? "c" + i % 2 : "").append('\n');
    }
    Path flat = pictures();
    Path some = Files.writeString(flat.resolve("some.csv"), manifest);
    String[] settings = {"data.train=" + some, "data.kind=manifest", "mobyv2al.queue=16"};
    Path run = folder.resolve("run");
    assertThat(train(recipe("mobyv2al", settings), run)).isEqualTo(Outcome.DONE);
    settings[0] = "data.train=" + flat;
    settings[1] = "data.kind=folder";
    assertThatThrownBy(() -> train(recipe("mobyv2al", settings), folder.resolve("other")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mobyv2al learns from some labels");
  }

  @Test
  void coneRefusesImagesWithoutLabels() throws IOException {
    Path flat = pictures();
    Recipe recipe = recipe("cone", "data.train=" + flat, "data.kind=folder", "cone.queue=16");
    assertThatThrownBy(() -> train(recipe, folder.resolve("run")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("labels");
  }

  @Test
  void aRunGoesOnWithTheSameSectionOfItsMethodOnly() throws IOException {
    try (ImageSource images = DataSets.train(recipe("swav"), folder, Console.SILENT)) {
      String before = identity(images);
      assertThat(identity(images, "swav.epsilon=0.04")).isNotEqualTo(before);
      assertThat(identity(images, "msvq.queue=41")).isEqualTo(before);
      assertThat(identity(images, "train.log_every=7")).isEqualTo(before);
      assertThat(identity(images, "train.seed=7")).isNotEqualTo(before);
    }
  }

  private static String identity(ImageSource images, String... settings) throws IOException {
    Recipe recipe = recipe("swav", settings);
    return new RunIdentity(recipe, Precision.FP32, images, null, null, Console.SILENT).text();
  }

  @Test
  void theDocumentsNameEveryMethod() throws IOException {
    // But for the example, which these tests alone provide.
    List<String> own = Methods.names().stream().filter(name -> !name.equals("byol")).toList();
    String recipes = Files.readString(Path.of("../docs/recipes.md"));
    assertThat(recipes).contains("`method` (" + String.join(", ", own) + ":");
    String methods = Files.readString(Path.of("../docs/methods.md"));
    for (String name : own) {
      assertThat(methods).contains("| `" + name + "` |");
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static List<Path> checkpointsAfter(Path run, int step) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      return files
          .filter(f -> Integer.parseInt(f.getFileName().toString().replaceAll("\\D", "")) > step)
          .toList();
    }
  }

  private static List<Object> losses(Path run) throws IOException {
    return Run.metrics(run).stream().map(line -> line.get("loss")).toList();
  }
}
