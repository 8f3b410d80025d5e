package dev.bingo.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.ClosedForm;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.render.EvalTransform;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import dev.bingo.weights.OnnxSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxModelTest {
  @BeforeAll
  static void start() {
    Engine.start();
  }

  static List<String> architectures() {
    // The largest have the layers of smaller ones, and hundreds of millions of parameters.
    return Encoders.names().stream()
        .filter(n -> !n.matches("dinov2_vit[bl].*|swav_resnet50w[45]|resnet152"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void everyEncoderGivesTheSameFeaturesInOnnxRuntimeForAnyBatch(String name) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Backbone backbone = filled(name, Stem.CIFAR_POOL);
      OnnxModel model = OnnxModel.of(backbone, preprocessing(64));
      // Folded: nothing of a batch-norm is left.
      assertThat(model.graph().nodes).noneMatch(n -> n.op().equals("BatchNormalization"));
      assertThat(model.graph().nodes.stream().filter(n -> n.op().equals("Add")))
          .as("shifts of batch-norms")
          .noneMatch(n -> n.inputs().get(1).endsWith(".shift"));
      try (OnnxSession session = OnnxSession.of(model.bytes())) {
        for (int batch = 1; batch <= 3; batch += 2) {
          Tensor images = torch.randn(batch, 3, 64, 64);
          Tensor expected = backbone.features(images);
          double largest = expected.abs().max().item_double();
          double difference =
              session.run(images, OnnxModel.FEATURES).sub(expected).abs().max().item_double();
          assertThat(difference).as(name).isLessThan(1e-5 * largest);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "mobilenet_v3_small", "dino_vitt16"})
  void pixelsOfAnySizeAreResizedAndNormalisedWithin(String name) throws IOException {
    Backbone backbone = filled(name, Stem.IMAGENET);
    OnnxModel model = OnnxModel.of(backbone, preprocessing(96)).withPixels();
    Verification verification =
        Verification.of(model, backbone, 12, i -> Verification.generated(i, 100));
    assertThat(verification.images()).isEqualTo(12);
    assertThat(verification.leastCosine()).isGreaterThan(0.9999);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "efficientnet_b0", "shufflenet_v2_x1_0", "dino_vitt16"})
  void halfPrecisionStaysNear(String name) throws IOException {
    Backbone backbone = filled(name, Stem.CIFAR);
    OnnxModel model = OnnxModel.of(backbone, preprocessing(32)).half();
    OnnxModel whole = OnnxModel.of(backbone, preprocessing(32));
    assertThat(model.bytes().length).isLessThan((int) (0.55 * whole.bytes().length));
    Verification verification =
        Verification.of(model, backbone, 4, i -> Verification.generated(i, 32));
    assertThat(verification.leastCosine()).isGreaterThan(0.999);
    assertThat(verification.largestDifference()).isPositive();
  }

  @Test
  void floatsAreRoundedToHalvesAsTorchRoundsThem() {
    try (PointerScope scope = new PointerScope()) {
      float[] values = new float[1 << 16];
      for (int i = 0; i < values.length; i++) {
        // All exponents and signs, with many mantissas.
        values[i] = Float.intBitsToFloat(i << 16 | (i * 0x9E37 & 0xFFFF));
        if (!(Math.abs(values[i]) <= 65504)) {
          values[i] = i % 2048 + 0.5f * (i % 3);
        }
      }
      Tensor expected =
          Tensors.of(values, values.length).to(ScalarType.Half).view(ScalarType.Short);
      long[] bits = Tensors.toLongs(expected);
      for (int i = 0; i < values.length; i++) {
        assertThat(HalfPrecision.bits(values[i])).as("%s", values[i]).isEqualTo((short) bits[i]);
      }
    }
  }

  /** Newer builds of ONNX Runtime report to their maker unless the environment forbids it. */
  @Test
  void theNativeLibrarySendsNothingHome() throws IOException {
    try (InputStream library =
        ai.onnxruntime.OrtSession.class.getResourceAsStream(
            "/ai/onnxruntime/native/linux-x64/libonnxruntime.so")) {
      String text = new String(library.readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(text.contains("events.data.microsoft")).isFalse();
      assertThat(text.contains("ORT_DISABLE_TELEMETRY")).isFalse();
      assertThat(text.contains("onnxruntime")).isTrue();
    }
  }

  static Backbone filled(String name, Stem stem) {
    try (PointerScope scope = new PointerScope()) {
      Backbone backbone = Encoders.create(name, stem, 1);
      Tensors.named(backbone)
          .forEach(
              (key, t) ->
                  t.set_data(
                      ClosedForm.weight("export", key, 1.0, t.sizes().vec().get())
                          .to(t.scalar_type())));
      backbone.train(false);
      return backbone;
    }
  }

  static Preprocessing preprocessing(int size) {
    return new Preprocessing(EvalTransform.of(size), Normalisation.CIFAR10);
  }
}
