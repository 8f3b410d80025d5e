package dev.bingo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
      OnnxModel.of(original, preprocessing(32, Normalisation.CIFAR10)).write(file, Map.of());

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
      Tensor images = torch.randn(2, 3, 10, 10);
      Tensor maps = features(write(model(halved("last_hidden_state"))), images);
      assertThat(maps.allclose(images.flatten(2, -1).mean(2), 1e-4, 1e-5, false)).isTrue();
      // 300 numbers as a class token and 2 × 2 patches, of 60 each.
      Tensor tokens = features(write(model(reshape("last_hidden_state", 0, 5, -1))), images);
      assertThat(tokens.allclose(images.flatten(1, -1).narrow(1, 0, 60))).isTrue();
    }
  }

  @Test
  void aModelOfAFixedBatchIsRunBatchByBatch() throws IOException {
    ModelProto.Builder model = model(halved("features")).toBuilder();
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
      assertThat(rows.allclose(images.flatten(2, -1).mean(2), 1e-4, 1e-5, false)).isTrue();
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
        .hasMessageContaining("say which are the features");
    assertThatThrownBy(() -> Pretrained.load(file, small("three")))
        .hasMessageContaining("no output 'three'");
    try (PointerScope scope = new PointerScope()) {
      Tensor images = torch.randn(2, 3, 4, 4);
      Tensor rows = Pretrained.load(file, small("two")).net().backbone().features(images);
      assertThat(rows.allclose(images.relu().flatten(2, -1).mean(2))).isTrue();
    }
    Program program = Pretrained.inspect(file, small("")).program().orElseThrow();
    assertThat(program.problem()).contains("say which are the features");
    assertThat(program.remedy()).isEqualTo(dev.bingo.file.Remedy.NAME_OUTPUT);
    assertThat(program.takes()).isEqualTo("images float [?, 3, ?, ?]");
  }

  @Test
  void aHeadIsRefusedUnlessItIsAskedForByName() throws IOException {
    // 300 numbers of an image; the boxes of a detector, and classes.
    Path boxes = write(model(reshape("output", 0, 12, -1)));
    assertThatThrownBy(() -> Pretrained.load(boxes, small("")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("output 'output' has 12 rows for an image");
    for (String wish : List.of("", "output")) {
      assertThat(Pretrained.inspect(boxes, small(wish)).program().orElseThrow().problem())
          .contains("12 rows for an image");
    }
    for (String operator : List.of("Softmax", "Sigmoid", "LogSoftmax")) {
      Path classes = write(model(after(reshape("inner", 0, -1), operator, "output")));
      assertThatThrownBy(() -> Pretrained.load(classes, small("")))
          .hasMessageContaining("output 'output' is what " + operator + " gives")
          .hasMessageContaining("another can be named");
      assertThat(Pretrained.load(classes, small("output")).provenance().warnings())
          .anySatisfy(warning -> assertThat(warning).contains(operator));
    }
    Path named = write(model(reshape("class_logits", 0, -1)));
    assertThatThrownBy(() -> Pretrained.load(named, small("")))
        .hasMessageContaining("the name of a task's result");
    Path whole = write(model(identity("features", 4)));
    assertThatThrownBy(() -> Pretrained.load(whole, small("")))
        .hasMessageContaining("a map as large as the image");
  }

  @Test
  void rowsThatSumToOneAreProbabilitiesWhateverMakesThem() throws IOException {
    GraphProto.Builder graph = reshape("inner", 0, -1);
    graph.clearOutput().addOutput(port("output", 2));
    graph.addNode(node("Exp", "exp", "inner"));
    graph.addNode(
        node("ReduceSum", "sum", "exp", "axes").toBuilder()
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("keepdims")
                    .setType(AttributeType.INT)
                    .setI(1)));
    graph.addInitializer(
        TensorProto.newBuilder().setName("axes").setDataType(7).addDims(1).addInt64Data(1));
    graph.addNode(node("Div", "output", "exp", "sum"));
    Path file = write(model(graph));

    assertThatThrownBy(() -> Pretrained.load(file, small("")))
        .hasMessageContaining("rows that sum to 1");
  }

  @Test
  void aHeadBesideFeaturesIsPassedOver() throws IOException {
    GraphProto.Builder graph = after(reshape("inner", 0, -1), "Softmax", "probs");
    graph.addNode(node("Relu", "hidden", "inner")).addOutput(port("hidden", 2));
    Path file = write(model(graph));

    Program program = Pretrained.inspect(file, small("")).program().orElseThrow();
    assertThat(program.problem()).isEmpty();
    assertThat(program.features()).contains("output hidden, 48 numbers");
  }

  @Test
  void weightsThatAreNotFiniteCanNotTeach() throws IOException {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      for (boolean raw : new boolean[] {true, false}) {
        Path file = write(model(biased(raw, 1, bad, 3)));
        assertThatThrownBy(() -> Pretrained.load(file, small("")))
            .hasMessageContaining("weights 'bias' have numbers that are not finite");
        assertThat(Pretrained.inspect(file, small("")).program().orElseThrow().problem())
            .contains("'bias'");
      }
    }
    Path half = write(model(biased(true, 1, 2, 3)));
    assertThat(Pretrained.inspect(half, small("")).program().orElseThrow().problem()).isEmpty();
  }

  @Test
  void aModelThatDoesNotEndIsStopped() throws IOException {
    GraphProto.Builder body =
        GraphProto.newBuilder()
            .setName("body")
            .addNode(node("Identity", "go_on", "going"))
            .addNode(node("Identity", "next", "last"))
            .addInput(scalar("n", 7))
            .addInput(scalar("going", 9))
            .addInput(port("last", 4))
            .addOutput(scalar("go_on", 9))
            .addOutput(port("next", 4));
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addInitializer(TensorProto.newBuilder().setName("true").setDataType(9).addInt32Data(1))
            .addNode(
                node("Loop", "features", "", "true", "images").toBuilder()
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("body")
                            .setType(AttributeType.GRAPH)
                            .setG(body)))
            .addOutput(port("features", 4));
    Path file = write(model(graph));
    Wish hasty = new Wish("", null, 4, "", true, List.of(), "", false, "", 1);

    assertThatThrownBy(() -> Pretrained.load(file, hasty))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("m.onnx")
        .hasMessageContaining("longer than 1 seconds")
        .hasMessageContaining("give it more time");
  }

  @Test
  void aSizeThatNoMemoryHoldsIsRefusedBeforeItRuns() throws IOException {
    TensorProto.Builder sides = TensorProto.newBuilder().setName("to").setDataType(7).addDims(4);
    for (long side : new long[] {1, 1, 60_000, 60_000}) {
      sides.addInt64Data(side);
    }
    Path file =
        write(
            model(
                GraphProto.newBuilder()
                    .addInitializer(sides)
                    .addNode(node("Expand", "features", "images", "to"))
                    .addOutput(port("features", 4))));
    assertThatThrownBy(() -> Pretrained.load(file, small("")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("operator Expand makes 3,600,000,000 numbers");
  }

  @Test
  void aModelOfOursThatTakesPixelsGivesTheSameFeatures() throws IOException {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Backbone original = Encoders.create("cifar_resnet20", Stem.CIFAR, 3);
      original.train(false);
      Path file = folder.resolve("pixels.onnx");
      OnnxModel.of(original, preprocessing(32, Normalisation.SWAV))
          .withPixels()
          .write(file, Map.of());

      EncoderFile.Loaded loaded = Pretrained.load(file, Wish.NONE);

      assertThat(loaded.info().imageSize()).isEqualTo(32);
      assertThat(loaded.info().normalisation()).isEqualTo("swav");
      Tensor images = torch.randn(3, 3, 32, 32);
      Tensor expected = original.features(images);
      Tensor actual = loaded.net().backbone().features(images);
      assertThat(actual.sub(expected).abs().max().item_double())
          .isLessThan(1e-5 * expected.abs().max().item_double());
      Program program = Pretrained.inspect(file, Wish.NONE).program().orElseThrow();
      assertThat(program.problem()).isEmpty();
      assertThat(program.takes()).contains("pixels, uint8");
    }
  }

  @Test
  void weightsWithinBranchesMustLieBesideTheModel() throws IOException {
    TensorProto outside =
        TensorProto.newBuilder()
            .setDataType(1)
            .addDims(16)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue("../secret"))
            .build();
    GraphProto.Builder graph = identity("features", 4);
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Constant")
            .addOutput("w")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeType.TENSOR)
                    .setT(outside)));
    Path file = write(model(graph));
    assertThatThrownBy(() -> Pretrained.load(file, small("")))
        .hasMessageContaining("that is refused");
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
        .hasMessageContaining("to execute the code in it, which must be allowed");
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
    return new Wish("", null, 16, "", true, List.of(), "", true, "", 60);
  }

  private static Wish small(String output) {
    return new Wish("", null, 4, "", true, List.of(), output, false, "", 60);
  }

  private static Tensor features(Path file, Tensor images) throws IOException {
    Wish wish = small("").withImages((int) images.size(2), "");
    return Pretrained.load(file, wish).net().backbone().features(images);
  }

  private static Preprocessing preprocessing(int size, Normalisation normalisation) {
    return new Preprocessing(EvalTransform.of(size), normalisation);
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

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  /** Means of 2 × 2 pixels. */
  private static GraphProto.Builder halved(String output) {
    NodeProto.Builder pool = node("AveragePool", output, "images").toBuilder();
    for (String name : List.of("kernel_shape", "strides")) {
      pool.addAttribute(
          AttributeProto.newBuilder()
              .setName(name)
              .setType(AttributeType.INTS)
              .addInts(2)
              .addInts(2));
    }
    return GraphProto.newBuilder().addNode(pool).addOutput(port(output, 4));
  }

  /** A graph of one output, with an operator behind it that gives another in its place. */
  private static GraphProto.Builder after(
      GraphProto.Builder graph, String operator, String output) {
    String inner = graph.getOutput(0).getName();
    return graph.clearOutput().addNode(node(operator, output, inner)).addOutput(port(output, 2));
  }

  /** The images' numbers and these three, as weights, one for each channel. */
  private static GraphProto.Builder biased(boolean raw, float... values) {
    TensorProto.Builder bias = TensorProto.newBuilder().setName("bias").setDataType(1);
    bias.addDims(3).addDims(1).addDims(1);
    ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    if (raw) {
      bias.setRawData(ByteString.copyFrom(bytes.flip()));
    } else {
      for (float value : values) {
        bias.addFloatData(value);
      }
    }
    GraphProto.Builder graph = halved("half");
    return graph
        .clearOutput()
        .addInitializer(bias)
        .addNode(node("Add", "features", "half", "bias"))
        .addOutput(port("features", 4));
  }

  private static ValueInfoProto scalar(String name, int type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type)
                        .setShape(TensorShapeProto.newBuilder())))
        .build();
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
