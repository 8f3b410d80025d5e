package dev.bingo.app;

import static dev.bingo.app.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.run.TinyRun;
import dev.bingo.torch.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One network as a teacher in each kind of file. */
class TeacherKindsTest {
  private static final Path SCRIPT =
      Path.of("../library/src/test/resources/torchscript/encoder.ts").toAbsolutePath();

  @TempDir static Path folder;
  private static Path data;
  private static Path encoder;

  @BeforeAll
  static void files() throws IOException {
    Engine.start();
    data = TinyRun.data(folder.resolve("data"), 160, 20);
    encoder = folder.resolve("encoder.safetensors");
    try (PointerScope scope = new PointerScope()) {
      Backbone backbone = Encoders.create("cifar_resnet20", Stem.CIFAR, 7);
      EncoderFile.save(
          encoder,
          backbone,
          ProjectionHead.none(backbone.width()),
          new EncoderFile.Info("cifar_resnet20", Stem.CIFAR, 16, "imagenet", java.util.Map.of()));
    }
  }

  @Test
  void everyKindOfFileTeachesTheSame() throws IOException {
    List<Double> own = losses("own", encoder);
    assertFalls(own);
    for (String format : List.of("pth", "safetensors", "onnx")) {
      Path exported = folder.resolve(format + "-exported." + format);
      assertThat(run("export", "" + encoder, "--format", format, "--out", "" + exported).code())
          .isZero();

      List<Double> losses = losses(format, exported);

      assertThat(losses.get(0)).as(format).isCloseTo(own.get(0), within(1e-4));
      assertFalls(losses);
    }
  }

  @Test
  void aTorchScriptModuleTeachesWhereItIsAllowedTo() throws IOException {
    Ran refused = train("no-code", SCRIPT);
    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains("teacher.allow_code=yes");

    List<Double> losses = losses("torchscript", SCRIPT, "teacher.allow_code=yes");

    assertFalls(losses);
  }

  /** From where the queue is full of keys to the end. */
  private static void assertFalls(List<Double> losses) {
    assertThat(mean(losses.subList(losses.size() - 30, losses.size())))
        .isLessThan(0.8 * mean(losses.subList(5, 35)));
  }

  @Test
  void aProgramIsNeitherTrainedNorOnTheBatchsStatistics() {
    Ran warm = train("warm", encoder, "student.init=" + SCRIPT);
    assertThat(warm.code()).isEqualTo(2);
    assertThat(warm.err()).contains("can be run but not trained");

    Ran batch = train("batch", SCRIPT, "teacher.allow_code=yes", "teacher.batch_norm=batch");
    assertThat(batch.code()).isEqualTo(2);
    assertThat(batch.err()).contains("set teacher.batch_norm=running");
  }

  @Test
  void inspectSaysWhatAProgramIs() {
    Path exported = folder.resolve("inspected.onnx");
    assertThat(run("export", "" + encoder, "--format", "onnx", "--out", "" + exported).code())
        .isZero();

    Ran onnx = run("inspect", "" + exported);
    assertThat(onnx.code()).as(onnx.err()).isZero();
    assertThat(onnx.out())
        .contains("ONNX model", "images float [?, 3, 16, 16]", "output features", "float (");

    Ran script = run("inspect", "" + SCRIPT);
    assertThat(script.code()).isEqualTo(1);
    assertThat(script.out()).contains("TorchScript module", "--allow-code");
    assertThat(run("inspect", "" + SCRIPT, "--allow-code", "--size", "16").out())
        .contains("features of 16");
  }

  private static List<Double> losses(String name, Path teacher, String... settings)
      throws IOException {
    Ran ran = train(name, teacher, settings);
    assertThat(ran.code()).as(ran.err()).isZero();
    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve(name).resolve("metrics.jsonl"))) {
      JsonNode entry = new ObjectMapper().readTree(line);
      if (entry.has("loss")) {
        losses.add(entry.get("loss").asDouble());
      }
    }
    assertThat(losses).hasSizeGreaterThan(100);
    return losses;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(v -> v).average().orElseThrow();
  }

  private static Ran train(String name, Path teacher, String... settings) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "train",
                "compress-cifar10",
                "--out",
                "" + folder.resolve(name),
                "data.train=" + data,
                "data.val=",
                "data.kind=idx",
                "data.train_prefix=",
                "data.val_prefix=",
                "data.size=16",
                "data.normalise=imagenet",
                "student.arch=cifar_resnet20",
                "student.stem=cifar",
                "teacher.file=" + teacher,
                "teacher.check=no",
                "compress.queue=64",
                "augmentation=moco2-small crop_min=0.6",
                "optimiser.lr=0.03",
                "schedule.warmup_epochs=0",
                "train.batch=16",
                "train.epochs=14",
                "train.log_every=1",
                "train.precision=fp32",
                "evaluate.linear=none"));
    words.addAll(List.of(settings));
    return run(words.toArray(new String[0]));
  }
}
