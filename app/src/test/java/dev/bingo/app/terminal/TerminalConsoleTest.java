package dev.bingo.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalConsoleTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private long now;

  private TerminalConsole console(boolean terminal) {
    return new TerminalConsole(out, terminal, 80, () -> now);
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatBeginsSaysSoBeforeItsFirstPieceIsDone() {
    console(false).begin("embedding with the teacher");
    assertThat(shown()).isEqualTo("embedding with the teacher ..." + System.lineSeparator());
  }

  @Test
  void aLogGetsALineWithinSecondsAndFewerTheLongerItTakes() {
    TerminalConsole console = console(false);
    console.begin("embedding");
    for (int second = 1; second <= 3600; second++) {
      now = second * SECOND;
      console.progress(second, 10_000);
      if (second == 3) {
        assertThat(shown()).contains("2/10,000");
      }
    }
    assertThat(shown().lines().count()).isBetween(50L, 80L);
  }

  @Test
  void theTimeLeftDoesNotCountTheFirstPiece() {
    TerminalConsole console = console(true);
    console.begin("keys");
    now = 100 * SECOND;
    console.progress(1, 101);
    assertThat(shown()).doesNotContain("left");
    now = 110 * SECOND;
    console.progress(11, 101);
    assertThat(shown()).endsWith("keys  11/101  1.0/s  left 1:30");
  }

  @Test
  void theTimeLeftFollowsThePaceOfTheLastMinutes() {
    Pace pace = new Pace();
    long done = 0;
    for (int second = 0; second <= 600; second++) {
      done += 8;
      pace.at(second * SECOND, done);
    }
    for (int second = 601; second <= 800; second++) {
      done += 1;
      pace.at(second * SECOND, done);
    }
    assertThat(pace.perSecond()).isBetween(0.99, 1.01);
  }

  @Test
  void aShorterLineLeavesNothingOfALongerOne() {
    TerminalConsole console = console(true);
    console.begin("a task with a long name");
    console.say("done");
    console.begin("short");
    assertThat(shown()).contains("\r" + " ".repeat("a task with a long name ...".length()) + "\r");
  }

  @Test
  void aLineThatIsTooLongLosesItsLeastImportantParts() {
    Line line = new Line().part(1, "name").part(0, "loss 1.234").part(2, "wait 3 %").part(0, "");
    assertThat(line.within(80)).isEqualTo("name  loss 1.234  wait 3 %");
    assertThat(line.within(20)).isEqualTo("name  loss 1.234");
    assertThat(line.within(12)).isEqualTo("loss 1.234");
    assertThat(line.within(4)).isEqualTo("loss");
  }
}
