package dev.bingo.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.train.Listener;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingLineTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long now;

  private TerminalConsole console(int columns) {
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    return new TerminalConsole(out, true, columns, () -> now);
  }

  private TrainingLine line(int columns) {
    return new TrainingLine(console(columns), "bingo-imagenet-r18-r50");
  }

  private String last() {
    String[] lines = bytes.toString(StandardCharsets.UTF_8).split("[\r\n]+", -1);
    return Arrays.stream(lines).filter(l -> !l.isBlank()).reduce("", (a, b) -> b).stripTrailing();
  }

  private static Listener.Step report(double waitShare) {
    return new Listener.Step(
        11, 200, 123_456, 1_000_800, 6.543, 11.09, 0.03, 1234, waitShare, Map.of("queue_fill", .5));
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 60, 40, 20})
  void theLineFitsTheTerminalAndKeepsLossAndTimeLeft(int columns) {
    TrainingLine line = line(columns);
    line.report(report(0.05));
    line.taken(11, 200, 123_456, 1_000_800);
    now = 10 * SECOND;
    line.taken(11, 200, 123_466, 1_000_800);
    assertThat(last().length()).isLessThan(columns);
    assertThat(last()).contains("loss 6.543").matches(columns > 40 ? ".*left [0-9:]+" : ".*");
  }

  @Test
  void everyStepShowsBeforeTheFirstReportToo() {
    TerminalConsole console = console(80);
    console.newTraining("run");
    assertThat(last()).isEqualTo("run  starting ...");
    now = SECOND;
    console.stepTaken(0, 2, 1, 10);
    assertThat(last()).endsWith("epoch 1/2  step 1/10");
  }

  @Test
  void oneStepAloneSaysNothingOfTheTimeLeftAndTheLastLeavesNone() {
    TrainingLine line = line(80);
    now = SECOND;
    line.taken(0, 1, 1, 3);
    assertThat(last()).doesNotContain("left");
    now = 2 * SECOND;
    line.taken(0, 1, 3, 3);
    assertThat(last()).endsWith("step 3/3  left 0:00");
  }

  @Test
  void aLoaderThatIsTheBottleneckIsNamedOnceWithWhatHelps() {
    TrainingLine line = line(80);
    line.report(report(.9));
    assertThat(last()).as("the first batch is nobody's fault").isEmpty();
    line.report(report(.34));
    assertThat(last()).contains("34 %").contains("train.loader_threads").contains("data.memory");
    bytes.reset();
    line.report(report(.5));
    assertThat(last()).isEmpty();
  }

  @Test
  void aLoaderThatKeepsUpIsNotBlamed() {
    TrainingLine line = line(80);
    line.report(report(.05));
    line.report(report(.05));
    assertThat(last()).isEmpty();
  }
}
