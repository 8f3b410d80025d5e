package dev.bingo.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.bingo.Encoder;
import dev.bingo.classify.ClassifierModel;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.export.ClassifierHead;
import dev.bingo.export.OnnxModel;
import dev.bingo.export.Preprocessing;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.render.EvalTransform;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassifierTest {
  private static final List<String> NAMES = List.of("cat, old", "dog\n\"é\"", "", "=1+1");

  @TempDir static Path folder;
  private static Path photos;

  @BeforeAll
  static void write() throws IOException {
    Engine.start();
    photos = Files.createDirectories(folder.resolve("photos"));
    int[][] sizes = {{120, 90}, {90, 121}, {64, 64}, {333, 77}, {48, 51}};
    for (int i = 0; i < sizes.length; i++) {
      ImageIO.write(
          Pictures.waves(sizes[i][0], sizes[i][1], i, BufferedImage.TYPE_INT_RGB),
          "jpg",
          photos.resolve(i + ".jpg").toFile());
    }
  }

  private static Backbone backbone(String name) {
    Backbone backbone = Encoders.create(name, Stem.IMAGENET, 5);
    backbone.train(false);
    return backbone;
  }

  /** Weights so large that images differ. */
  private static ClassifierHead head(int width) {
    Draws draws = Draws.of(4);
    float[][] weight = new float[NAMES.size()][width];
    for (float[] row : weight) {
      for (int d = 0; d < width; d++) {
        row[d] = (float) draws.normal();
      }
    }
    return new ClassifierHead(weight, new float[] {.1f, -.2f, 0, .3f}, NAMES, 0);
  }

  private static Path export(Backbone backbone, ClassifierHead head, int size, boolean pixels)
      throws IOException {
    Preprocessing before = new Preprocessing(EvalTransform.of(size), Normalisation.IMAGENET);
    OnnxModel model = OnnxModel.of(backbone, before).classifying(head);
    Path file = folder.resolve(backbone.architecture() + size + pixels + ".onnx");
    (pixels ? model.withPixels() : model).write(file, Map.of("accuracy", "0.9"));
    return file;
  }

  /** The trainer decodes with OpenCV and runs LibTorch; this is the JDK and ONNX Runtime. */
  @ParameterizedTest
  @CsvSource({"resnet18, 32, true", "resnet18, 96, true", "resnet18, 96, false"})
  void probabilitiesAreTheTrainers(String architecture, int size, boolean pixels)
      throws IOException {
    Backbone backbone = backbone(architecture);
    ClassifierHead head = head(backbone.width()).rejectingBelow(.5);
    Path file = export(backbone, head, size, pixels);
    try (PointerScope scope = new PointerScope();
        ImageSource source = ImageSources.open(photos);
        Classifier classifier = Classifier.open(file)) {
      float[] expected =
          Tensors.toFloats(
              head.logits(
                      Embeddings.extract(
                              backbone,
                              source,
                              Embeddings.Options.of(size, Normalisation.IMAGENET),
                              ProgressListener.NONE)
                          .values())
                  .softmax(1));
      assertThat(classifier.classes()).isEqualTo(NAMES);
      assertThat(classifier.threshold()).isEqualTo(.5);
      for (int i = 0; i < source.size(); i++) {
        Classification found = classifier.classify(photos.resolve(source.id(i)));
        int best = 0;
        for (int c = 0; c < NAMES.size(); c++) {
          float wanted = expected[i * NAMES.size() + c];
          assertThat(found.probabilities().get(c))
              .as(source.id(i))
              .isCloseTo(wanted, within(1e-4f));
          best = wanted > expected[i * NAMES.size() + best] ? c : best;
        }
        assertThat(found.name()).isEqualTo(NAMES.get(best));
        assertThat(found.index()).isEqualTo(best);
        assertThat(found.probability()).isEqualTo(found.probabilities().get(best));
        assertThat(found.rejected()).isEqualTo(found.probability() < .5);
      }
    }
  }

  /** What classifies whole sets gives what a service gives. */
  @Test
  void theTrainersOwnRunOfTheFileGivesTheSame() throws IOException {
    Backbone backbone = backbone("resnet18");
    Path file = export(backbone, head(backbone.width()), 96, true);
    try (ImageSource source = ImageSources.open(photos);
        ClassifierModel model = ClassifierModel.open(file, 1, 100);
        Classifier classifier = Classifier.open(file)) {
      int[] seen = {0};
      model.classify(
          source,
          1,
          (position, probabilities) -> {
            assertThat(position).isEqualTo(seen[0]++);
            try {
              List<Float> actual =
                  classifier.classify(photos.resolve(source.id(position))).probabilities();
              for (int c = 0; c < NAMES.size(); c++) {
                assertThat(actual.get(c)).isCloseTo(probabilities[c], within(1e-4f));
              }
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          },
          ProgressListener.NONE);
      assertThat(seen[0]).isEqualTo(source.size());
      assertThat(model.classes()).isEqualTo(NAMES);
    }
  }

  @Test
  void allWaysInGiveTheSameAndBadImagesAreRefused() throws IOException {
    Backbone backbone = backbone("resnet18");
    try (Classifier classifier =
        Classifier.open(export(backbone, head(backbone.width()), 32, true))) {
      Path photo = photos.resolve("0.jpg");
      BufferedImage decoded = ImageIO.read(photo.toFile());
      Classification of = classifier.classify(photo);
      assertThat(classifier.classify(Files.readAllBytes(photo))).isEqualTo(of);
      assertThat(classifier.classify(List.of(decoded, decoded))).hasSize(2);
      assertThat(classifier.classify(decoded).name()).isEqualTo(of.name());
      assertThat(classifier.metadata()).containsEntry("accuracy", "0.9");
      assertThatThrownBy(() -> classifier.classify(new byte[] {1, 2, 3}))
          .isInstanceOf(BadImageException.class);
      classifier.close();
      assertThatThrownBy(() -> classifier.classify(photo))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void otherModelsAreRefusedWithTheReason() throws IOException {
    Backbone backbone = backbone("resnet18");
    Preprocessing before = new Preprocessing(EvalTransform.of(32), Normalisation.IMAGENET);
    Path encoder = folder.resolve("encoder.onnx");
    OnnxModel.of(backbone, before).write(encoder, Map.of());
    Path classifier = export(backbone, head(backbone.width()), 32, true);
    assertThatThrownBy(() -> Classifier.open(encoder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'bingo export --format onnx': open it with Embedder");
    assertThatThrownBy(() -> Embedder.open(classifier))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'bingo classify train': open it with Classifier");
    assertThatThrownBy(() -> ClassifierModel.open(encoder, 1, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("exported encoder");
    assertThatThrownBy(() -> ClassifierModel.open(folder, 1, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> ClassifierModel.open(photos.resolve("0.jpg"), 1, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("0.jpg");
    assertThatThrownBy(() -> Encoder.load(classifier))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a classifier");
    ModelProto good = ModelProto.parseFrom(Files.readAllBytes(classifier));
    Path foreign =
        Files.write(
            folder.resolve("foreign.onnx"),
            good.toBuilder().clearMetadataProps().build().toByteArray());
    assertThatThrownBy(() -> Classifier.open(foreign))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bingo classify train");
    assertThatThrownBy(() -> ClassifierModel.open(foreign, 1, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no classifier");
  }

  @ParameterizedTest
  @CsvSource({
    "classes, 5, class_4",
    "classes, 3, other tensors",
    "classes, 1, classes",
    "classes, many, metadata",
    "reject_below, NaN, reject_below",
    "reject_below, 2, reject_below",
    "version, 2, version"
  })
  void metadataThatDoNotFitAreRefused(String key, String value, String reason) throws IOException {
    Backbone backbone = backbone("resnet18");
    ModelProto.Builder model =
        ModelProto.parseFrom(Files.readAllBytes(export(backbone, head(backbone.width()), 32, true)))
            .toBuilder();
    model.getMetadataPropsBuilderList().stream()
        .filter(entry -> entry.getKey().equals(key))
        .forEach(entry -> entry.setValue(value));
    Path file = Files.write(folder.resolve("odd.onnx"), model.build().toByteArray());
    assertThatThrownBy(() -> Classifier.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(reason);
    assertThatThrownBy(() -> ClassifierModel.open(file, 1, 10))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + ": ");
  }
}
