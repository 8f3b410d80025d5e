package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.recipe.Recipes;
import dev.bingo.torch.Engine;
import dev.bingo.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes whose batches are shared by ranks. */
class RankRunTest {
  @TempDir Path folder;
  private final List<String> said = new ArrayList<>();
  private int threads;

  private final Console console =
      new Console() {
        @Override
        public void say(String message) {
          said.add(message);
        }
      };

  @BeforeEach
  void remember() {
    Engine.start();
    threads = torch.get_num_threads();
  }

  @AfterEach
  void giveBack() {
    torch.set_num_threads(threads);
  }

  private Path train(String name, String... settings) throws IOException {
    Path data = folder.resolve("data");
    if (!Files.exists(data)) {
      TinyRun.data(data, 48, 10);
    }
    List<String> words = new ArrayList<>(TinyRun.moco(data, folder, settings));
    words.add("train.epochs=2");
    Path run = folder.resolve(name);
    new Run(Recipes.read(words.get(1), words.subList(4, words.size())), run, console).train();
    return run;
  }

  private static String ranks(Path run) {
    return Recipes.read(run.resolve(RunDirectory.RECIPE).toString(), List.of()).train().ranks();
  }

  @Test
  void aTeacherIsSharedAndItsKeysAreMadeOnce() throws IOException {
    Path teacher = train("teacher", "moco.groups=2").resolve(Run.ENCODER);
    Path run =
        train(
            "student",
            "method=bingo",
            "bingo.queue=40",
            "teacher.file=" + teacher,
            "teacher.check=no",
            "teacher.groups=2",
            "teacher.cached_views=1",
            "train.ranks=2");
    assertThat(run.resolve(Run.ENCODER)).exists();
    assertThat(ranks(run)).isEqualTo("2");
  }

  @Test
  void autoIsMeasuredOnceAndKept() throws IOException {
    Path run = train("run", "moco.groups=2", "train.torch_threads=2", "train.ranks=auto");
    assertThat(said).filteredOn(line -> line.startsWith("train.ranks=auto")).hasSize(1);
    assertThat(ranks(run)).isIn("1", "2");
    said.clear();
    train("run", "moco.groups=2", "train.torch_threads=2", "train.ranks=auto");
    assertThat(said).noneMatch(line -> line.startsWith("train.ranks=auto"));
  }

  @Test
  void anotherNumberOfRanksGoesOnAndIsSaid() throws IOException {
    train("run", "moco.groups=4", "train.ranks=2");
    Path run = train("run", "moco.groups=4", "train.ranks=4");
    assertThat(said).anyMatch(line -> line.startsWith("train.ranks: 4 in place of 2"));
    assertThat(ranks(run)).isEqualTo("4");
  }

  @Test
  void whatCannotBeSharedIsRefusedBeforeAnythingIsMade() {
    assertThatThrownBy(() -> train("run", "moco.groups=2", "train.ranks=4"))
        .hasMessageContaining("4 ranks can't share the 2 batch-norm groups of moco.groups=2");
    assertThatThrownBy(() -> train("run", "train.ranks=some"))
        .hasMessageContaining("train.ranks: expected auto or a whole number of at least 1");
    assertThat(folder.resolve("run")).doesNotExist();
  }
}
