package dev.bingo.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.method.Progress;
import dev.bingo.view.Augmentation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RecipesTest {
  @TempDir Path folder;

  static List<String> shipped() {
    return Recipes.SHIPPED;
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void everyShippedRecipeIsReadAndSaysItsName(String name) {
    Recipe recipe = Recipes.read(name, List.of());
    assertThat(recipe.name()).isEqualTo(name);
    assertThat(Recipes.text(name)).startsWith("# ");
  }

  @Test
  void theResolvedRecipeReadsBackToItself() throws IOException {
    Recipe recipe = Recipes.read("bingo-cifar10", List.of("train.epochs=7", "data.train=a b"));
    Path file = folder.resolve("r.yaml");
    Files.writeString(file, Recipes.write(recipe));
    assertThat(Recipes.read(file.toString(), List.of())).isEqualTo(recipe);
    assertThat(Recipes.write(recipe)).contains("bingo:").doesNotContain("swav");
  }

  @Test
  void overridesWinOverTheFileAndTheFileOverDefaults() {
    Recipe recipe = Recipes.read("bingo-cifar10", List.of("train.epochs=7"));
    assertThat(recipe.train().epochs()).isEqualTo(7);
    assertThat(recipe.train().batch()).isEqualTo(256);
    assertThat(recipe.train().keep()).isEqualTo(Recipe.DEFAULT.train().keep());
  }

  @Test
  void aWarmUpStartsWhereTheRecipeSaysAndEndsWithItsLastStep() {
    Recipe recipe =
        Recipes.read(
            "swav-imagenet-r50",
            List.of(
                "optimiser.lr=4.8",
                "schedule.warmup_epochs=2",
                "schedule.warmup_start=0.3",
                "schedule.warmup_inclusive=true"));
    // SwAV: numpy.linspace(0.3, 4.8, 2 · 5)
    for (int step = 0; step < 10; step++) {
      assertThat(Settings.schedule(recipe).at(new Progress(step / 5, step, 5, 20, 0)))
          .isCloseTo(0.3 + 4.5 * step / 9, within(1e-12));
    }
    assertThat(Recipe.DEFAULT.schedule().warmupStart()).isZero();
    assertRefused("schedule:\n  warmup_start: -1\n", "schedule");
  }

  @ParameterizedTest
  @CsvSource({
    "dino_vits16, 28, data.size=32 would fit",
    "dino_vitb8, 100, data.size=104 would fit",
  })
  void aTransformerIsRefusedImagesThatItWouldCut(String arch, int size, String advice) {
    List<String> settings =
        List.of("student.arch=" + arch, "student.stem=imagenet", "data.size=" + size);
    assertThatThrownBy(() -> Recipes.read("moco-v2-cifar10", settings))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("whole patches")
        .hasMessageContaining(advice);
  }

  @Test
  void whatARunHasNoUseForIsToldOfOverridesAndOfOnesOwnFileAlone() throws IOException {
    assertThat(Recipes.ignored("bingo-cifar10", List.of("train.epochs=2", "bags.k=3"))).isEmpty();
    assertThat(
            Recipes.ignored("bingo-cifar10", List.of("method=seed", "bags.k=3", "bingo.queue=9")))
        .containsOnlyKeys("bags.k", "bingo.queue")
        .containsEntry("bingo.queue", "the method is seed");
    assertThat(Recipes.ignored("swav-cifar10", List.of("swav.small_size=16", "schedule.gamma=1")))
        .containsOnlyKeys("swav.small_size", "schedule.gamma");
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, Recipes.write(Recipes.read("moco-v2-cifar10", List.of())));
    assertThat(Recipes.ignored(file.toString(), List.of())).isEmpty();
    Files.writeString(file, "method: moco-v2\nbags:\n  k: 9\n  kind: knn\n");
    assertThat(Recipes.ignored(file.toString(), List.of())).containsOnlyKeys("bags.k");
  }

  @Test
  void anAugmentationIsANameAndWhatDiffersFromIt() {
    Recipe recipe =
        Recipes.read("demo-teacher", List.of("augmentation=moco2 crop_min=0.3  blur=0"));
    Augmentation read = Settings.augmentation(recipe);
    assertThat(read.cropMin()).isEqualTo(0.3);
    assertThat(read.blur()).isZero();
    assertThat(read.hue()).isEqualTo(Augmentation.MOCO2.hue());
    assertRefused("augmentation: moco2 crop_mni=0.3\n", "did you mean 'crop_min'");
    assertRefused("augmentation: moco2 crop_min=x\n", "crop_min=x", "not a number");
    assertRefused("augmentation: moco2 crop_min=3\n", "crop", "3.0");
  }

  @Test
  void anUnknownKeyIsRefusedWithItsLineAndTheNearestName() {
    assertRefused("name: x\ntrain:\n  epoch: 5\n", ":3:", "train.epoch", "did you mean 'epochs'");
  }

  @Test
  void aWrongTypeIsRefusedWithItsLine() {
    assertRefused("train:\n  epochs: many\n", ":2:", "train.epochs", "whole number", "many");
    assertRefused("train: 5\n", ":1:", "train", "keys below it");
    assertRefused("data:\n  exif: 1.5\n", "data.exif", "true or false");
  }

  @Test
  void impossibleValuesAndCombinationsAreRefused() {
    assertRefused("method: bingoo\n", "did you mean 'bingo'");
    assertRefused("student:\n  arch: resnet81\n", "did you mean 'resnet");
    assertRefused("bingo:\n  loss: paper\n", "CutMix");
    assertRefused(
        "method: swav\nswav:\n  prototypes: 1\n", "swav.prototypes: expected at least 2, got 1");
    assertRefused("swav:\n  epsilon: 1e-4\n", "swav.epsilon");
    assertRefused("swav:\n  small_min: 0.5\n", "swav.small_min");
    assertRefused("wcl:\n  temperature: 0\n", "wcl.temperature");
    assertRefused("wcl:\n  warmup: moco3\n", "wcl.warmup", "did you mean 'moco2'");
    assertRefused(
        "method: wcl\nwcl:\n  warmup: moco2 blurr=1\n", "wcl.warmup", "did you mean 'blur'");
    assertRefused("cone:\n  neighbours: 70000\n", "cone.neighbours");
    assertRefused("train:\n  epochs: 0\n", "train.epochs", "at least 1");
  }

  static List<String> methods() {
    return Methods.names();
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everySettingOfAMethodIsReadAndWritten(String method) throws IOException {
    Recipe recipe =
        Recipes.read(
            "bingo-cifar10", List.of("method=" + method, "data.size=48", "augmentation=simclr"));
    Path file = folder.resolve("r.yaml");
    Files.writeString(file, Recipes.write(recipe));
    assertThat(Recipes.read(file.toString(), List.of())).isEqualTo(recipe);
    assertThat(Recipes.write(recipe)).contains(Methods.section(method) + ":");
    assertThat(recipe.own().toString())
        .contains("size=48")
        .contains(Augmentation.SIMCLR.toString());
  }

  @Test
  void yamlThatCouldHarmIsRefused() {
    assertRefused("name: &a x\nmethod: *a\n", "aliases");
    assertRefused("name: !!javax.script.ScriptEngineManager [x]\n", "tags");
    assertRefused("name: x\nname: y\n", "YAML");
    assertRefused("name: " + "[".repeat(200) + "\n", "YAML");
    assertRefused("- a\n", "key: value");
  }

  @Test
  void bombsOfYamlEndSoon() throws IOException {
    StringBuilder laughs = new StringBuilder("name: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++) {
      laughs
          .append("k")
          .append(i)
          .append(": &a")
          .append(i)
          .append(" [*a")
          .append(i - 1)
          .append(", *a")
          .append(i - 1)
          .append("]\n");
    }
    assertRefused(laughs.toString(), "name");
    assertRefused("data: &d\n  <<: *d\n", "data.<<: unknown key");
    assertRefused("name: " + "{a: ".repeat(10_000) + "\n", "bad.yaml");
    assertRefused("? [" + "a, ".repeat(1000) + "]\n: x\n", "bad.yaml");
    assertRefused("name: x\n---\nname: y\n", "more than one");
    assertRefused("name: \u0000\n", "YAML");
    Path file = folder.resolve("large.yaml");
    Files.writeString(file, "#".repeat((1 << 20) + 1));
    assertThatThrownBy(() -> Recipes.read(file.toString(), List.of()))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("too large");
  }

  @ParameterizedTest
  @CsvSource({
    "train.epoch=5, did you mean 'epochs'",
    "train=5, keys below it",
    "train.epochs, expected key=value",
    "train.epochs=x, whole number",
    "name.x=1, no keys below it"
  })
  void wrongOverridesSayWhatIsWrong(String override, String message) {
    assertThatThrownBy(() -> Recipes.read("bingo-cifar10", List.of(override)))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining(message);
  }

  @Test
  void anUnknownRecipeIsRefusedWithTheNearestName() {
    assertThatThrownBy(() -> Recipes.read("bingo-cifar", List.of()))
        .hasMessageContaining("did you mean 'bingo-cifar10'");
  }

  private void assertRefused(String yaml, String... parts) {
    Path file = folder.resolve("bad.yaml");
    try {
      Files.writeString(file, yaml);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    var thrown =
        assertThatThrownBy(() -> Recipes.read(file.toString(), List.of()))
            .isInstanceOf(RecipeException.class);
    for (String part : parts) {
      thrown.hasMessageContaining(part);
    }
  }
}
