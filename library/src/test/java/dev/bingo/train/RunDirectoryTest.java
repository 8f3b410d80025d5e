package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  @TempDir Path folder;

  @Test
  void aSecondRunInTheSameDirectoryIsRefused() throws IOException {
    try (RunDirectory first = new RunDirectory(folder)) {
      assertThatThrownBy(() -> new RunDirectory(folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(first.path().toString())
          .hasMessageContaining("choose another");
    }
    new RunDirectory(folder).close();
  }

  @Test
  void whatWasNeverBegunLeavesNoFolder() throws IOException {
    new RunDirectory(folder.resolve("runs/a")).close();
    assertThat(folder).isEmptyDirectory();
    try (RunDirectory run = new RunDirectory(folder.resolve("runs/b"))) {
      run.write("recipe.yaml", "name: b");
    }
    assertThat(folder.resolve("runs/b/recipe.yaml")).exists();
    new RunDirectory(folder.resolve("runs/c")).close();
    assertThat(folder.resolve("runs")).isDirectoryNotContaining("glob:**c");
  }

  @Test
  void linesAfterTheCheckpointAreDropped() throws IOException {
    long length;
    try (RunDirectory run = new RunDirectory(folder)) {
      run.log(1, Map.of("step", 1));
      length = run.metricsLength();
      run.log(2, Map.of("step", 2));
    }
    // As a process killed while it wrote leaves it.
    Path metrics = folder.resolve("metrics.jsonl");
    Files.writeString(metrics, Files.readString(metrics) + "{\"step");
    try (RunDirectory run = new RunDirectory(folder)) {
      run.truncate(length, 1);
      run.log(2, Map.of("step", 22));
    }
    assertThat(metrics).hasContent("{\"step\":1}\n{\"step\":22}\n");
  }

  @Test
  void metricsThatSomeoneShortenedGetNoHole() throws IOException {
    try (RunDirectory run = new RunDirectory(folder)) {
      run.truncate(1000, 7);
      run.log(8, Map.of("step", 8));
    }
    assertThat(folder.resolve("metrics.jsonl")).hasContent("{\"step\":8}\n");
  }

  @Test
  void theNewestCheckpointsAreKept() throws IOException {
    Locale before = Locale.getDefault();
    // A locale with digits of its own.
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try (RunDirectory run = new RunDirectory(folder)) {
      for (long step : new long[] {9, 100, 20, 3}) {
        Files.createFile(run.checkpoint(step));
      }
      Files.createFile(folder.resolve("checkpoints/step-000000101.safetensors.damaged"));
      Files.createFile(folder.resolve("checkpoints/step-2.safetensors")); // none of ours
      run.prune(2);
      assertThat(run.checkpoints()).containsExactly(run.checkpoint(100), run.checkpoint(20));
      assertThat(folder.resolve("checkpoints/step-2.safetensors")).exists();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void halfWrittenFilesOfAKilledProcessAreSwept() throws IOException {
    Path checkpoints = Files.createDirectory(folder.resolve("checkpoints"));
    Path step = WholeFile.temporary(checkpoints.resolve("step-000000004.safetensors"));
    Path encoder = WholeFile.temporary(folder.resolve("encoder.safetensors"));
    Path ofOthers = folder.resolve(".vimrc.tmp");
    Path notes = folder.resolve("notes.tmp");
    Path folderOfItsName = WholeFile.temporary(folder.resolve("x"));
    for (Path file : List.of(step, encoder, ofOthers, notes)) {
      Files.createFile(file);
    }
    Files.createDirectory(folderOfItsName);
    new RunDirectory(folder).close();
    assertThat(List.of(step, encoder)).noneMatch(Files::exists);
    assertThat(List.of(ofOthers, notes, folderOfItsName)).allMatch(Files::exists);
  }
}
