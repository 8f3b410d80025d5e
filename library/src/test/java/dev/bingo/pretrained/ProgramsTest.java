package dev.bingo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.export.OnnxModel;
import dev.bingo.export.Preprocessing;
import dev.bingo.pretrained.Pretrained.Program;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.render.EvalTransform;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramsTest {
  // Written by Python's torch.jit.script: conv 3-8 without bias, batch-norm, ReLU, conv 8-16, ReLU,
  // mean; saved in training mode.
  private static final Path SCRIPT = Path.of("src/test/resources/torchscript/encoder.ts");
  private static final Path TUPLE = Path.of("src/test/resources/torchscript/tuple.ts");

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @Test
  void anOnnxModelGivesTheFeaturesOfTheNetworkItWasMadeOf() throws IOException {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Backbone original = Encoders.create("cifar_resnet20", Stem.CIFAR, 3);
      original.train(false);
      Path file = folder.resolve("a.onnx");
      OnnxModel.of(original, preprocessing(32)).write(file, Map.of("normalisation", "cifar10"));

      EncoderFile.Loaded loaded = Pretrained.load(file, Wish.NONE);

      assertThat(loaded.info().imageSize()).isEqualTo(32);
      assertThat(loaded.info().normalisation()).isEqualTo("cifar10");
      assertThat(loaded.net().width()).isEqualTo(64);
      Tensor images = torch.randn(3, 3, 32, 32);
      Tensor expected = original.features(images);
      Tensor actual = loaded.net().backbone().features(images);
      assertThat(actual.sub(expected).abs().max().item_double())
          .isLessThan(1e-5 * expected.abs().max().item_double());
      assertThatThrownBy(() -> Pretrained.load(file, Wish.NONE.withImages(64, "")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("takes images of 32 pixels, not 64");
    }
  }

  @Test
  void tokensGiveTheirClassTokenAndMapsTheirMean() throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Tensor images = torch.randn(2, 3, 4, 4);
      // [N, 3, S, S] as it is.
      Tensor maps = features(write(model(identity("last_hidden_state", 4))), images);
      assertThat(maps.allclose(images.flatten(2, -1).mean(2))).isTrue();
      // [N, 3, S · S] by a reshape: three tokens of 16.
      Tensor tokens = features(write(model(reshape("last_hidden_state", 0, 3, -1))), images);
      assertThat(tokens.allclose(images.select(1, 0).flatten(1, -1))).isTrue();
    }
  }

  @Test
  void aModelOfAFixedBatchIsRunBatchByBatch() throws IOException {
    ModelProto.Builder model = model(identity("features", 4)).toBuilder();
    model
        .getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(0)
        .clearDimParam()
        .setDimValue(2);
    try (PointerScope scope = new PointerScope()) {
      Tensor images = torch.randn(5, 3, 4, 4);
      Tensor rows = features(write(model.build()), images);
      assertThat(rows.allclose(images.flatten(2, -1).mean(2))).isTrue();
    }
  }

  @Test
  void severalOutputsAreAskedAbout() throws IOException {
    ModelProto.Builder model = model(identity("one", 4)).toBuilder();
    model
        .getGraphBuilder()
        .addNode(
            NodeProto.newBuilder().setOpType("Relu").addInput("images").addOutput("two").build())
        .addOutput(port("two", 4));
    Path file = write(model.build());

    assertThatThrownBy(() -> Pretrained.load(file, small("")))
        .hasMessageContaining("gives one float [?, 3, ?, ?], two float")
        .hasMessageContaining("teacher.output");
    assertThatThrownBy(() -> Pretrained.load(file, small("three")))
        .hasMessageContaining("no output 'three'");
    try (PointerScope scope = new PointerScope()) {
      Tensor images = torch.randn(2, 3, 4, 4);
      Tensor rows = Pretrained.load(file, small("two")).net().backbone().features(images);
      assertThat(rows.allclose(images.relu().flatten(2, -1).mean(2))).isTrue();
    }
    Program program = Pretrained.inspect(file, small("")).program().orElseThrow();
    assertThat(program.problem()).contains("teacher.output");
    assertThat(program.takes()).isEqualTo("images float [?, 3, ?, ?]");
  }

  @Test
  void weightsInFilesElsewhereAreRefused() throws IOException {
    Files.writeString(folder.resolve("secret"), "x".repeat(4096));
    Path inner = Files.createDirectories(folder.resolve("models"));
    for (String location : List.of("../secret", "/etc/hostname", "..", "", "a\nb", "missing")) {
      ModelProto.Builder model = model(identity("features", 4)).toBuilder();
      model
          .getGraphBuilder()
          .addInitializer(
              TensorProto.newBuilder()
                  .setName("w")
                  .setDataType(1)
                  .addDims(16)
                  .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                  .addExternalData(
                      StringStringEntryProto.newBuilder().setKey("location").setValue(location)));
      Path file = Files.write(inner.resolve("m.onnx"), model.build().toByteArray());
      assertThatThrownBy(() -> Pretrained.load(file, small("")))
          .as(location)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString())
          .hasMessageMatching("(?s).*(that is refused|which isn't there).*");
    }
  }

  @Test
  void damagedModelsAreRefused() throws IOException {
    byte[] whole = model(identity("features", 4)).toByteArray();
    for (int length = 1; length < whole.length; length += 7) {
      Path file = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Pretrained.load(file, small("")))
          .as("%d bytes", length)
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aModelThatTakesNoImagesIsRefused() throws IOException {
    ModelProto.Builder model = model(identity("features", 4)).toBuilder();
    model.getGraphBuilder().setInput(0, port("tokens", 2)).getNodeBuilder(0).setInput(0, "tokens");
    model.getGraphBuilder().setOutput(0, port("features", 2));
    Path file = write(model.build());
    assertThatThrownBy(() -> Pretrained.load(file, small("")))
        .hasMessageContaining("takes tokens float [?, ?]")
        .hasMessageContaining("float [N, 3, S, S]");
  }

  @Test
  void codeIsRunOnlyWhereThatIsAllowed() throws IOException {
    assertThatThrownBy(() -> Pretrained.load(SCRIPT, small("")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("execute the code")
        .hasMessageContaining("teacher.allow_code=yes");
    assertThat(Pretrained.inspect(SCRIPT, small("")).program().orElseThrow().problem())
        .isNotEmpty();
  }

  @Test
  void aTorchScriptModuleGivesWhatPythonGives() throws IOException {
    // net.eval()(x).flatten()[:4], [16:20] in Python, x = sin(0.37 · arange).
    double[] python = {0.11993971, 0.00815281, 0.04102285, 0.09421969};
    double[] second = {0.12074316, 0.00618667, 0.03789936, 0.09976681};
    try (PointerScope scope = new PointerScope()) {
      EncoderFile.Loaded loaded = Pretrained.load(SCRIPT, script());
      assertThat(loaded.net().width()).isEqualTo(16);
      float[] x = new float[2 * 3 * 16 * 16];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) Math.sin((float) i * 0.37f);
      }
      // Twice: the engine compiles the module between runs.
      for (int run = 0; run < 4; run++) {
        Tensor rows = loaded.net().backbone().features(Tensors.of(x, 2, 3, 16, 16));
        float[] features = Tensors.toFloats(rows);
        for (int i = 0; i < 4; i++) {
          assertThat((double) features[i]).isCloseTo(python[i], within(1e-5));
          assertThat((double) features[16 + i]).isCloseTo(second[i], within(1e-5));
        }
        assertThat(rows.requires_grad()).isFalse();
      }
    }
  }

  @Test
  void aModuleThatGivesNoTensorIsRefused() {
    assertThatThrownBy(() -> Pretrained.load(TUPLE, script()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("gives a Tuple");
  }

  private static Wish script() {
    return new Wish("", null, 16, "", true, List.of(), "", true);
  }

  private static Wish small(String output) {
    return new Wish("", null, 4, "", true, List.of(), output, false);
  }

  private static Tensor features(Path file, Tensor images) throws IOException {
    return Pretrained.load(file, small("")).net().backbone().features(images);
  }

  private static Preprocessing preprocessing(int size) {
    return new Preprocessing(EvalTransform.of(size), Normalisation.IMAGENET);
  }

  private Path write(ModelProto model) throws IOException {
    return Files.write(folder.resolve("m.onnx"), model.toByteArray());
  }

  private static ModelProto model(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(9)
        .setGraph(graph.setName("g").addInput(images()))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
        .build();
  }

  private static GraphProto.Builder identity(String output, int rank) {
    return GraphProto.newBuilder()
        .addNode(NodeProto.newBuilder().setOpType("Identity").addInput("images").addOutput(output))
        .addOutput(port(output, rank));
  }

  private static GraphProto.Builder reshape(String output, long... to) {
    TensorProto.Builder shape =
        TensorProto.newBuilder().setName("to").setDataType(7).addDims(to.length);
    for (long side : to) {
      shape.addInt64Data(side);
    }
    return GraphProto.newBuilder()
        .addInitializer(shape)
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Reshape")
                .addInput("images")
                .addInput("to")
                .addOutput(output))
        .addOutput(port(output, to.length));
  }

  private static ValueInfoProto images() {
    return port("images", 4).toBuilder()
        .setType(
            type(
                TensorShapeProto.newBuilder()
                    .addDim(dim("N"))
                    .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(3))
                    .addDim(dim("H"))
                    .addDim(dim("H"))))
        .build();
  }

  private static ValueInfoProto port(String name, int rank) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < rank; i++) {
      shape.addDim(dim(name + i));
    }
    return ValueInfoProto.newBuilder().setName(name).setType(type(shape)).build();
  }

  private static TypeProto type(TensorShapeProto.Builder shape) {
    return TypeProto.newBuilder()
        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape))
        .build();
  }

  private static TensorShapeProto.Dimension dim(String name) {
    return TensorShapeProto.Dimension.newBuilder().setDimParam(name).build();
  }
}
