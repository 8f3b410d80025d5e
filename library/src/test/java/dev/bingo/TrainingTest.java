package dev.bingo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.Stem;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.method.MocoConfig;
import dev.bingo.method.MocoV2;
import dev.bingo.method.UnfitException;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
  private static final MocoConfig CONFIG =
      MocoConfig.CIFAR.withGroups(1).withQueue(20).withSize(16);

  @TempDir Path folder;
  private ImageSource photos;

  @BeforeEach
  void open() throws IOException {
    Engine.start();
    photos = ImageSources.open(Photos.write(folder.resolve("photos"), 40, 16));
  }

  @AfterEach
  void close() {
    photos.close();
  }

  private Training training(String run) {
    MocoV2 moco = new MocoV2(CONFIG, () -> Encoders.create("cifar_resnet20", Stem.CIFAR, 1), 1);
    return Training.of(moco, photos).epochs(2).batch(8).in(folder.resolve(run));
  }

  @Test
  void itGoesOnExactlyAfterItWasStopped() throws IOException {
    List<Long> steps = new ArrayList<>();
    Encoder whole = training("whole").run((done, total) -> steps.add(done));
    assertThat(steps).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);

    Training stopped = training("stopped");
    assertThatThrownBy(
            () ->
                stopped.run(
                    (done, total) -> {
                      if (done == 3) {
                        stopped.stop();
                      }
                    }))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("goes on");
    Encoder resumed = training("stopped").run((done, total) -> assertThat(done).isGreaterThan(3));
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> expected = Tensors.named(whole.net());
      Tensors.named(resumed.net())
          .forEach((name, t) -> assertThat(t.equal(expected.get(name))).as(name).isTrue());
    }
  }

  @Test
  void aFolderOfAnotherTrainingIsRefusedWithWhatDiffers() throws IOException {
    training("run").toldBy("temperature", 0.2).run((done, total) -> {});
    assertThatThrownBy(
            () -> training("run").epochs(3).toldBy("temperature", 0.1).run((done, total) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("epochs: 2 then, 3 now")
        .hasMessageContaining("temperature: 0.2 then, 0.1 now")
        .hasMessageNotContaining("batch:");
  }

  @Test
  void whatCantWorkIsRefusedBeforeTheFirstStep() {
    assertThatThrownBy(() -> training("a").batch(64).run((done, total) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("40 images");
    MocoV2 large =
        new MocoV2(
            CONFIG.withQueue(4096), () -> Encoders.create("cifar_resnet20", Stem.CIFAR, 1), 1);
    assertThatThrownBy(
            () -> Training.of(large, photos).batch(8).in(folder.resolve("b")).run((d, t) -> {}))
        .isInstanceOf(UnfitException.class);
    assertThat(folder.resolve("a")).doesNotExist();
    assertThat(folder.resolve("b")).doesNotExist();
  }

  @Test
  void theEncoderKnowsItsSizeAndItsOrigin() throws IOException {
    Encoder encoder = training("run").normalisation("half").run((done, total) -> {});
    Encoder again = Encoder.load(folder.resolve("run/encoder.safetensors"));
    assertThat(again.info().architecture()).isEqualTo("cifar_resnet20");
    assertThat(again.info().stem()).isEqualTo(Stem.CIFAR);
    assertThat(again.transform().size()).isEqualTo(16);
    assertThat(again.info().normalisation()).isEqualTo("half");
    assertThat(again.info().about())
        .containsEntry("method", "moco-v2")
        .containsEntry("data", photos.fingerprint());
    assertThat(Modules.parameterCount(encoder.backbone())).isPositive();
  }

  @Test
  void aTeachersNetworkIsNoEncoderAnyMore() throws IOException {
    Encoder encoder = training("run").run((done, total) -> {});
    encoder.keys(dev.bingo.method.Teacher.BatchNormMode.RUNNING);
    assertThatThrownBy(() -> encoder.embed(photos))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("load the file again");
    assertThatThrownBy(() -> encoder.save(folder.resolve("a.safetensors")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(encoder::onnx).isInstanceOf(IllegalStateException.class);
  }
}
