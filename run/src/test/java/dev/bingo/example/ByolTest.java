package dev.bingo.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.Stem;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.method.Progress;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.Console;
import dev.bingo.run.Run;
import dev.bingo.run.TinyRun;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.train.Identity;
import dev.bingo.train.Listener;
import dev.bingo.train.OptimiserConfig;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Schedule;
import dev.bingo.train.Setup;
import dev.bingo.train.TrainConfig;
import dev.bingo.train.Trainer;
import dev.bingo.train.Trainer.Outcome;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Normalisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/new-method.md builds is this package's code, and it trains. */
class ByolTest {
  private static final int IMAGES = 32;
  private static final int BATCH = 8;

  @TempDir Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void theDocumentsBlocksAreTheExamplesText() throws IOException {
    String document = Files.readString(Path.of("..", "docs", "new-method.md"));
    String blocks =
        Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(document)
            .results()
            .map(block -> block.group(1))
            .collect(Collectors.joining());
    Path example = Path.of("src", "test", "java", "dev", "bingo", "example", "Byol.java");
    assertThat(lines(blocks)).isEqualTo(lines(Files.readString(example)));
  }

  /** Without empty ones: the document has its prose between them. */
  private static List<String> lines(String text) {
    return text.lines().filter(line -> !line.isBlank()).toList();
  }

  @Test
  void itTrains() throws IOException {
    List<Double> losses = train(byol(), folder.resolve("whole"), -1);
    assertThat(losses).hasSize(16);
    assertThat(mean(losses.subList(12, 16))).isLessThan(0.8 * mean(losses.subList(0, 4)));
  }

  @Test
  void aResumedTrainingEqualsAnUninterruptedOne() throws IOException {
    Byol whole = byol();
    train(whole, folder.resolve("whole"), -1);
    Path stopped = folder.resolve("stopped");
    train(byol(), stopped, 6);
    Byol resumed = byol();
    train(resumed, stopped, -1);
    Map<String, Tensor> expected = Tensors.named(whole.state());
    Map<String, Tensor> actual = Tensors.named(resumed.state());
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach((name, t) -> assertThat(t.equal(expected.get(name))).as(name).isTrue());
  }

  @Test
  void theTargetFollowsAfterTheStepEverMoreSlowlyAndIsNotTrained() {
    try (PointerScope scope = new PointerScope()) {
      Byol byol = byol();
      Map<String, Tensor> state = Tensors.named(byol.state());
      Tensor online = state.get("online.head.0.weight");
      Tensor target = state.get("target.head.0.weight");
      for (int step : new int[] {0, 50, 100}) {
        try (AutoGradMode off = new AutoGradMode(false)) {
          target.copy_(online).add_(new Scalar(1));
        }
        byol.afterStep(new Progress(0, step, 100, 1, 1));
        double moved = 1 - target.sub(online).mean().item_double();
        assertThat(moved).isCloseTo(0.1 * (1 - step / 100.0), within(1e-5));
      }
      assertThat(Modules.trainable(byol.state()).keySet())
          .isNotEmpty()
          .noneMatch(name -> name.startsWith("target."));
      assertThatThrownBy(() -> byol.check(100, 1)).hasMessageContaining("train.batch");
    }
  }

  @Test
  void aRecipeNamesItAndItsSettings() throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    Path out = folder.resolve("run");
    List<String> words = TinyRun.moco(data, out, "method=byol", "byol.hidden=16", "train.epochs=1");
    Recipe recipe = Recipes.read(words.get(1), words.subList(4, words.size()));
    assertThat(recipe.own()).isInstanceOf(Byol.Config.class).asString().contains("hidden=16");
    assertThat(new Run(recipe, out, Console.SILENT).train()).isEqualTo(Outcome.DONE);
    assertThat(EncoderFile.load(out.resolve(Run.ENCODER)).info().about())
        .containsEntry("method", "byol");
    assertThatThrownBy(
            () -> Recipes.read("demo-teacher", List.of("method=byol", "byol.momentum=2")))
        .hasMessageContaining("byol.momentum");
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(v -> v).average().orElseThrow();
  }

  private static Byol byol() {
    Byol.Config config = new Byol.Config(0.9, 16, 8, Augmentation.CROP_FLIP, 12);
    return new Byol(config, () -> Encoders.create("cifar_resnet20", Stem.CIFAR, 1), 1);
  }

  /** Four epochs of four steps, or until a step; their losses. */
  private static List<Double> train(Byol byol, Path directory, long stopAt) throws IOException {
    List<Double> losses = new ArrayList<>();
    Trainer[] trainer = new Trainer[1];
    Listener listener =
        new Listener() {
          @Override
          public void onStep(Step step) {
            losses.add(step.loss());
            if (step.step() == stopAt) {
              trainer[0].requestStop();
            }
          }
        };
    try (RunDirectory run = new RunDirectory(directory)) {
      trainer[0] =
          new Trainer(
              new Setup(
                  byol,
                  new Loader(
                      new Colours(), byol.views(), null, new LoaderOptions(BATCH, 3, 1, 2, true)),
                  Normalisation.HALF,
                  new Device("cpu"),
                  OptimiserConfig.sgd(0.9, 1e-4),
                  Schedule.cosine(0.05, 0, true),
                  new TrainConfig(4, BATCH, 1, 0, Precision.FP32, 3, 1, 1, 0, 1, 1)),
              run,
              Identity.of("byol"),
              listener);
      trainer[0].train();
    }
    return losses;
  }

  /** A colour each, with noise: functions of their position. */
  private static final class Colours implements ImageSource {
    @Override
    public int size() {
      return IMAGES;
    }

    @Override
    public String id(int i) {
      return "colour-" + i;
    }

    @Override
    public int label(int i) {
      return UNLABELLED;
    }

    @Override
    public List<String> classes() {
      return List.of();
    }

    @Override
    public Pixels read(int i, Reduction reduction) {
      Draws draws = Draws.of(i);
      int[] colour = {draws.below(200), draws.below(200), draws.below(200)};
      byte[] rgb = new byte[16 * 16 * 3];
      for (int b = 0; b < rgb.length; b++) {
        rgb[b] = (byte) (colour[b % 3] + draws.below(56));
      }
      return new Pixels(16, 16, rgb);
    }

    @Override
    public String fingerprint() {
      return "colour";
    }

    @Override
    public String describe() {
      return "colour";
    }
  }
}
