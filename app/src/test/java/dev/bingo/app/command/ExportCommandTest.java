package dev.bingo.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.app.Bingo;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.run.TinyRun;
import dev.bingo.torch.Engine;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipFile;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
  @TempDir Path folder;
  private Path encoder;

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @BeforeEach
  void train() throws IOException {
    encoder = folder.resolve("encoder.safetensors");
    try (PointerScope scope = new PointerScope()) {
      EncoderFile.save(
          encoder,
          Encoders.create("cifar_resnet20", Stem.CIFAR, 1),
          ProjectionHead.mlp(64, 32, 16),
          new EncoderFile.Info(
              "cifar_resnet20",
              Stem.CIFAR,
              16,
              "cifar10",
              Map.of("method", "bingo", "recipe", "name: mine\n", "data", "abc123")));
    }
    Files.writeString(
        folder.resolve("metrics.jsonl"),
        "{\"epoch\": 1, \"knn_top1\": 50.0}\n{\"epoch\": 2, \"knn_top1\": 61.25}\n{\"step\": 9}\n");
  }

  private int export(String... words) {
    String[] all = new String[words.length + 2];
    all[0] = "export";
    all[1] = encoder.toString();
    System.arraycopy(words, 0, all, 2, words.length);
    return Bingo.run(all);
  }

  @Test
  void onnxIsCheckedAndSaysWhereItComesFrom() throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 60, 10);
    assertThat(export("--format", "onnx", "--pixels", "--data", "" + data, "--kind", "idx"))
        .isZero();
    String raw = Files.readString(folder.resolve("encoder.onnx"), StandardCharsets.ISO_8859_1);
    assertThat(raw).contains("abc123", "name: mine", "largest difference", "61.25");
    assertThat(Files.readString(folder.resolve("encoder.onnx.md")))
        .contains("cifar_resnet20", "61.25 %", "least cosine", "abc123", "name: mine", "`pixels`");
  }

  @Test
  void int8IsCalibratedOnTheDataAndItsLossSaid() throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 60, 10);
    assertThat(
            export("--format", "onnx", "--precision", "int8", "--data", "" + data, "--kind", "idx"))
        .isZero();
    Path model = folder.resolve("encoder-int8.onnx");
    String raw = Files.readString(model, StandardCharsets.ISO_8859_1);
    assertThat(raw).contains("QuantizeLinear", "in fp32", "of the ten nearest the same");
    assertThat(export("--format", "onnx")).isZero();
    assertThat(Files.size(model)).isLessThan(Files.size(folder.resolve("encoder.onnx")) / 2);
    assertThat(Files.readString(folder.resolve("encoder-int8.onnx.md")))
        .contains(
            "| precision | int8 |",
            "| beside fp32 | kNN top-1 ",
            "| calibrated on | 60 images of ");
  }

  @Test
  void stateDictsHaveNoHeadAndTheMetadata() throws IOException {
    assertThat(export("--format", "safetensors")).isZero();
    Path file = folder.resolve("state-dict.safetensors");
    try (PointerScope scope = new PointerScope()) {
      SafeTensors.Content content = SafeTensors.read(file);
      assertThat(content.tensors().keySet())
          .contains("conv1.weight", "bn1.num_batches_tracked")
          .noneMatch(n -> n.startsWith("head."));
      assertThat(content.metadata())
          .containsEntry("kind", "export")
          .containsEntry("data", "abc123")
          .containsEntry("mean", "0.4914,0.4822,0.4465")
          .containsKey("encoder_sha256");
    }
    Path pth = folder.resolve("out/student.pth");
    assertThat(export("--format", "pth", "--out", "" + pth)).isZero();
    try (ZipFile zip = new ZipFile(pth.toFile())) {
      assertThat(zip.getEntry("archive/data.pkl")).isNotNull();
      assertThat(zip.getEntry("archive/extra/bingo.json")).isNotNull();
    }
    assertThat(folder.resolve("out/student.pth.md")).exists();
  }

  @Test
  void wrongUseIsRefusedAndNothingIsWritten() {
    assertThat(export("--format", "onx")).isEqualTo(2);
    assertThat(export("--format", "pth", "--pixels")).isEqualTo(2);
    assertThat(export("--format", "onnx", "--precision", "int8")).isEqualTo(2);
    assertThat(export("--format", "detectron2")).isEqualTo(2);
    assertThat(export("--format", "safetensors", "--out", "" + encoder)).isEqualTo(2);
    assertThat(folder).isDirectoryNotContaining(f -> f.toString().endsWith(".md"));
    assertThat(folder).isDirectoryNotContaining(f -> f.toString().endsWith(".pth"));
  }
}
