package dev.bingo.app;

import static dev.bingo.app.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.run.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"demo", "train", "bags", "embed", "eval", "export", "replay", "recipes", "doctor"})
  void everyCommandExplainsItself(String command) {
    Ran help = run(command, "--help");
    assertThat(help.code()).isZero();
    assertThat(help.out()).contains("Usage: bingo " + command);
    assertThat(run("--help").out()).contains(command);
  }

  @Test
  void wrongUseIsRefusedInOneLineWithExitCode2() {
    Ran noData = run("train", "moco-v2-cifar10", "--out", folder.resolve("r").toString());
    assertThat(noData.code()).isEqualTo(2);
    assertThat(noData.err()).contains("data.train").doesNotContain("\tat ");
    assertThat(run("train").err()).contains("which recipe");
    assertThat(run("train", "--resume", folder.toString()).err()).contains("no run directory");
    assertThat(run("trian").code()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "recipes list",
        "recipes show",
        "recipes copy",
        "recipes methods",
        "recipes archs",
        "doctor",
        "replay"
      })
  void everyCommandShowsExamplesOfItsOwn(String command) {
    String[] words = (command + " --help").split(" ", -1);
    assertThat(run(words).out()).contains("Examples:").contains("  bingo " + command);
  }

  @Test
  void whatIsMissingIsSaidLastUnderAShortUsage() {
    Ran ran = run("embed", "encoder.safetensors", "photos");
    assertThat(ran.code()).isEqualTo(2);
    List<String> lines = ran.err().lines().toList();
    assertThat(lines).hasSizeLessThan(6);
    assertThat(lines.get(0)).startsWith("Usage: bingo embed");
    assertThat(lines.get(lines.size() - 1)).contains("Missing required option: '--out=DIR'");
    assertThat(run("trian").err().strip()).endsWith("did you mean 'train'?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train nosuch.yaml",
        "train --resume nosuch",
        "train moco-v2-cifar10 data.train=nosuch",
        "train bingo-cifar10 data.train=%s data.kind=idx teacher.file=nosuch train.batch=16 bingo.queue=16",
        "train bingo-cifar10 data.train=%s data.kind=idx train.batch=16 bingo.queue=16 bags.file=nosuch",
        "inspect nosuch",
        "embed nosuch %s --out out",
        "eval nosuch --train %s --val %s",
        "bags nosuch %s --kind idx --out bags.npy",
        "export nosuch --format pth",
        "replay nosuch",
        "demo --data nosuch",
        "recipes show nosuch"
      })
  void whatIsNamedAndNotThereExitsWith2AndLeavesNoFolder(String words) throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    List<String> all = new ArrayList<>(List.of(words.replace("%s", "" + data).split(" ", -1)));
    all.replaceAll(w -> w.equals("out") || w.equals("bags.npy") ? "" + folder.resolve(w) : w);
    if (words.matches("(train(?! --resume)|demo).*")) {
      all.addAll(List.of("--out", "" + folder.resolve("run")));
    }
    Ran ran = run(all.toArray(String[]::new));
    assertThat(ran.code()).as(ran.err()).isEqualTo(2);
    assertThat(ran.err()).contains("nosuch").doesNotContain("\tat ");
    assertThat(folder).isDirectoryNotContaining(file -> !file.equals(data));
  }

  @ParameterizedTest
  @CsvSource({
    "--precision, bf61, bf16",
    "--device, cudaa, cuda",
    "--kind-of-bags, kmean, kmeans",
  })
  void wordsThatAreNotKnownAreRefusedWithTheNearest(String option, String word, String nearest)
      throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    Path encoder = TinyRun.encoder(folder.resolve("e.safetensors"));
    String out = folder.resolve("bags.npy").toString();
    Ran ran = run("bags", "" + encoder, "" + data, "--kind", "idx", "--out", out, option, word);
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err())
        .contains(option + ": unknown value '" + word + "'; did you mean '" + nearest + "'?");
  }

  @Test
  void settingsWithoutEffectAreSaidOrRefused() throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    List<String> words =
        TinyRun.moco(data, folder.resolve("run"), "train.epochs=1", "teacher.file=foo", "bags.k=9");
    Ran ran = run(words.toArray(String[]::new));
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.err())
        .contains("warning: ")
        .contains("teacher.file has no effect: moco-v2 has no teacher;")
        .contains("bags.k has no effect: moco-v2 has no bags");
    words.set(3, "" + folder.resolve("strict"));
    words.add("--strict");
    Ran strict = run(words.toArray(String[]::new));
    assertThat(strict.code()).isEqualTo(2);
    assertThat(strict.err()).contains("bags.k has no effect");
  }

  @Test
  void aRunThatIsDoneKeepsOneCheckpointAndSaysSoWhenItIsToGoOn() throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    Path out = folder.resolve("run");
    assertThat(run(TinyRun.moco(data, out).toArray(String[]::new)).code()).isZero();
    assertThat(out.resolve("checkpoints")).isDirectoryContaining("glob:**.safetensors");
    try (var files = Files.list(out.resolve("checkpoints"))) {
      assertThat(files).hasSize(1);
    }
    assertThat(Files.readAllLines(out.resolve("metrics.jsonl")).get(0))
        .matches("\\{\"time\":\"20\\d\\d-.*Z\",\"step\":1,.*");
    Ran again = run("train", "--resume", out.toString());
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).contains("the run had come to its end").doesNotContain("epoch 5");
  }

  @Test
  void recipesAreListedShownAndCopied() throws IOException {
    assertThat(run("recipes").out()).contains("bingo-imagenet-r18-r50").contains("demo-student");
    assertThat(run("recipes", "show", "bingo-cifar10", "train.epochs=9").out())
        .contains("epochs: 9");
    Path copy = folder.resolve("mine.yaml");
    assertThat(run("recipes", "copy", "bingo-cifar10", copy.toString()).code()).isZero();
    assertThat(Files.readString(copy)).contains("arch: cifar_resnet20");
    assertThat(run("recipes", "copy", "bingo-cifar10", copy.toString()).code()).isEqualTo(2);
  }

  @Test
  void doctorFindsAnEngineThatRuns() {
    Ran doctor = run("doctor");
    assertThat(doctor.code()).as(doctor.out()).isZero();
    assertThat(doctor.out()).contains("LibTorch 2.").contains("memory").contains("cache");
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
    assertThat(demo.code()).as(demo.err()).isZero();
    assertThat(demo.out()).contains("student by BINGO").contains("points by kNN");
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("student alone", "teacher", "bags", "<svg")
        .contains("bingo demo --data " + data + " --out " + out + " --set data.limit=0");
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
    assertThat(eval.code()).as(eval.err()).isZero();
    assertThat(eval.out()).contains("kNN").contains("linear");
    Ran again = run("demo", "--data", data.toString(), "--out", out.toString());
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("finished demo");
  }

  @Test
  void aTrainingEndsWithTheProbeThatItsRecipeNames() throws IOException {
    Path data = TinyRun.data(folder.resolve("images"), 160, 60);
    Path out = folder.resolve("run");
    List<String> words =
        TinyRun.moco(data, out, "data.val=" + data, "train.epochs=1", "evaluate.linear=fast");
    Ran train = run(words.toArray(new String[0]));
    assertThat(train.code()).as(train.err()).isZero();
    List<String> metrics = Files.readAllLines(out.resolve("metrics.jsonl"));
    assertThat(metrics.get(metrics.size() - 1)).contains("knn_top1").contains("linear_top1");
  }
}
