package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.encoder.Modules;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.recipe.Methods;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.train.Trainer.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method that a recipe can name, from images to an encoder on disk. */
class MethodsTest {
  @TempDir static Path folder;

  @BeforeAll
  static void trainATeacher() throws IOException {
    TinyRun.data(folder.resolve("data"), 96, 20);
    train("teacher", "moco-v2-cifar10", "moco.hidden=16", "moco.embedding=12");
  }

  static List<String> methods() {
    return Methods.names();
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyMethodTrainsAndTellsItsChance(String method) throws IOException {
    Path out = train("every-" + method, "bingo-cifar10", "method=" + method);
    assertThat(EncoderFile.load(out.resolve(Run.ENCODER)).info().about())
        .containsEntry("method", method);
    Map<String, Object> last =
        Run.metrics(out).stream().filter(l -> l.containsKey("loss")).reduce((a, b) -> b).get();
    assertThat(last).containsKeys("chance_loss", "embedding_std");
    assertThat((Double) last.get("loss")).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "bingo, 0, 12, a2",
    "bingo, 1, 12, a2",
    "seed, 0, 12, image",
    "seed, 1, 12, image",
    "compress, 0, 64, image",
    "compress, 1, 64, image",
    "simreg, 0, 64, image",
    "simreg, 1, 64, image",
  })
  void distillersTakeTheTeachersKeysAsItGoesOrCached(
      String method, int views, int width, String view) throws IOException {
    String cached = "teacher.cached_views=" + views;
    Path out =
        train(
            method + views,
            method + "-cifar10",
            cached,
            "train.epochs=2",
            method.equals("compress") ? "compress.queues=1" : "student.stem=cifar");
    assertThat(Files.exists(out.resolve("keys/keys-000-" + view + ".npy"))).isEqualTo(views == 1);
    EncoderFile.Loaded student = EncoderFile.load(out.resolve(Run.ENCODER));
    assertThat(student.net().head().width()).isEqualTo(width);
    assertThat(student.info().about().get("derived_from"))
        .startsWith("teacher: encoder.safetensors (SHA-256 ")
        .endsWith("whose own recipe says what it learnt from");
  }

  @Test
  void whatNeedsTheTeacherBesideItRefusesKeysOfBefore() {
    assertThatThrownBy(
            () -> train("live", "mixsim-cifar10", "teacher.cached_views=1", "train.epochs=2"))
        .hasMessageContaining("mixsim.tokens=true needs the teacher beside the student");
  }

  @Test
  void keysThatNoEpochWouldRepeatAreNotCachedUnlessToBeShared() throws IOException {
    String all = "teacher.cached_views=1";
    assertThat(train("online", "bingo-cifar10", all).resolve("keys")).doesNotExist();
    Path shared = folder.resolve("shared");
    train("sharing", "bingo-cifar10", all, "teacher.cache=" + shared);
    assertThat(shared.resolve("keys-000-a2.npy")).exists();
  }

  @Test
  void whatCompressTrainsWithTwoQueuesHasNoHead() throws IOException {
    Path out = train("two", "compress-cifar10");
    var net = EncoderFile.load(out.resolve(Run.ENCODER)).net();
    assertThat(Modules.parameterCount(net.head())).isZero();
    // and can teach
    String teacher = "teacher.file=" + out.resolve(Run.ENCODER);
    assertThat(train("taught", "compress-cifar10", teacher)).isNotEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({
    "seed-cifar10, teacher.file=, seed distils a teacher",
    "seed-cifar10, seed.queue=96, seed.queue: a queue of 96 keys for 96 images",
    "compress-cifar10, compress.queue=4096, compress.queue=32 would fit",
    "msvq-cifar10, msvq.groups=16, train.batch: 16 images can't be split into the 16",
  })
  void whatCanNotWorkIsRefusedBeforeTraining(String recipe, String setting, String message) {
    assertThatThrownBy(() -> train("refused", recipe, setting))
        .isInstanceOfAny(IllegalArgumentException.class, RecipeException.class)
        .hasMessageContaining(message);
  }

  /** One epoch of six batches. */
  private static Path train(String name, String recipe, String... more) throws IOException {
    Path out = folder.resolve(name);
    List<String> settings =
        new ArrayList<>(
            List.of(
                "data.train=" + folder.resolve("data"),
                "data.kind=idx",
                "data.size=16",
                "data.normalise=half",
                "student.arch=cifar_resnet20",
                "student.stem=cifar",
                "train.batch=16",
                "train.epochs=1",
                "train.precision=fp32",
                "train.log_every=1",
                "optimiser.lr=0.01",
                "evaluate.linear=none",
                "evaluate.knn_k=10",
                "teacher.check=no",
                "teacher.file=" + folder.resolve("teacher").resolve(Run.ENCODER)));
    String method =
        Stream.of(more)
            .filter(s -> s.startsWith("method="))
            .map(s -> s.substring(s.indexOf('=') + 1))
            .findFirst()
            .orElseGet(() -> Recipes.read(recipe, List.of()).method());
    settings.addAll(TinyRun.SMALL.get(method));
    settings.addAll(List.of(more));
    Recipe read = Recipes.read(recipe, settings);
    assertThat(new Run(read, out, Console.SILENT).train()).isEqualTo(Outcome.DONE);
    return out;
  }
}
