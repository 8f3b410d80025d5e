package dev.bingo.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Stem;
import dev.bingo.export.Graph.Node;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.OnnxSession;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Int8Test {
  private static final Verification.Images IMAGES = i -> Verification.generated(i, 64);

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @ParameterizedTest
  @CsvSource({
    "resnet18, 0.99",
    "cifar_resnet20, 0.99",
    "shufflenet_v2_x1_0, 0.99",
    "dino_vitt16, 0.99",
    "mobilenet_v2, 0.95",
    "mobilenet_v3_small, 0.95",
    "efficientnet_b0, 0.95"
  })
  void aQuarterOfTheBytesGivesNearlyTheSameFeatures(String name, double cosine) throws IOException {
    Backbone backbone = OnnxModelTest.filled(name, Stem.CIFAR_POOL);
    OnnxModel exact = OnnxModel.of(backbone, OnnxModelTest.preprocessing(64));
    OnnxModel model = exact.int8(24, IMAGES);
    assertThat(model.bytes().length).isLessThan((int) (0.32 * exact.bytes().length));
    Verification verification = Verification.of(model, backbone, 8, IMAGES);
    assertThat(verification.leastCosine()).isGreaterThan(cosine);
    // It is another network.
    assertThat(verification.largestDifference())
        .isGreaterThan(1e-4 * verification.largestFeature());
  }

  @Test
  void pixelsCanGoInToo() throws IOException {
    Backbone backbone = OnnxModelTest.filled("cifar_resnet20", Stem.CIFAR);
    OnnxModel model =
        OnnxModel.of(backbone, OnnxModelTest.preprocessing(32)).int8(8, IMAGES).withPixels();
    assertThat(Verification.of(model, backbone, 8, IMAGES).leastCosine()).isGreaterThan(0.99);
  }

  @Test
  void bytesFlowFromTheFirstConvolutionToTheLast() throws IOException {
    OnnxModel exact =
        OnnxModel.of(
            OnnxModelTest.filled("resnet18", Stem.IMAGENET), OnnxModelTest.preprocessing(64));
    Graph graph = exact.int8(2, IMAGES).graph();
    for (Node n : graph.nodes) {
      if (List.of("Conv", "Add", "MaxPool").contains(n.op())) {
        assertThat(n.inputs()).as("%s", n).allMatch(i -> i.contains(".rounded"));
      }
    }
    // One pair of nodes a value, however many read it.
    assertThat(
            graph.nodes.stream()
                .filter(n -> n.op().equals("QuantizeLinear"))
                .map(n -> n.inputs().get(0)))
        .doesNotHaveDuplicates();
  }

  /** x · 0.5 + 3, twice: of ordinary weights, and of weights that the bias dwarfs. */
  @ParameterizedTest
  @CsvSource({"0.5, 3", "0, 3", "1e-12, 30000", "0, 0"})
  void aConvolutionIsRightForAnyScaleOfWeightAndBias(float weight, float bias) {
    Graph graph = new Graph();
    graph.constants.put("w", Constant.of(new float[] {weight, 0, 0}, 1, 3, 1, 1));
    graph.constants.put("b", Constant.of(new float[] {bias}, 1));
    graph.nodes.add(new Node("Conv", List.of("images", "w", "b"), "conv", List.of()));
    graph.nodes.add(new Node("Relu", List.of("conv"), "relu", List.of()));
    graph.nodes.add(new Node("GlobalAveragePool", List.of("relu"), "mean", List.of()));
    graph.nodes.add(new Node("Flatten", List.of("mean"), OnnxModel.FEATURES, List.of()));
    Graph bytes = Int8.convert(graph, Map.of("images", new Range(-2, 2)));
    OnnxModel whole =
        OnnxModel.of(
            OnnxModelTest.filled("cifar_resnet20", Stem.CIFAR), OnnxModelTest.preprocessing(32));
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard();
        OnnxSession session = OnnxSession.of(whole.with(bytes).bytes())) {
      float[] ones = new float[3 * 32 * 32];
      Arrays.fill(ones, 1);
      Tensor features = session.run(Tensors.of(ones, 1, 3, 32, 32), OnnxModel.FEATURES);
      float expected = weight + bias;
      assertThat(features.item_float()).isCloseTo(expected, within(0.01f * expected + 1e-6f));
    }
  }

  @Test
  void zeroIsExactAndTheEndsAreWithinAStep() {
    for (Range range :
        List.of(new Range(-1, 3), new Range(0, 6), new Range(-5, 0), new Range(0, 0))) {
      double scale = range.scale();
      assertThat(range.zero()).isBetween(0, 255);
      assertThat((0 - range.zero()) * scale).isCloseTo(range.least(), within(scale));
      if (range.largest() > range.least()) {
        assertThat((255 - range.zero()) * scale).isCloseTo(range.largest(), within(scale));
      }
    }
  }

  @Test
  void aNetworkThatIsNotFiniteIsRefused() {
    Backbone backbone = OnnxModelTest.filled("cifar_resnet20", Stem.CIFAR);
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Tensor weight = Tensors.named(backbone).get("layer2.0.conv2.weight");
      weight.mul_(new Scalar(Double.NaN));
    }
    OnnxModel exact = OnnxModel.of(backbone, OnnxModelTest.preprocessing(32));
    assertThatThrownBy(() -> exact.int8(2, IMAGES))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not finite");
  }
}
