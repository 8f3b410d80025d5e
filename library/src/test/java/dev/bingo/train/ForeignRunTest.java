package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.file.PlainFolder;
import dev.bingo.method.Method;
import dev.bingo.train.Checkpoint.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A run directory from somebody else: what is not what it should be is refused by its name. */
class ForeignRunTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path run;
  private Path victim;

  /** A run with everything in it that one can have. */
  @BeforeAll
  static void train() throws Exception {
    run = shared.resolve("run");
    ToyRun.train(run, ToyRun.config(1), new Listener() {});
    try (RunDirectory again = new RunDirectory(run)) {
      again.write(RunDirectory.RECIPE, "name: toy\n");
      Capture.write(again, 5, 0, 1, 0.1, Double.NaN, new long[] {1, 2});
      var barked = new LinkedBlockingQueue<String>();
      Listener listener =
          new Listener() {
            @Override
            public void onNotice(String message) {
              barked.add(message);
            }
          };
      try (Watchdog dog = new Watchdog(again.folder(), Duration.ofMillis(1), listener)) {
        dog.beat(1);
        assertThat(barked.poll(20, TimeUnit.SECONDS)).contains("stalls.txt");
      }
    }
    for (String name :
        List.of("encoder.safetensors", "bags.npy", "bags.npy.ids", "keys/keys.json")) {
      Files.createDirectories(run.resolve(name).getParent());
      Files.writeString(run.resolve(name), name);
    }
    Files.writeString(run.resolve(RunDirectory.badImages("train")), "a.png\tbad\n");
  }

  static List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(run)) {
      return all.filter(Files::isRegularFile).map(f -> run.relativize(f).toString()).toList();
    }
  }

  static List<String> folders() throws IOException {
    try (Stream<Path> all = Files.walk(run)) {
      return all.filter(f -> Files.isDirectory(f) && !f.equals(run))
          .map(f -> run.relativize(f).toString())
          .toList();
    }
  }

  @Test
  void theRunHasEveryKindOfFile() throws IOException {
    assertThat(files())
        .contains("lock", "metrics.jsonl", "stalls.txt", "recipe.yaml")
        .anyMatch(f -> f.startsWith("checkpoints/step-"))
        .anyMatch(f -> f.startsWith("captures/step-"))
        .anyMatch(f -> f.startsWith("tensorboard/events"));
  }

  @ParameterizedTest
  @MethodSource("files")
  void aLinkInPlaceOfAFileIsRefused(String name) throws IOException {
    Path copy = copy();
    Files.delete(copy.resolve(name));
    Files.createSymbolicLink(copy.resolve(name), victim);
    refused(copy, copy.resolve(name), "symbolic link");
    Files.delete(copy.resolve(name));
    Files.createSymbolicLink(copy.resolve(name), folder.resolve("absent"));
    refused(copy, copy.resolve(name), "symbolic link");
    assertThat(folder.resolve("absent")).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("files")
  void aPipeInPlaceOfAFileIsRefusedAndDoesNotHang(String name) throws Exception {
    Path copy = copy();
    Files.delete(copy.resolve(name));
    assumeThat(mkfifo(copy.resolve(name))).isTrue();
    refused(copy, copy.resolve(name), "pipe");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aLinkInPlaceOfAFolderIsRefused(String name) throws IOException {
    Path copy = copy();
    Path elsewhere = Files.move(copy.resolve(name), folder.resolve("elsewhere"));
    Files.createSymbolicLink(copy.resolve(name), elsewhere);
    refused(copy, copy.resolve(name), "symbolic link");
  }

  @ParameterizedTest
  @MethodSource("files")
  void aFolderInPlaceOfAFileThatIsOpenedIsRefused(String name) throws IOException {
    // Nothing reads the events again, and a capture is not opened by a run that goes on.
    assumeThat(name)
        .doesNotStartWith("tensorboard")
        .doesNotStartWith("captures")
        .doesNotStartWith("keys");
    Path copy = copy();
    Files.delete(copy.resolve(name));
    Files.createDirectory(copy.resolve(name));
    refused(copy, copy.resolve(name), "is a folder");
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aFileInPlaceOfAFolderIsRefused(String name) throws IOException {
    assumeThat(name).doesNotContain("/");
    Path copy = copy();
    Files.move(copy.resolve(name), folder.resolve("elsewhere"));
    Files.createFile(copy.resolve(name));
    refused(copy, copy.resolve(name), "is a file");
  }

  @Test
  void aSecondNameOfAFileThatIsWrittenToIsRefused() throws IOException {
    Path copy = copy();
    Files.delete(copy.resolve("metrics.jsonl"));
    Files.createLink(copy.resolve("metrics.jsonl"), victim);
    assertThatThrownBy(() -> new RunDirectory(copy))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("metrics.jsonl")
        .hasMessageContaining("hard link");
    for (String name : List.of("stalls.txt", "bad-images-train.tsv")) {
      Files.delete(copy.resolve(name));
      Files.createLink(copy.resolve(name), victim);
      assertThatThrownBy(() -> new PlainFolder(copy).append(name)).hasMessageContaining(name);
    }
    assertThat(victim).hasContent("precious");
  }

  @Test
  void aNewFileIsNotWrittenThroughALinkThatWaitsForIt() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Files.createSymbolicLink(empty.resolve("stalls.txt"), victim(folder));
    assertThatThrownBy(() -> new RunDirectory(empty)).hasMessageContaining("stalls.txt");
    assertThat(empty.resolve("lock")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "-7, 0, -77, 0",
    "0, -1000, 0, 0",
    "0, 2147483647, 0, 0",
    "0, 5, 6, 0",
    "9, 0, 99, 0",
    "0, 5, 5, -1"
  })
  void aPositionWhereTheRunCannotStandIsDamage(int epoch, int batch, long step, long metrics)
      throws IOException {
    Path copy = folder.resolve("run");
    try (RunDirectory fresh = new RunDirectory(copy)) {
      Method method = ToyRun.moco();
      Layer optimiser = new Optimiser(ToyRun.SGD, Modules.trainable(method.state()));
      Position position = new Position(epoch, batch, step, metrics, ToyRun.IDENTITY);
      Checkpoint.write(fresh.checkpoint(5), method.state(), optimiser, position);
    }
    assertThatThrownBy(() -> ToyRun.train(copy, ToyRun.config(2), new Listener() {}))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("none of its checkpoints is whole");
  }

  private void refused(Path copy, Path file, String why) throws IOException {
    Map<Path, Object> before = state(folder);
    assertThatThrownBy(() -> new RunDirectory(copy))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(why);
    assertThat(state(folder)).isEqualTo(before);
    assertThat(victim).hasContent("precious");
  }

  private Path copy() throws IOException {
    victim = victim(folder);
    Path copy = folder.resolve("run");
    try (Stream<Path> all = Files.walk(run)) {
      for (Path file : all.toList()) {
        Files.copy(file, copy.resolve(run.relativize(file).toString()));
      }
    }
    return copy;
  }

  private static Path victim(Path folder) throws IOException {
    return Files.writeString(folder.resolve("victim"), "precious");
  }

  /** What lies below a folder, and all that is in it. */
  private static Map<Path, Object> state(Path folder) throws IOException {
    Map<Path, Object> state = new HashMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.toList()) {
        boolean plain = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        state.put(
            file, plain ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1) : "");
      }
    }
    return state;
  }

  private static boolean mkfifo(Path pipe) throws Exception {
    try {
      return new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // no such system
    }
  }
}
