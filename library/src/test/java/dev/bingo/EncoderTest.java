package dev.bingo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.evaluate.Features;
import dev.bingo.export.StateDict;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.pretrained.EncoderFile.Info;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncoderTest {
  private static final Info INFO =
      new Info(
          "cifar_resnet20",
          Stem.CIFAR,
          24,
          "swav",
          Map.of("method", "bingo", "recipe", "name: mine\n", "data", "abc123"));

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Engine.start();
  }

  private static Encoder encoder() {
    Backbone backbone = Encoders.create(INFO.architecture(), INFO.stem(), 3);
    return Encoder.of(backbone, ProjectionHead.linear(backbone.width(), 5), INFO);
  }

  @Test
  void knowsHowAnImageGetsToIt() {
    Encoder encoder = encoder();
    assertThat(encoder.transform().size()).isEqualTo(24);
    assertThat(encoder.normalisation()).isSameAs(Normalisation.SWAV);
    assertThat(encoder.width()).isEqualTo(64);
    assertThat(encoder.net().is_training()).isFalse();
  }

  @Test
  void whatItWroteEmbedsAlike() throws IOException {
    Encoder encoder = encoder();
    Path file = folder.resolve("encoder.safetensors");
    encoder.save(file);
    Encoder again = Encoder.load(file);
    try (PointerScope scope = new PointerScope();
        ImageSource images = ImageSources.open(Photos.write(folder.resolve("photos"), 9, 24))) {
      Features expected = encoder.embed(images);
      Features actual = again.embed(images);
      assertThat(actual.imageSize()).isEqualTo(24);
      assertThat(actual.values().equal(expected.values())).isTrue();
      assertThat(again.net().head().width()).isEqualTo(5);
      assertThat(again.info().about()).containsEntry("method", "bingo");
    }
  }

  @Test
  void anExportInAnyFormKeepsWhatMustBeKnown() throws IOException {
    Encoder encoder = encoder();
    Path tensors = folder.resolve("a.safetensors");
    Path pickled = folder.resolve("a.pth");
    Path model = folder.resolve("a.onnx");
    StateDict.safetensors(tensors, encoder.backbone(), encoder.about());
    StateDict.torch(pickled, encoder.backbone(), encoder.about());
    encoder.onnx().write(model, encoder.about());
    for (Path file : List.of(tensors, pickled, model)) {
      Encoder again = Encoder.load(file);
      assertThat(again.info().imageSize()).as("%s", file).isEqualTo(24);
      assertThat(again.info().normalisation()).as("%s", file).isEqualTo("swav");
      assertThat(again.info().about())
          .as("%s", file)
          .containsEntry("method", "bingo")
          .containsEntry("data", "abc123");
      assertThat(again.provenance().warnings()).as("%s", file).isEmpty();
    }
    assertThat(Encoder.load(pickled).info().stem()).isEqualTo(Stem.CIFAR);
  }

  /** Somebody's weights, named by torchvision, of which the caller knows how they were trained. */
  @Test
  void foreignWeightsGoOutAsTheyCameIn() throws IOException {
    Path foreign = folder.resolve("foreign.safetensors");
    Path exported = folder.resolve("exported.safetensors");
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> all =
          new LinkedHashMap<>(Tensors.named(Encoders.create("resnet18", Stem.CIFAR, 3)));
      SafeTensors.write(foreign, all, Map.of("format", "pt"));
      Encoder read = Encoder.load(foreign, Wish.NONE.withImages(48, "half"));
      StateDict.safetensors(exported, read.backbone(), read.about());
      assertThat(SafeTensors.metadata(exported))
          .containsEntry("architecture", "resnet18")
          .containsEntry("stem", "cifar")
          .containsEntry("normalisation", "half")
          .containsEntry("image_size", "48")
          .doesNotContainKeys("names", "left_out");

      Encoder again = Encoder.load(exported);

      assertThat(again.info().stem()).isEqualTo(Stem.CIFAR);
      assertThat(again.normalisation()).isSameAs(Normalisation.HALF);
      assertThat(again.transform().size()).isEqualTo(48);
    }
  }

  /** A wish must not silently go before what the file says; nor be silently passed over. */
  @Test
  void aWishForAnotherNormalisationThanTheFilesIsWarnedOf() throws IOException {
    Encoder encoder = encoder();
    Path own = folder.resolve("own.safetensors");
    Path tensors = folder.resolve("a.safetensors");
    Path model = folder.resolve("a.onnx");
    encoder.save(own);
    StateDict.safetensors(tensors, encoder.backbone(), encoder.about());
    encoder.onnx().write(model, encoder.about());
    for (Path file : List.of(own, tensors, model)) {
      Encoder again = Encoder.load(file, Wish.NONE.withImages(24, "imagenet"));
      assertThat(again.normalisation()).as("%s", file).isSameAs(Normalisation.SWAV);
      assertThat(again.provenance().warnings())
          .as("%s", file)
          .singleElement()
          .asString()
          .contains("'swav'", "'imagenet'");
    }
  }

  /** An ONNX model has no tensors to see: an empty file would look like an encoder. */
  @Test
  void aProgramIsNotWrittenAsWeights() throws IOException {
    Path model = folder.resolve("a.onnx");
    encoder().onnx().write(model, Map.of());
    Encoder program = Encoder.load(model);
    for (String form : List.of("a.pth", "a.safetensors", "own.safetensors", "again.onnx")) {
      Path file = folder.resolve(form);
      assertThatThrownBy(
              () -> {
                switch (form) {
                  case "a.pth" -> StateDict.torch(file, program.backbone(), program.about());
                  case "a.safetensors" ->
                      StateDict.safetensors(file, program.backbone(), program.about());
                  case "own.safetensors" -> program.save(file);
                  default -> program.onnx();
                }
              })
          .as(form)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("a 'onnx' ");
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void anUnknownNormalisationInAFileIsRefused() throws IOException {
    Path file = folder.resolve("a.safetensors");
    Encoder encoder = encoder();
    Map<String, String> about = new LinkedHashMap<>(encoder.about());
    about.put("normalisation", "mine");
    about.put("mean", "0.1,0.2,0.3");
    StateDict.safetensors(file, encoder.backbone(), about);
    assertThatThrownBy(() -> Encoder.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining("by mean 0.1,0.2,0.3");
  }

  /** A program that writes a model says nothing of it; the model itself does. */
  @Test
  void aModelThatAProgramWroteSaysWhatMustBeKnown() throws IOException {
    Path file = folder.resolve("bare.onnx");
    encoder().onnx().withPixels().write(file, Map.of("input", "images", "mine", "kept"));
    Encoder again = Encoder.load(file);
    assertThat(again.normalisation()).isSameAs(Normalisation.SWAV);
    assertThat(again.transform().size()).isEqualTo(24);
    assertThat(again.info().about())
        .containsEntry("kind", "export")
        .containsEntry("version", "1")
        .containsEntry("input", "pixels")
        .containsEntry("width", "64")
        .containsEntry("mine", "kept");
  }
}
