package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.image.ImageSetException;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.train.Trainer.Outcome;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is picked for images, what is refused, and that what is picked can be trained. */
class PlannerTest {
  /** A network that takes milliseconds a step. */
  private static final List<String> LIGHT =
      List.of(
          "student.arch=cifar_resnet20",
          "student.stem=cifar",
          "data.size=16",
          "train.precision=fp32",
          "train.device=cpu");

  @TempDir Path folder;

  /** Coloured squares of 24 pixels; no two alike. */
  private Path photos(int count) throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(24, 24, BufferedImage.TYPE_INT_RGB);
      Graphics2D paint = image.createGraphics();
      paint.setColor(Color.getHSBColor(i * 0.37f, 1, 1));
      paint.fillRect(i % 12, i / 12 % 12, 8, 8);
      paint.dispose();
      ImageIO.write(image, "png", photos.resolve("%04d.png".formatted(i)).toFile());
    }
    return photos;
  }

  private static Plan plan(Path data, String... settings) throws IOException {
    List<String> all = new ArrayList<>(LIGHT);
    all.addAll(List.of(settings));
    return Planner.plan(data, all, null, Console.SILENT);
  }

  @ParameterizedTest
  @CsvSource({"10", "37", "130"})
  void whatIsPickedForFewImagesCanBeTrained(int count) throws IOException {
    Plan plan = plan(photos(count), "train.epochs=1");
    assertThat(plan.facts().images()).isEqualTo(count);
    assertThat(plan.worth()).singleElement().asString().contains("random weights");
    assertThat(plan.estimate().seconds()).isPositive();
    assertThat(plan.estimate().memory()).isGreaterThan(1 << 20);
    Path run = folder.resolve("run");
    assertThat(new Run(plan.recipe(), run, Console.SILENT).train()).isEqualTo(Outcome.DONE);
    Recipe written = Recipes.read(run.resolve(Run.RECIPE).toString(), List.of());
    assertThat(written.train()).isEqualTo(plan.recipe().train());
    assertThat(written.name()).isEqualTo("photos");
  }

  @Test
  void whatAPersonSetsHoldsAndIsSaidToBeTheirs() throws IOException {
    Plan plan = plan(photos(40), "train.epochs=3", "train.batch=12", "moco.queue=24");
    assertThat(plan.recipe().train().batch()).isEqualTo(12);
    assertThat(plan.recipe().train().epochs()).isEqualTo(3);
    assertThat(Recipes.settings(plan.recipe())).containsEntry("moco.queue", "24");
    assertThat(plan.choices().stream().filter(c -> c.key().equals("train.batch")))
        .allMatch(Plan.Choice::given);
    assertThat(plan.choices().stream().filter(c -> c.key().equals("method")))
        .noneMatch(Plan.Choice::given);
  }

  @Test
  void theBudgetDecidesHowManyEpochsThereAreAndTheirScheduleIsAsLong() throws IOException {
    Path photos = photos(64);
    Plan little = Planner.plan(photos, LIGHT, Duration.ofSeconds(45), Console.SILENT);
    assertThat(little.budget()).isEqualTo(45);
    assertThat(little.estimate().epochs()).isEqualTo(little.recipe().train().epochs());
    assertThat(little.recipe().schedule().warmupEpochs())
        .isCloseTo(Math.min(10, 0.05 * little.recipe().train().epochs()), within(0.01));
  }

  @Test
  void aTeacherIsDistilledAtItsOwnSizeAndItsNormalisation() throws IOException {
    Path teacher = TinyRun.encoder(folder.resolve("teacher.safetensors"));
    Plan plan =
        Planner.plan(
            photos(60),
            List.of(
                "teacher.file=" + teacher,
                "student.arch=cifar_resnet20",
                "student.stem=cifar",
                "train.epochs=1"),
            null,
            Console.SILENT);
    // Bags are for more images.
    assertThat(plan.recipe().method()).isEqualTo("seed");
    assertThat(plan.recipe().data().size()).isEqualTo(16);
    assertThat(plan.recipe().data().normalise()).isEqualTo("cifar10");
  }

  @Test
  void anotherMethodsSettingsAreMadeToFit() throws IOException {
    Plan plan = plan(photos(40), "method=swav", "train.epochs=1", "swav.hidden=16");
    assertThat(plan.recipe().method()).isEqualTo("swav");
    assertThat(Integer.parseInt(Recipes.settings(plan.recipe()).get("swav.prototypes")))
        .isBetween(2, 40);
  }

  @Test
  void aNumberOfImagesThatNothingIsLearntFromIsRefusedWithWhatToDo() throws IOException {
    Path one = photos(1);
    assertThatThrownBy(() -> plan(one))
        .isInstanceOf(ImageSetException.class)
        .hasMessageContaining("there is 1 image")
        .hasMessageContaining("docs/teachers.md");
    Path none = Files.createDirectory(folder.resolve("none"));
    assertThatThrownBy(() -> plan(none)).isInstanceOf(ImageSetException.class);
  }

  @Test
  void copiesOfFewImagesAreNoMore() throws IOException {
    Path photos = photos(4);
    for (int i = 0; i < 20; i++) {
      Files.copy(photos.resolve("0000.png"), photos.resolve("copy" + i + ".png"));
    }
    assertThatThrownBy(() -> plan(photos)).hasMessageContaining("only 4 can be read");
  }

  @Test
  void tooManyBadImagesAreToldBeforeTheWork() throws IOException {
    Path photos = photos(20);
    for (int i = 0; i < 5; i++) {
      Files.writeString(photos.resolve("bad" + i + ".jpg"), "no image");
    }
    assertThatThrownBy(() -> plan(photos))
        .hasMessageContaining("5 of the 25 images")
        .hasMessageContaining("data.bad_images=0.21");
    assertThat(plan(photos, "data.bad_images=0.3", "train.epochs=1").facts().bad()).hasSize(5);
  }

  @ParameterizedTest
  @CsvSource({
    "data.train=elsewhere,data.train",
    "method=seed,teacher.file",
    "train.epoch=3,did you mean",
    "train.batch=99,train.batch",
  })
  void settingsThatCantHoldAreRefused(String setting, String said) throws IOException {
    Path photos = photos(12);
    assertThatThrownBy(() -> plan(photos, setting))
        .isInstanceOfAny(RecipeException.class, IllegalArgumentException.class)
        .hasMessageContaining(said);
  }

  @Test
  void aBudgetAndANumberOfEpochsContradictEachOther() throws IOException {
    Path photos = photos(12);
    assertThatThrownBy(
            () ->
                Planner.plan(
                    photos, List.of("train.epochs=3"), Duration.ofHours(1), Console.SILENT))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("leave one of the two out");
  }

  @Test
  void aSampleStandsForMany() {
    DataFacts facts =
        new DataFacts(1_000_000, 1000, Map.of(), 3, 0, new int[] {32, 32}, 1024, new int[0]);
    facts.check(0.01);
    assertThat(facts.whole()).isFalse();
  }
}
