package dev.bingo.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.export.About;
import dev.bingo.export.OnnxModel;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.SourceOptions;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.render.EvalTransform;
import dev.bingo.torch.Engine;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbedderTest {
  @TempDir static Path folder;
  private static Path photos;

  @BeforeAll
  static void write() throws IOException {
    Engine.start();
    photos = Files.createDirectories(folder.resolve("photos"));
    int[][] sizes = {{120, 90}, {90, 120}, {64, 64}, {333, 77}, {640, 480}, {48, 51}};
    for (int i = 0; i < sizes.length; i++) {
      int type = i == 2 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB;
      ImageIO.write(
          Pictures.waves(sizes[i][0], sizes[i][1], i, type),
          "jpg",
          photos.resolve(i + ".jpg").toFile());
    }
  }

  /** Trained → exported → embedded: the trainer decodes with OpenCV, this with the JDK. */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 32, false",
    "resnet18, 96, false",
    "resnet18, 96, true",
    "cifar_resnet20, 32, true",
    "mobilenet_v3_small, 96, false",
    "dino_vitt16, 96, false"
  })
  void theVectorOfAJpegIsTheTrainers(String architecture, int size, boolean pixels)
      throws IOException {
    try (PointerScope scope = new PointerScope();
        ImageSource source = ImageSources.open(photos, SourceOptions.DEFAULT)) {
      Backbone backbone = backbone(architecture);
      Path file = export(backbone, size, pixels);
      Features expected =
          Embeddings.extract(
              backbone,
              source,
              Embeddings.Options.of(size, Normalisation.IMAGENET),
              ProgressListener.NONE);
      float[] all = Tensors.toFloats(expected.values());
      try (Embedder embedder = Embedder.open(file)) {
        int width = embedder.width();
        for (int i = 0; i < source.size(); i++) {
          float[] actual = embedder.embed(photos.resolve(source.id(i)));
          float[] wanted = Arrays.copyOfRange(all, i * width, (i + 1) * width);
          assertThat(cosine(actual, wanted)).as(source.id(i)).isGreaterThan(0.9999);
          float largest = largest(wanted, new float[width]);
          assertThat(largest(actual, wanted)).as(source.id(i)).isLessThan(1e-4f * largest);
        }
      }
    }
  }

  @Test
  void batchesAndThreadsGiveWhatOneCallGives() throws Exception {
    Path file = export(backbone("resnet18"), 32, true);
    List<BufferedImage> images = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      images.add(Pictures.waves(40 + i / 4, 50, i, BufferedImage.TYPE_3BYTE_BGR));
    }
    for (boolean pixels : new boolean[] {false, true}) {
      Path model = pixels ? file : export(backbone("resnet18"), 32, false);
      try (Embedder embedder =
          Embedder.open(model, Embedder.Options.DEFAULT.withBatch(3).withThreads(1))) {
        List<float[]> together = embedder.embed(images);
        assertThat(together).hasSize(images.size());
        ExecutorService pool = Executors.newFixedThreadPool(4);
        List<Future<float[]>> alone = new ArrayList<>();
        for (BufferedImage image : images) {
          alone.add(pool.submit(() -> embedder.embed(image)));
        }
        for (int i = 0; i < images.size(); i++) {
          assertThat(cosine(alone.get(i).get(), together.get(i))).isGreaterThan(0.999999);
          assertThat(cosine(together.get(i), together.get((i + 1) % 11))).isLessThan(0.99999);
        }
        pool.shutdown();
      }
    }
  }

  @Test
  void badImagesAmongOthersCostTheOthersNothing() throws IOException {
    byte[] model = Files.readAllBytes(export(backbone("resnet18"), 32, false));
    List<byte[]> encoded = new ArrayList<>();
    for (String name : List.of("0.jpg", "1.jpg", "2.jpg")) {
      encoded.add("no image".getBytes(StandardCharsets.UTF_8));
      encoded.add(Files.readAllBytes(photos.resolve(name)));
    }
    encoded.add(new byte[0]);
    try (Embedder embedder =
        Embedder.open(model, Embedder.Options.DEFAULT.withBatch(2).withThreads(1))) {
      List<Embedder.Outcome> outcomes = embedder.embedEach(encoded);
      assertThat(outcomes).hasSize(7);
      for (int i = 0; i < 7; i++) {
        assertThat(outcomes.get(i).error() == null).isEqualTo(i % 2 == 1);
        if (i % 2 == 1) {
          float[] alone = embedder.embed(encoded.get(i));
          assertThat(cosine(outcomes.get(i).vector(), alone)).isGreaterThan(0.999999);
        }
      }
      assertThat(embedder.embedEach(List.of())).isEmpty();
    }
    assertThatThrownBy(() -> Embedder.open(new byte[] {1, 2}, Embedder.Options.DEFAULT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no ONNX model");
  }

  @Test
  void whatTheModelSaysOfItselfCanBeAsked() throws IOException {
    try (Embedder embedder = Embedder.open(export(backbone("resnet18"), 32, false))) {
      assertThat(embedder.width()).isEqualTo(512);
      assertThat(embedder.metadata())
          .containsEntry("architecture", "resnet18")
          .containsEntry("data", "abc");
    }
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("a.onnx"), "hello");
    assertThatThrownBy(() -> Embedder.open(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a.onnx");
    Path foreign = folder.resolve("foreign.onnx");
    ModelProto.Builder model =
        ModelProto.parseFrom(Files.readAllBytes(export(backbone("resnet18"), 32, false)))
            .toBuilder();
    Files.write(foreign, model.clearMetadataProps().build().toByteArray());
    assertThatThrownBy(() -> Embedder.open(foreign))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("bingo export --format onnx");
  }

  /** What a Java program writes by one call is as whole as what the command line writes. */
  @Test
  void aModelOfALibrarysCallNeedsNothingMore() throws IOException {
    byte[] rgb = new byte[40 * 50 * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * 7 % 251);
    }
    Backbone backbone = backbone("resnet18");
    float[] both = null;
    for (OnnxModel model : List.of(model(backbone, 32), model(backbone, 32).withPixels())) {
      Path file = folder.resolve("bare" + model.input() + ".onnx");
      model.write(file, Map.of());
      try (Embedder embedder = Embedder.open(file)) {
        assertThat(embedder.metadata()).containsEntry("normalisation", "imagenet");
        float[] vector = embedder.embed(rgb, 50, 40);
        both = both == null ? vector : both;
        assertThat(cosine(vector, both)).isGreaterThan(0.9999);
      }
    }
  }

  @Test
  void modelsThatWouldReadOrLoopAreRefusedBeforeTheyRun() throws IOException {
    ModelProto good =
        ModelProto.parseFrom(Files.readAllBytes(export(backbone("resnet18"), 32, false)));
    ModelProto.Builder external = good.toBuilder();
    external.getGraphBuilder().getInitializerBuilder(0).addExternalDataBuilder().setKey("location");
    ModelProto.Builder nested = good.toBuilder();
    nested.getGraphBuilder().getNodeBuilder(0).addAttributeBuilder().getGBuilder().setName("body");
    ModelProto.Builder functions = good.toBuilder();
    functions.addFunctionsBuilder().setName("f");
    ModelProto.Builder later = good.toBuilder();
    later.getMetadataPropsBuilderList().stream()
        .filter(entry -> entry.getKey().equals("version"))
        .forEach(entry -> entry.setValue("2"));
    ModelProto.Builder other = good.toBuilder();
    other.getMetadataPropsBuilderList().stream()
        .filter(entry -> entry.getKey().equals("input"))
        .forEach(entry -> entry.setValue("tokens"));
    ModelProto.Builder wider = good.toBuilder();
    wider.getMetadataPropsBuilderList().stream()
        .filter(entry -> entry.getKey().equals("width"))
        .forEach(entry -> entry.setValue("513"));
    Map<ModelProto.Builder, String> refused =
        Map.of(
            external, "data in other files",
            nested, "graphs or tensors within its nodes",
            functions, "functions",
            later, "version '2'",
            other, "input 'tokens'",
            wider, "other tensors than its metadata say");
    for (Map.Entry<ModelProto.Builder, String> entry : refused.entrySet()) {
      Path file = Files.write(folder.resolve("bad.onnx"), entry.getKey().build().toByteArray());
      assertThatThrownBy(() -> Embedder.open(file))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(file + ": ")
          .hasMessageContaining(entry.getValue());
    }
    byte[] whole = good.toByteArray();
    for (int kept : new int[] {0, 1, 100, whole.length / 2, whole.length - 1}) {
      Path file = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, kept));
      assertThatThrownBy(() -> Embedder.open(file)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> Embedder.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no regular file");
  }

  @Test
  void pixelsThatDoNotFitTheirSizeAreABadImage() throws IOException {
    try (Embedder embedder = Embedder.open(export(backbone("resnet18"), 32, false))) {
      assertThatThrownBy(() -> embedder.embed(new byte[11], 2, 2))
          .isInstanceOf(BadImageException.class);
      assertThatThrownBy(() -> embedder.embed(new byte[0], 0, 2))
          .isInstanceOf(BadImageException.class);
    }
  }

  @Test
  void aClosedEmbedderRefusesWork() throws IOException {
    Embedder embedder = Embedder.open(export(backbone("resnet18"), 32, false));
    embedder.close();
    embedder.close();
    assertThatThrownBy(() -> embedder.embed(new byte[12], 2, 2))
        .isInstanceOf(IllegalStateException.class);
  }

  private static Backbone backbone(String name) {
    Backbone backbone = Encoders.create(name, Stem.IMAGENET, 5);
    backbone.train(false);
    return backbone;
  }

  private static OnnxModel model(Backbone backbone, int size) {
    return OnnxModel.of(
        backbone,
        new dev.bingo.export.Preprocessing(EvalTransform.of(size), Normalisation.IMAGENET));
  }

  private static Path export(Backbone backbone, int size, boolean pixels) throws IOException {
    OnnxModel whole = model(backbone, size);
    OnnxModel model = pixels ? whole.withPixels() : whole;
    Map<String, String> about =
        About.of(
            new EncoderFile.Info(
                backbone.architecture(),
                Stem.IMAGENET,
                size,
                "imagenet",
                Map.of("data", "abc", "architecture", backbone.architecture())),
            model.preprocessing(),
            backbone.width());
    Path file = folder.resolve(backbone.architecture() + size + pixels + ".onnx");
    model.write(file, about);
    return file;
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }

  private static float largest(float[] a, float[] b) {
    float most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }
}
