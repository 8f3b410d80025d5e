package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.app.terminal.Signals;
import dev.bingo.app.terminal.StopSignals;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.run.Console;
import dev.bingo.run.Run;
import dev.bingo.run.StopRequests.Listening;
import dev.bingo.run.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SIGTERM and Ctrl-C, sent to processes. */
class StopSignalsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130"})
  void aSignalledTrainingWritesACheckpointAndGoesOnAsIfNothingHadBeen(String signal, int code)
      throws Exception {
    Path data = TinyRun.data(folder.resolve("data"), 160, 20);
    Path stopped = folder.resolve("stopped");
    // No checkpoints but the one that the signal asks for.
    String rare = "train.checkpoint_every_steps=0";
    try (Forked run = start(TinyRun.moco(data, stopped, rare))) {
      awaitSteps(run, stopped);
      run.signal(signal);
      assertThat(run.ended()).as(run.output()).isEqualTo(code);
      assertThat(run.output())
          .contains("finishing the step")
          .contains("bingo train --resume " + stopped);
    }
    assertThat(stopped.resolve("checkpoints")).isNotEmptyDirectory();
    assertThat(stopped.resolve(Run.ENCODER)).doesNotExist();
    finish(List.of("train", "--resume", stopped.toString()));
    Path whole = folder.resolve("whole");
    finish(TinyRun.moco(data, whole, rare));
    assertThat(stopped.resolve(Run.ENCODER)).hasSameBinaryContentAs(whole.resolve(Run.ENCODER));
  }

  @Test
  void aSecondCtrlCEndsAtOnceAndASecondTermDoesNot() throws Exception {
    try (Forked waiting = Forked.start(Endless.class, folder.resolve("out"), "", List.of())) {
      waiting.await("ready");
      waiting.signal("TERM");
      waiting.await("finishing the step");
      waiting.signal("TERM");
      assertThat(waiting.running()).isTrue();
      waiting.signal("INT");
      assertThat(waiting.ended()).isEqualTo(130);
      assertThat(waiting.output()).doesNotContain("hook");
      assertThat(waiting.output().split("asked once", -1)).hasSize(2);
    }
  }

  @Test
  void aCtrlCThatCameBeforeTheSystemHadItEndsByItToo() throws Exception {
    try (Forked dying = Forked.start(Dying.class, folder.resolve("out"), "", List.of())) {
      assertThat(dying.ended()).isEqualTo(130);
      assertThat(dying.output()).isEmpty();
    }
  }

  @Test
  void aSignalBetweenTrainingsEndsAtOnceWithoutAnExitUnderRunningKernels() throws Exception {
    try (Forked busy = Forked.start(Busy.class, folder.resolve("out"), "", List.of())) {
      busy.await("busy");
      busy.signal("TERM");
      assertThat(busy.ended()).isEqualTo(143);
      assertThat(busy.output()).doesNotContain("hook").doesNotContain("SIGSEGV");
    }
  }

  private Forked start(List<String> words) throws IOException {
    Path output = Files.createTempFile(folder, "output", "");
    return Forked.start(output, "", List.of(), words.toArray(String[]::new));
  }

  private void finish(List<String> words) throws Exception {
    try (Forked run = start(words)) {
      assertThat(run.ended()).as(run.output()).isZero();
    }
  }

  private static void awaitSteps(Forked run, Path directory) throws Exception {
    Path metrics = directory.resolve("metrics.jsonl");
    while (run.running() && !(Files.exists(metrics) && Files.size(metrics) > 500)) {
      Thread.onSpinWait();
    }
    assertThat(run.running()).as(run.output()).isTrue();
  }

  /** As the command line is outside of trainings. */
  static final class Busy {
    private Busy() {}

    public static void main(String[] arguments) throws IOException {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.err.println("hook")));
      Signals.leaveToSystem("TERM");
      System.err.println("busy");
      while (System.in.read() >= 0) {}
    }
  }

  /** Asked to end at once by a handler. */
  static final class Dying {
    private Dying() {}

    public static void main(String[] arguments) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.err.println("hook")));
      Signals.leaveToSystem("INT");
      Signals.die(2);
    }
  }

  /** A training whose step never ends. */
  static final class Endless {
    private Endless() {}

    public static void main(String[] arguments) throws IOException {
      Console console = TerminalConsole.standard();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.err.println("hook")));
      StopSignals signals = new StopSignals(console);
      try (Listening asked = signals.listen(() -> System.err.println("asked once"))) {
        console.say("ready");
        while (System.in.read() >= 0 || signals.exitCode() >= 0) {}
      }
    }
  }
}
