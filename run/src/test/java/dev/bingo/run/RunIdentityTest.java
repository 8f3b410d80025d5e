package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.image.ImageSource;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Trainer.Outcome;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is moved, extended, or older than this build. */
class RunIdentityTest {
  @TempDir Path folder;
  private final List<String> said = new ArrayList<>();

  private final Console console =
      new Console() {
        @Override
        public void say(String message) {
          said.add(message);
        }
      };

  /** As {@code bingo train --resume}. */
  private Outcome resume(Path run, String... settings) throws IOException {
    Path file = run.resolve(RunDirectory.RECIPE);
    return new Run(Recipes.read(file.toString(), List.of(settings)), run, console).train();
  }

  private Path begin(String name, String... settings) throws IOException {
    Path run = folder.resolve(name);
    new Run(recipe(settings), run, console).train();
    return run;
  }

  private Recipe recipe(String... settings) throws IOException {
    Path data = folder.resolve("data");
    if (!Files.exists(data)) {
      TinyRun.data(data, 48, 10);
    }
    List<String> words = TinyRun.moco(data, folder, settings);
    return Recipes.read(words.get(1), words.subList(4, words.size()));
  }

  /**
   * A run of two epochs of this build's predecessor, stopped after the first; its data beside it.
   */
  private Path oldRun() throws IOException {
    try (InputStream in = getClass().getResourceAsStream("old-run.zip");
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        Path file = folder.resolve(e.getName());
        if (!e.isDirectory()) {
          Files.createDirectories(file.getParent());
          Files.copy(zip, file);
        }
      }
    }
    return folder.resolve("run");
  }

  @Test
  void aRunOfAnOlderBuildGoesOnAndIsKnownBySettingsFromThenOn() throws IOException {
    Path run = oldRun();
    String data = "data.train=" + folder.resolve("data");
    assertThatThrownBy(() -> resume(run, data, "optimiser.lr=0.5"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("belongs to another run: optimiser.lr: 0.06, now 0.5. To go on");
    assertThat(resume(run, data)).isEqualTo(Outcome.DONE);
    assertThat(said).anyMatch(s -> s.contains("resumed from step-000000003"));
    assertThat(SafeTensors.metadata(newest(run)).get("identity"))
        .startsWith("{")
        .contains("moco.queue");
    // Where its images are now is remembered.
    assertThat(resume(run)).isEqualTo(Outcome.DONE);
  }

  @Test
  void aRunOfAnOlderBuildIsExtended() throws IOException {
    Path run = oldRun();
    assertThat(resume(run, "data.train=" + folder.resolve("data"), "train.epochs=3"))
        .isEqualTo(Outcome.DONE);
    assertThat(said).anyMatch(s -> s.startsWith("train.epochs: 3 in place of 2. From epoch 2 on"));
    assertThat(Run.metrics(run).stream().mapToInt(m -> ((Number) m.get("epoch")).intValue()).max())
        .hasValue(3);
    assertThat(resume(run)).isEqualTo(Outcome.DONE);
  }

  @Test
  void aSettingThatCameLaterHadItsDefault() throws IOException {
    try (ImageSource images = DataSets.train(recipe(), null, console)) {
      String kept = identity(images).text();
      String before = kept.replace("\"optimiser.nesterov\":\"false\",", "");
      assertThat(before).isNotEqualTo(kept);
      assertThat(identity(images).difference(before, 0)).isEmpty();
      assertThat(identity(images, "optimiser.nesterov=true").difference(before, 0))
          .isEqualTo("optimiser.nesterov: false, now true");
      String more = kept.replace("{", "{\"moco.gone\":\"7\",");
      assertThat(identity(images).difference(more, 0))
          .isEqualTo("moco.gone: 7, now not known any more");
      String asWritten = kept.replace("\"optimiser.lr\":\"0.06\"", "\"optimiser.lr\":\"6E-2\"");
      assertThat(asWritten).isNotEqualTo(kept);
      assertThat(identity(images).difference(asWritten, 0)).isEmpty();
    }
  }

  @Test
  void whatIsNoIdentityIsRefused() throws IOException {
    try (ImageSource images = DataSets.train(recipe(), null, console)) {
      for (String kept :
          List.of("", "{", "[1]", "{\"a\":[1]}", "\u202e", "{\"train.epochs\":\"x\"}")) {
        assertThat(identity(images).difference(kept, 0))
            .as(kept)
            .isNotEmpty()
            .doesNotContain("\u202e");
      }
    }
  }

  private RunIdentity identity(ImageSource images, String... settings) throws IOException {
    return new RunIdentity(recipe(settings), Precision.FP32, images, null, null, console);
  }

  @Test
  void aRunThatWasMovedGoesOnWithMovedImages() throws IOException {
    Path run = begin("run", "train.epochs=2", "train.keep=9");
    Files.delete(newest(run));
    Files.delete(run.resolve(RunDirectory.ENCODER));
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    Path moved = Files.move(run, elsewhere.resolve("mine"));
    Path images = Files.move(folder.resolve("data"), elsewhere.resolve("images"));
    assertThatThrownBy(() -> resume(moved)).hasMessageContaining("No images at");
    assertThat(resume(moved, "data.train=" + images)).isEqualTo(Outcome.DONE);
    assertThat(resume(moved)).isEqualTo(Outcome.DONE);
    assertThat(moved.resolve(RunDirectory.ENCODER)).exists();
  }

  @Test
  void otherImagesAndMoreDifferencesAreNamed() throws IOException {
    Path run = begin("run", "train.epochs=1");
    Path others = TinyRun.data(folder.resolve("others"), 64, 10);
    assertThatThrownBy(
            () -> resume(run, "data.train=" + others, "optimiser.lr=0.5", "schedule.kind=constant"))
        .hasMessageContaining("data.train: the images are others")
        .hasMessageContaining("optimiser.lr: 0.06, now 0.5")
        .hasMessageContaining("schedule.kind: cosine, now constant");
  }

  @Test
  void aTeacherIsKnownByItsContent() throws IOException {
    Path teacher = TinyRun.encoder(folder.resolve("teacher.safetensors"));
    String[] settings = {
      "method=seed",
      "seed.queue=32",
      "seed.patches=2",
      "seed.patch_size=8",
      "teacher.check=no",
      "teacher.file=" + teacher,
      "train.epochs=1"
    };
    Path run = begin("run", settings);
    Path moved = Files.move(teacher, folder.resolve("moved.safetensors"));
    assertThat(resume(run, "teacher.file=" + moved)).isEqualTo(Outcome.DONE);
    Path other = folder.resolve("other.safetensors");
    try (PointerScope scope = new PointerScope()) {
      SafeTensors.Content content = SafeTensors.read(moved);
      content
          .tensors()
          .values()
          .iterator()
          .next()
          .view(-1)
          .narrow(0, 0, 1)
          .add_(Tensors.of(new float[] {1}, 1));
      SafeTensors.write(other, content.tensors(), content.metadata());
    }
    assertThatThrownBy(() -> resume(run, "teacher.file=" + other))
        .hasMessageContaining("teacher.file: the teacher's weights are others");
  }

  @Test
  void aLongerScheduleHoldsFromWhereTheRunStands() throws IOException {
    Path run = begin("run", "train.epochs=2");
    assertThat(resume(run, "train.epochs=4")).isEqualTo(Outcome.DONE);
    // Cosine of four epochs, at its middle and after: 0.06 (1 + cos(pi epoch / 4)) / 2.
    assertThat(said)
        .anyMatch(
            s ->
                s.startsWith(
                    "train.epochs: 4 in place of 2. From epoch 3 on the schedule is that of"
                        + " 4 epochs: the learning rate is 0.03000 there, by the one before 0.000"));
    assertThat(rates(run)).hasSize(3).startsWith(0.06, 0.03);
    assertThat(rates(run).get(2)).isEqualTo(0.06 * (1 - Math.sqrt(0.5)) / 2, within(1e-9));
    // It is remembered; and what is done can't be undone.
    assertThat(resume(run)).isEqualTo(Outcome.DONE);
    assertThatThrownBy(() -> resume(run, "train.epochs=3"))
        .hasMessageContaining("train.epochs: 3, and more are done already");
  }

  /** By epoch. */
  private static List<Double> rates(Path run) throws IOException {
    return Run.metrics(run).stream()
        .map(m -> m.get("learning_rate"))
        .filter(r -> r != null)
        .map(r -> ((Number) r).doubleValue())
        .distinct()
        .toList();
  }

  private static Path newest(Path run) throws IOException {
    try (var files = Files.list(run.resolve("checkpoints"))) {
      return files.max(java.util.Comparator.naturalOrder()).orElseThrow();
    }
  }
}
