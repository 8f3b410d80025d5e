package dev.bingo.app.command;

import static dev.bingo.app.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.app.Ran;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.run.Run;
import dev.bingo.run.TinyRun;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Foreign weights from the command line: looked at, taught from, started from. */
class InspectCommandTest {
  @TempDir static Path folder;
  private static Path data;
  private static Path random;

  @BeforeAll
  static void files() throws IOException {
    Engine.start();
    data = TinyRun.data(folder.resolve("data"), 60, 20);
    random = folder.resolve("moco.safetensors");
    try (PointerScope scope = new PointerScope()) {
      Backbone backbone = Encoders.create("cifar_resnet20", Stem.CIFAR, 7);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      Tensors.named(backbone).forEach((n, t) -> tensors.put("module.encoder_q." + n, t.detach()));
      SafeTensors.write(random, tensors, Map.of());
    }
  }

  @Test
  void itSaysWhatAFileIs() {
    Ran ran = run("inspect", random.toString());

    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("safetensors", "cifar_resnet20", "MoCo v2: module.encoder_q.*")
        .contains("114 of 114 tensors");
  }

  @Test
  void randomWeightsCanNotTeach() {
    Ran inspected =
        run("inspect", random.toString(), "--data", "" + data, "--kind", "idx", "--size", "16");
    assertThat(inspected.out())
        .contains("self-retrieval")
        .contains("no better than random weights");
    assertThat(inspected.code()).isEqualTo(1);

    Ran refused = run(training("refused", "teacher.file=" + random));
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("no better than random weights", "teacher.check=no");

    Ran told = run(training("told", "teacher.file=" + random, "teacher.check=no"));
    assertThat(told.code()).as(told.err()).isZero();
  }

  @Test
  void aStudentStartsFromWeightsAlone() throws IOException {
    Ran warm =
        run(
            training(
                "warm",
                "teacher.file=" + random,
                "teacher.check=no",
                "student.init=" + random,
                "optimiser.lr=1e-30",
                "optimiser.weight_decay=0"));

    assertThat(warm.code()).as(warm.err()).isZero();
    try (PointerScope scope = new PointerScope()) {
      Tensor started = SafeTensors.read(random).tensors().get("module.encoder_q.conv1.weight");
      Tensor ended =
          Tensors.named(
                  EncoderFile.load(folder.resolve("warm").resolve(Run.ENCODER)).net().backbone())
              .get("conv1.weight");
      assertThat(ended.allclose(started)).isTrue();
    }
  }

  @Test
  void theWrongUseIsRefusedWithTheRightCommand() throws IOException {
    Path checkpoint = folder.resolve("resume.safetensors");
    Path encoder = folder.resolve("encoder.safetensors");
    SafeTensors.write(checkpoint, Map.of(), Map.of("kind", "resume"));
    save(encoder);
    assertThat(
            run(training(
                    "a",
                    "teacher.file=" + random,
                    "teacher.check=no",
                    "student.init=" + checkpoint))
                .err())
        .contains("bingo train --resume");
    assertThat(run("train", "--resume", encoder.toString()).err())
        .contains("student.init=" + encoder);
    assertThat(
            run(training(
                    "b",
                    "teacher.file=" + random,
                    "teacher.check=no",
                    "student.init=" + encoder,
                    "student.arch=resnet18"))
                .err())
        .contains("student.arch=cifar_resnet20");
    assertThat(Files.exists(folder.resolve("b").resolve(Run.ENCODER))).isFalse();
  }

  @Test
  void aRunsDirectoryIsTakenForTheEncoderInIt() throws IOException {
    Path run = Files.createDirectories(folder.resolve("run"));
    save(run.resolve(Run.ENCODER));
    String[] images = {"--kind", "idx"};
    Path embedded = folder.resolve("embedded");

    assertThat(run("inspect", "" + run).out()).contains(run.resolve(Run.ENCODER) + ",");
    Ran embed = run("embed", "" + run, "" + data, images[0], images[1], "--out", "" + embedded);
    assertThat(embed.code()).as(embed.err()).isZero();
    Ran bags =
        run(
            "bags",
            "" + run,
            "" + data,
            images[0],
            images[1],
            "--k",
            "2",
            "--out",
            "" + folder.resolve("bags.npy"));
    assertThat(bags.code()).as(bags.err()).isZero();
    Ran export = run("export", "" + run, "--format", "pth");
    assertThat(export.code()).as(export.err()).isZero();
    assertThat(run.resolve("state-dict.pth")).exists();
    Ran taught = run(training("taught", "teacher.file=" + run, "teacher.check=no"));
    assertThat(taught.code()).as(taught.err()).isZero();
  }

  @Test
  void aDirectoryWithoutAnEncoderIsNamed() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Path begun = Files.createDirectories(folder.resolve("begun"));
    Files.createFile(begun.resolve(Run.RECIPE));
    for (String command : List.of("inspect", "export")) {
      String[] more = command.equals("export") ? new String[] {"--format", "onnx"} : new String[0];
      Ran ran = run(words(command, "" + empty, more));
      assertThat(ran.code()).isEqualTo(2);
      assertThat(ran.err()).contains(empty + ": is a directory", "no encoder.safetensors");
      assertThat(run(words(command, "" + begun, more)).err())
          .contains("bingo train --resume " + begun);
    }
    assertThat(run("inspect", "" + folder.resolve("nowhere")).err())
        .contains("nowhere: no such file");
  }

  private static String[] words(String command, String file, String... more) {
    List<String> words = new ArrayList<>(List.of(command, file));
    words.addAll(List.of(more));
    return words.toArray(new String[0]);
  }

  @Test
  void anAnswerNeverSaysThatAModelCanTeachAndThatItCanNot() throws IOException {
    Path run = Files.createDirectories(folder.resolve("pixels"));
    save(run.resolve(Run.ENCODER));
    assertThat(run("export", "" + run, "--format", "onnx", "--pixels").code()).isZero();
    Path model = run.resolve("encoder.onnx");

    Ran right = run("inspect", "" + model);
    assertThat(right.code()).as(right.err()).isZero();
    assertThat(right.out()).contains("pixels, uint8", "can teach").doesNotContain("problem");
    Ran wrong = run("inspect", "" + model, "--output", "nothing");
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.out()).contains("problem", "no output 'nothing'").doesNotContain("can teach");

    Path embedded = folder.resolve("from-pixels");
    Ran embed = run("embed", "" + model, "" + data, "--kind", "idx", "--out", "" + embedded);
    assertThat(embed.code()).as(embed.err()).isZero();
  }

  private static void save(Path file) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Backbone backbone = Encoders.create("cifar_resnet20", Stem.CIFAR, 7);
      EncoderFile.save(
          file,
          backbone,
          ProjectionHead.none(backbone.width()),
          new EncoderFile.Info("cifar_resnet20", Stem.CIFAR, 16, "imagenet", Map.of()));
    }
  }

  private static String[] training(String out, String... settings) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "train",
                "bingo-cifar10",
                "--out",
                folder.resolve(out).toString(),
                "data.train=" + data,
                "data.val=",
                "data.kind=idx",
                "data.train_prefix=",
                "data.val_prefix=",
                "data.size=16",
                "data.normalise=imagenet",
                "student.arch=cifar_resnet20",
                "student.stem=cifar",
                "bingo.queue=32",
                "train.batch=16",
                "train.epochs=1",
                "train.precision=fp32",
                "bags.k=2",
                "evaluate.linear=none"));
    words.addAll(List.of(settings));
    return words.toArray(new String[0]);
  }
}
