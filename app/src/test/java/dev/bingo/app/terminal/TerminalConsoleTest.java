package dev.bingo.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.train.Listener;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalConsoleTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Listener.Step step(long step, long of) {
    return step(step, of, 0);
  }

  private static Listener.Step step(long step, long of, double waitShare) {
    return new Listener.Step(0, 1, step, of, 5, 6, 0.1, 100, waitShare, Map.of());
  }

  /** Ends a training in whose second step this share of the time went to waiting. */
  private void waiting(TerminalConsole console, double share) {
    console.newTraining();
    console.step("run", step(1, 2, .9));
    bytes.reset();
    console.step("run", step(2, 2, share));
  }

  @Test
  void oneStepAloneSaysNothingOfTheTimeLeft() {
    new TerminalConsole(out, true).step("run", step(1, 1000));
    assertThat(shown()).contains("step 1/1,000").doesNotContain("left");
  }

  @Test
  void theLastStepLeavesNoTime() {
    TerminalConsole console = new TerminalConsole(out, true);
    console.step("run", step(1, 3));
    console.step("run", step(3, 3));
    assertThat(shown()).contains("step 3/3").contains("left 0:00");
  }

  @Test
  void anotherTrainingStartsItsOwnPace() {
    TerminalConsole console = new TerminalConsole(out, true);
    console.step("run", step(1, 2));
    console.step("run", step(2, 2));
    console.newTraining();
    bytes.reset();
    console.step("next", step(1, 1000));
    assertThat(shown()).contains("next").doesNotContain("left");
  }

  @Test
  void aLoaderThatIsTheBottleneckIsNamedWithWhatHelps() {
    waiting(new TerminalConsole(out, true), .34);
    assertThat(shown())
        .contains("wait 34 % (loader-bound: more train.loader_threads, ")
        .contains("data.memory=yes");
  }

  @Test
  void theBottleneckIsNamedOnceATraining() {
    TerminalConsole console = new TerminalConsole(out, true);
    waiting(console, .34);
    bytes.reset();
    console.step("run", step(2, 2, .5));
    assertThat(shown()).contains("wait 50 %").doesNotContain("loader-bound");
    waiting(console, .5);
    assertThat(shown()).contains("loader-bound");
  }

  @Test
  void aLoaderThatKeepsUpIsNotBlamed() {
    waiting(new TerminalConsole(out, true), .05);
    assertThat(shown()).contains("wait 5 %").doesNotContain("loader-bound");
  }

  @Test
  void theFirstStepsWaitIsNobodysFault() {
    new TerminalConsole(out, true).step("run", step(1, 2, .9));
    assertThat(shown()).contains("wait 90 %").doesNotContain("loader-bound");
  }
}
