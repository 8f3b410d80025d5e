package dev.bingo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.run.TinyRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @TempDir Path folder;

  private record Ran(int code, String out, String err) {}

  private static Ran run(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream o = new ByteArrayOutputStream();
    ByteArrayOutputStream e = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(o, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(e, true, StandardCharsets.UTF_8));
      return new Ran(
          Bingo.run(args), o.toString(StandardCharsets.UTF_8), e.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"demo", "train", "bags", "embed", "eval", "export", "replay", "recipes", "doctor"})
  void everyCommandExplainsItself(String command) {
    Ran help = run(command, "--help");
    assertThat(help.code).isZero();
    assertThat(help.out).contains("Usage: bingo " + command);
    assertThat(run("--help").out).contains(command);
  }

  @Test
  void wrongUseIsRefusedInOneLineWithExitCode2() {
    Ran noData = run("train", "moco-v2-cifar10", "--out", folder.resolve("r").toString());
    assertThat(noData.code).isEqualTo(2);
    assertThat(noData.err).contains("data.train").doesNotContain("\tat ");
    assertThat(run("train").err).contains("which recipe");
    assertThat(run("train", "--resume", folder.toString()).err).contains("no run directory");
    assertThat(run("trian").code).isEqualTo(2);
  }

  @Test
  void recipesAreListedShownAndCopied() throws IOException {
    assertThat(run("recipes").out).contains("bingo-imagenet-r18-r50").contains("demo-student");
    assertThat(run("recipes", "show", "bingo-cifar10", "train.epochs=9").out).contains("epochs: 9");
    Path copy = folder.resolve("mine.yaml");
    assertThat(run("recipes", "copy", "bingo-cifar10", copy.toString()).code).isZero();
    assertThat(Files.readString(copy)).contains("arch: cifar_resnet20");
    assertThat(run("recipes", "copy", "bingo-cifar10", copy.toString()).code).isEqualTo(2);
  }

  @Test
  void doctorFindsAnEngineThatRuns() {
    Ran doctor = run("doctor");
    assertThat(doctor.code).as(doctor.out).isZero();
    assertThat(doctor.out).contains("LibTorch 2.").contains("memory").contains("cache");
  }

  @Test
  void theDemoRunsFromImagesToAReport() throws IOException {
    Path data = TinyRun.data(folder.resolve("fashion-mnist"), 160, 60);
    Path out = folder.resolve("demo");
    Ran demo =
        run(
            "demo",
            "--data",
            data.toString(),
            "--out",
            out.toString(),
            "--set",
            "data.limit=0",
            "--set",
            "data.val_limit=0",
            "--set",
            "train.epochs=1",
            "--set",
            "train.batch=32",
            "--set",
            "moco.queue=64",
            "--set",
            "bingo.queue=64",
            "--set",
            "student.arch=cifar_resnet20",
            "--set",
            "student.stem=cifar",
            "--set",
            "teacher.check=no",
            "--set",
            "data.size=16",
            "--set",
            "evaluate.knn_k=10");
    assertThat(demo.code).as(demo.err).isZero();
    assertThat(demo.out).contains("student by BINGO").contains("points by kNN");
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("student alone", "teacher", "bags", "<svg");
    assertThat(Files.readString(out.resolve("results.json"))).contains("linear_top1");
    Ran eval =
        run(
            "eval",
            out.resolve("student/encoder.safetensors").toString(),
            "--kind",
            "idx",
            "--train",
            data.toString(),
            "--val",
            data.toString(),
            "--k",
            "10");
    assertThat(eval.code).as(eval.err).isZero();
    assertThat(eval.out).contains("kNN").contains("linear");
    Ran again = run("demo", "--data", data.toString(), "--out", out.toString());
    assertThat(again.code).isEqualTo(1);
    assertThat(again.err).contains("finished demo");
  }

  @Test
  void aTrainingEndsWithTheProbeThatItsRecipeNames() throws IOException {
    Path data = TinyRun.data(folder.resolve("images"), 160, 60);
    Path out = folder.resolve("run");
    List<String> words =
        TinyRun.moco(data, out, "data.val=" + data, "train.epochs=1", "evaluate.linear=fast");
    Ran train = run(words.toArray(new String[0]));
    assertThat(train.code).as(train.err).isZero();
    List<String> metrics = Files.readAllLines(out.resolve("metrics.jsonl"));
    assertThat(metrics.get(metrics.size() - 1)).contains("knn_top1").contains("linear_top1");
  }
}
