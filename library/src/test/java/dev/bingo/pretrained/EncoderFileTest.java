package dev.bingo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderFileTest {
  private static final int WIDTH = 64;
  private static final EncoderFile.Info INFO =
      new EncoderFile.Info("cifar_resnet20", Stem.CIFAR, 32, "cifar10", Map.of("method", "bingo"));

  @TempDir Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void everyKindOfHeadComesBack() throws IOException {
    for (ProjectionHead head :
        List.of(
            ProjectionHead.none(WIDTH),
            ProjectionHead.linear(WIDTH, 5),
            ProjectionHead.mlp(WIDTH, 7, 5),
            ProjectionHead.mlpBatchNorm(WIDTH, 7, 5),
            ProjectionHead.deepBatchNorm(WIDTH, 7, 5),
            ProjectionHead.twoMlps(WIDTH, 5),
            ProjectionHead.twoLinear(WIDTH, 7, 5),
            ProjectionHead.normLinear(WIDTH, 5))) {
      Backbone backbone = Encoders.create(INFO.architecture(), INFO.stem(), 3);
      Encoders.initialise(head, 4);
      Path file = folder.resolve("encoder.safetensors");
      EncoderFile.save(file, backbone, head, INFO);

      EncoderFile.Loaded loaded = EncoderFile.load(file);

      assertThat(loaded.info().architecture()).isEqualTo(INFO.architecture());
      assertThat(loaded.info().stem()).isEqualTo(INFO.stem());
      assertThat(loaded.info().imageSize()).isEqualTo(32);
      assertThat(loaded.info().normalisation()).isEqualTo("cifar10");
      assertThat(loaded.info().about()).containsEntry("method", "bingo");
      assertThat(loaded.net().is_training()).isFalse();
      assertThat(loaded.net().width()).isEqualTo(head.width());
      assertEqual(loaded.net().backbone(), backbone);
      assertEqual(loaded.net().head(), head);
    }
  }

  @Test
  void otherFilesAreRefusedWithWhatToDo() throws IOException {
    Path file = folder.resolve("a.safetensors");
    try (var scope = new PointerScope()) {
      SafeTensors.write(file, Map.of(), Map.of("kind", "resume"));
    }
    assertThatThrownBy(() -> EncoderFile.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a checkpoint")
        .hasMessageContaining("encoder.safetensors");
    try (var scope = new PointerScope()) {
      SafeTensors.write(file, Map.of(), Map.of());
    }
    assertThatThrownBy(() -> EncoderFile.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no encoder written by bingo");
    Files.writeString(file, "version https://git-lfs.github.com/spec/v1\n");
    assertThatThrownBy(() -> EncoderFile.load(file)).isInstanceOf(IOException.class);
  }

  @Test
  void weightsThatDoNotFitTheClaimAreListed() throws IOException {
    Path file = folder.resolve("a.safetensors");
    Backbone backbone = Encoders.create(INFO.architecture(), INFO.stem(), 3);
    EncoderFile.save(file, backbone, ProjectionHead.none(WIDTH), INFO);
    rewrite(file, Map.of("architecture", "cifar_resnet32"));
    assertThatThrownBy(() -> EncoderFile.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.safetensors")
        .hasMessageContaining("missing '");
    rewrite(file, Map.of("architecture", "cifar_resnet2"));
    assertThatThrownBy(() -> EncoderFile.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("unknown architecture 'cifar_resnet2'");
    rewrite(file, Map.of("architecture", "cifar_resnet20", "stem", "root"));
    assertThatThrownBy(() -> EncoderFile.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("unknown stem 'root'");
  }

  private static void rewrite(Path file, Map<String, String> changed) throws IOException {
    try (var scope = new PointerScope()) {
      SafeTensors.Content content = SafeTensors.read(file);
      Map<String, String> metadata = new LinkedHashMap<>(content.metadata());
      metadata.putAll(changed);
      SafeTensors.write(file, content.tensors(), metadata);
    }
  }

  private static void assertEqual(Layer actual, Layer expected) {
    try (var scope = new PointerScope()) {
      Map<String, Tensor> wanted = Tensors.named(expected);
      Map<String, Tensor> found = Tensors.named(actual);
      assertThat(found.keySet()).isEqualTo(wanted.keySet());
      wanted.forEach((name, t) -> assertThat(found.get(name).equal(t)).as(name).isTrue());
    }
  }
}
