package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bingo.app.terminal.Faults;
import dev.bingo.run.Run;
import dev.bingo.run.TinyRun;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntUnaryOperator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Machines that fail under a training: what is said, and that the run goes on once it is mended.
 */
class FaultsTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  @Test
  void aFileThatCannotGrowEndsTheRunWithWhatToDo() throws Exception {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    Path run = folder.resolve("run");
    // Bash counts in KiB: room for metrics, none for a checkpoint.
    try (Forked full = start("ulimit -f 200;", TinyRun.moco(data, run))) {
      assertThat(full.ended()).as(full.output()).isEqualTo(1);
      assertThat(full.output())
          .contains("step-000000003.safetensors: File too large. Make room")
          .contains("--resume")
          .doesNotContain("\tat ");
    }
    assertThat(run.resolve("checkpoints")).isEmptyDirectory();
    finish(List.of("train", "--resume", run.toString()));
  }

  @Test
  void aFullDiskCostsNoCheckpointAndTheRunGoesOnOnceThereIsRoom() throws Exception {
    Path data = TinyRun.data(folder.resolve("data"), 96, 20);
    Path disk = mount("size=8m");
    try {
      Path run = disk.resolve("run");
      String all = "train.keep=100";
      String often = "train.checkpoint_every_steps=1";
      try (Forked full = start("", TinyRun.moco(data, run, all, often))) {
        assertThat(full.ended()).as(full.output()).isEqualTo(1);
        assertThat(full.output())
            .contains("No space left on device. Make room")
            .doesNotContain("\tat ");
      }
      assertThat(run.resolve("checkpoints")).isNotEmptyDirectory();
      mount(disk, "remount,size=200m");
      try (Forked resumed = start("", List.of("train", "--resume", run.toString()))) {
        assertThat(resumed.ended()).as(resumed.output()).isZero();
        assertThat(resumed.output()).contains("resumed from step-").doesNotContain("damaged");
      }
      Path whole = folder.resolve("whole");
      finish(TinyRun.moco(data, whole, all, often));
      assertThat(run.resolve(Run.ENCODER)).hasSameBinaryContentAs(whole.resolve(Run.ENCODER));
    } finally {
      unmount(disk);
    }
  }

  @Test
  void aReadOnlyDirectoryIsNamed() throws Exception {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    Path disk = mount("size=1m,ro");
    try (Forked refused = start("", TinyRun.moco(data, disk.resolve("run")))) {
      assertThat(refused.ended()).isEqualTo(1);
      assertThat(refused.output())
          .contains(disk.toString())
          .contains("Read-only file system. It can't be written to: choose another place (--out)")
          .doesNotContain("\tat ");
    } finally {
      unmount(disk);
    }
  }

  @Test
  void whatIsNoDirectoryIsNamed() throws Exception {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    Path file = Files.createFile(folder.resolve("file"));
    try (Forked refused = start("", TinyRun.moco(data, file.resolve("run")))) {
      assertThat(refused.ended()).isEqualTo(1);
      assertThat(refused.output()).contains(file.toString()).doesNotContain("\tat ");
    }
  }

  @Test
  void aDataSetThatVanishesEndsTheRunAndOneThatIsBackGoesOn() throws Exception {
    Path data = pictures(folder.resolve("photos"), i -> i * 1_000_003);
    Path run = folder.resolve("run");
    Path away = folder.resolve("away");
    String[] streamed = {"data.kind=auto", "data.memory=no", "train.epochs=1000"};
    try (Forked training = start("", TinyRun.moco(data, run, streamed))) {
      Path checkpoint = run.resolve("checkpoints/step-000000003.safetensors");
      while (training.running() && !Files.exists(checkpoint)) {
        Thread.onSpinWait();
      }
      Files.move(data, away);
      assertThat(training.ended()).as(training.output()).isEqualTo(2);
      assertThat(training.output())
          .contains("images can't be read")
          .contains("no such file")
          .contains("Has a disk been unmounted")
          .doesNotContain("\tat ");
    }
    try (Forked gone = start("", List.of("train", "--resume", run.toString()))) {
      assertThat(gone.ended()).isEqualTo(2);
      assertThat(gone.output()).contains("No images at " + data);
    }
    Files.move(away, data);
    try (Forked back = start("", List.of("train", "--resume", run.toString()))) {
      back.await("resumed from step-");
    }
  }

  @Test
  void aSecondProcessInTheRunDirectoryIsRefusedAndHarmsNothing() throws Exception {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    Path run = folder.resolve("run");
    try (Forked first = start("", TinyRun.moco(data, run, "train.epochs=1000"))) {
      Path checkpoint = run.resolve("checkpoints/step-000000003.safetensors");
      while (first.running() && !Files.exists(checkpoint)) {
        Thread.onSpinWait();
      }
      try (Forked second = start("", List.of("train", "--resume", run.toString()))) {
        assertThat(second.ended()).isEqualTo(1);
        assertThat(second.output())
            .contains("another process is training in this run directory; wait for it, or choose");
      }
      assertThat(first.running()).isTrue();
    }
  }

  @Test
  void memoryThatDoesNotSufficeIsSaidWithWhatHelps() throws Exception {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    String huge = "moco.embedding=2000000000";
    try (Forked training = start("", TinyRun.moco(data, folder.resolve("run"), huge))) {
      assertThat(training.ended()).isEqualTo(1);
      assertThat(training.output())
          .contains("out of memory")
          .contains("smaller train.batch")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void aLossThatIsNotFiniteIsCapturedAndReplayed() throws Exception {
    Path data = TinyRun.data(folder.resolve("data"), 96, 20);
    Path run = folder.resolve("run");
    String absurd = "optimiser.lr=1e30";
    try (Forked training = start("", TinyRun.moco(data, run, absurd))) {
      assertThat(training.ended()).as(training.output()).isEqualTo(1);
      assertThat(training.output()).contains("the loss is NaN at step").contains("'bingo replay ");
    }
    Path capture;
    try (var captures = Files.list(run.resolve("captures"))) {
      capture = captures.findFirst().orElseThrow();
    }
    try (Forked replay = start("", List.of("replay", capture.toString()))) {
      assertThat(replay.ended()).as(replay.output()).isZero();
      assertThat(replay.output()).contains("the run's loss was NaN").contains("fp32: loss NaN");
      assertThat(replay.output()).contains("gradients NOT finite in [");
    }
  }

  @Test
  void anEncoderThatCollapsesEndsTheRunWithLikelyCauses() throws Exception {
    Path alike = pictures(folder.resolve("alike"), i -> 0);
    Path run = folder.resolve("run");
    try (Forked training =
        start("", TinyRun.moco(alike, run, "data.kind=auto", "train.epochs=20"))) {
      assertThat(training.ended()).as(training.output()).isEqualTo(1);
      assertThat(training.output())
          .contains("the encoder has collapsed in epoch 11")
          .contains("data that are all alike")
          .doesNotContain("\tat ");
    }
    Path data = TinyRun.data(folder.resolve("data"), 64, 20);
    Path sound = folder.resolve("sound");
    finish(TinyRun.moco(data, sound));
    assertThat(Files.readString(sound.resolve("metrics.jsonl")))
        .contains("feature_spread")
        .contains("effective_rank")
        .contains("mean_cosine");
  }

  @Test
  void theHeapsEndIsSaidLikeTheMachines() {
    Throwable e = new RuntimeException("sample 3", new OutOfMemoryError("Java heap space"));
    assertThat(Faults.explain(e)).contains("out of memory").contains("JAVA_OPTS=-Xmx");
    assertThat(Faults.explain(new IllegalStateException("plain"))).isEqualTo("plain");
  }

  @ParameterizedTest
  @CsvSource({
    "Disk quota exceeded, quota",
    "Stale file handle, mend that first",
    "Input/output error, mend that first"
  })
  void whatTheSystemSaysIsFollowedByWhatToDo(String words, String advice) {
    var e = new java.nio.file.FileSystemException("runs/a/x", null, words);
    assertThat(Faults.explain(e)).startsWith("runs/a/x: " + words + ". ").contains(advice);
  }

  /** 64 pictures of one colour each. */
  private static Path pictures(Path folder, IntUnaryOperator colour) throws IOException {
    Files.createDirectory(folder);
    for (int i = 0; i < 64; i++) {
      BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 400; p++) {
        image.setRGB(p % 20, p / 20, colour.applyAsInt(i));
      }
      ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
    }
    return folder;
  }

  private Forked start(String shell, List<String> words) throws IOException {
    Path output = Files.createTempFile(folder, "output", "");
    return Forked.start(output, shell, List.of(), words.toArray(String[]::new));
  }

  private void finish(List<String> words) throws Exception {
    try (Forked run = start("", words)) {
      assertThat(run.ended()).as(run.output()).isZero();
    }
  }

  /** A file system of its own, where this machine lets us (root on Linux); else not tested. */
  private Path mount(String options) throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    mount(disk, options);
    return disk;
  }

  private static void mount(Path disk, String options) throws Exception {
    assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
    int code = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.toString());
    assumeThat(code).as("may mount").isZero();
    assertThat(disk.toFile().getTotalSpace()).isLessThan(300 * MIB);
  }

  private static void unmount(Path disk) throws Exception {
    assertThat(run("umount", disk.toString())).isZero();
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
