package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.fewshot.MrnConfig;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.FewShotSettings.Images;
import dev.bingo.train.Trainer.Outcome;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FewShotRunTest {
  private static final int CLASSES = 36; // the memory is read from 32 on

  @TempDir Path folder;
  private Path train;
  private Path val;

  @BeforeEach
  void draw() throws IOException {
    train = Glyphs.folder(folder.resolve("train"), "t", CLASSES, 4);
    val = Glyphs.folder(folder.resolve("val"), "v", 6, 5);
  }

  private FewShotSettings settings(String method) {
    return new FewShotSettings(
        method,
        MrnConfig.DEFAULT,
        new Images(train.toString(), ""),
        new Images(val.toString(), ""),
        28,
        true,
        false,
        true,
        "half",
        5,
        1,
        2,
        4,
        25,
        5,
        2,
        1e-3,
        "fp32",
        "cpu",
        3);
  }

  /** Stops after a step, where it is not 0. */
  private Outcome run(FewShotSettings settings, Path out, long stopAt, List<String> said)
      throws IOException {
    Runnable[] stop = new Runnable[1];
    Console console =
        new Console() {
          @Override
          public void say(String message) {
            said.add(message);
          }

          @Override
          public void stepTaken(int epoch, int epochs, long step, long totalSteps) {
            if (step == stopAt) {
              stop[0].run();
            }
          }
        };
    return new FewShotRun(
            settings,
            out,
            console,
            request -> {
              stop[0] = request;
              return () -> {};
            })
        .train();
  }

  @Test
  void aStoppedRunGoesOnAsIfNothingHadBeen() throws IOException {
    Path whole = folder.resolve("whole");
    Path stopped = folder.resolve("stopped");
    List<String> said = new ArrayList<>();
    assertThat(run(settings("mrn"), whole, 0, said)).isEqualTo(Outcome.DONE);
    assertThat(said).anyMatch(line -> line.matches("few-shot  part 1 of 5  val .*best so far.*"));
    assertThat(said).anyMatch(line -> line.startsWith("learner: "));
    // In the midst of a part; at the end of one.
    for (long at : new long[] {8, 15}) {
      assertThat(run(FewShotRun.settings(whole), stopped, at, said)).isEqualTo(Outcome.STOPPED);
    }
    assertThat(run(FewShotRun.settings(stopped), stopped, 0, said)).isEqualTo(Outcome.DONE);
    assertSame(whole.resolve(FewShotRun.LEARNER), stopped.resolve(FewShotRun.LEARNER));
    assertSame(checkpoint(whole), checkpoint(stopped));
    assertThat(figures(stopped)).isEqualTo(figures(whole)).hasSizeGreaterThan(5);
  }

  private static Path checkpoint(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
      return files.reduce((a, b) -> b).orElseThrow();
    }
  }

  private static void assertSame(Path a, Path b) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      var one = SafeTensors.read(a).tensors();
      var other = SafeTensors.read(b).tensors();
      assertThat(one.keySet()).isEqualTo(other.keySet()).isNotEmpty();
      one.forEach((name, t) -> assertThat(t.equal(other.get(name))).as(name).isTrue());
    }
  }

  private static List<Object> figures(Path run) throws IOException {
    return Run.metrics(run).stream()
        .map(
            line ->
                (Object)
                    List.of(line.get("step"), line.getOrDefault("loss", line.get("val_accuracy"))))
        .toList();
  }

  @Test
  void aRunOfOtherSettingsOrImagesIsNotGoneOnWith() throws IOException {
    Path out = folder.resolve("out");
    List<String> said = new ArrayList<>();
    run(settings("protonet"), out, 3, said);
    assertThatThrownBy(() -> run(settings("relation"), out, 0, said))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("belongs to another run");
    Files.delete(train.resolve("t0/0.png"));
    assertThatThrownBy(() -> run(settings("protonet"), out, 0, said))
        .hasMessageContaining("belongs to another run");
    assertThatThrownBy(() -> FewShotRun.settings(folder))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("is no run of 'bingo few-shot train'");
  }

  @Test
  void classesThatAreTrainedOnCanNotJudge() throws IOException {
    Glyphs.folder(val, "t", 1, 5);
    assertThatThrownBy(() -> run(settings("protonet"), folder.resolve("out"), 0, new ArrayList<>()))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("1 class of it is in --train too (t0)");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void aMemoryThatWouldStayUnreadIsWarnedOf() throws IOException {
    train = Glyphs.folder(folder.resolve("few"), "f", 6, 4);
    List<String> said = new ArrayList<>();
    run(settings("mrn"), folder.resolve("out"), 1, said);
    assertThat(said).anyMatch(line -> line.contains("the memory is read from 32 classes on"));
  }

  @Test
  void settingsThatCanNotWorkAreRefusedAtOnce() {
    FewShotSettings good = settings("mrn");
    assertThatThrownBy(() -> with(good, 26, 5)).hasMessageContaining("25 or 30 can");
    assertThatThrownBy(() -> with(good, 28, 7)).hasMessageContaining("multiple of 5");
    assertThatThrownBy(() -> settings("mrm")).hasMessageContaining("did you mean 'mrn'");
  }

  private static FewShotSettings with(FewShotSettings s, int episodes, int evaluations) {
    return new FewShotSettings(
        s.method(),
        s.mrn(),
        s.train(),
        s.val(),
        s.size(),
        s.grey(),
        s.turns(),
        s.crop(),
        s.normalise(),
        s.ways(),
        s.shots(),
        s.queries(),
        s.valQueries(),
        episodes,
        evaluations,
        s.valEpisodes(),
        s.learningRate(),
        s.precision(),
        s.device(),
        s.seed());
  }
}
