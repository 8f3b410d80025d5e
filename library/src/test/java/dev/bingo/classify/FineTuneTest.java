package dev.bingo.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.Stem;
import dev.bingo.export.ClassifierHead;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Method.Loss;
import dev.bingo.method.Progress;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FineTuneTest {
  private static final Progress START = new Progress(0, 0, 1, 1, 0);
  private static final List<String> NAMES = List.of("a", "b");

  @BeforeAll
  static void start() {
    Engine.start();
  }

  private static FineTuneMethod method(FineTune how, ClassifierHead head, double... weights) {
    Backbone backbone = Encoders.create("cifar_resnet20", Stem.CIFAR, 3);
    backbone.train(false);
    return new FineTuneMethod(how, backbone, head, NAMES, weights, 16, 1);
  }

  private static Images images() {
    Tensor view = torch.arange(new org.bytedeco.pytorch.Scalar(4 * 3 * 256)).reshape(4, 3, 16, 16);
    Tensor pixels =
        view.to(torch.ScalarType.Float).mul(new org.bytedeco.pytorch.Scalar(1e-3)).sin();
    return new Images(
        List.of(pixels),
        Tensors.of(new long[] {0, 1, 1, 1}, 4),
        Tensors.of(new long[] {0, 1, 2, 3}, 4),
        Precision.FP32);
  }

  private static ClassifierHead head() {
    float[][] weight = new float[2][64];
    for (int d = 0; d < 64; d++) {
      weight[0][d] = (float) Math.sin(d);
      weight[1][d] = (float) Math.cos(d);
    }
    return new ClassifierHead(weight, new float[] {.1f, -.1f}, NAMES, 0);
  }

  @Test
  void itBeginsAsTheHeadThatItIsGiven() {
    try (PointerScope scope = new PointerScope()) {
      FineTuneMethod method = method(FineTune.SHORT, head(), 1, 1);
      assertThat(method.classifier().weight()).isDeepEqualTo(head().weight());
      Images images = images();
      Tensor logits = head().logits(method.encoder().features(images.view(0)).detach());
      float[] logs = Tensors.toFloats(logits.log_softmax(1));
      double expected = -(logs[0] + logs[3] + logs[5] + logs[7]) / 4;
      Loss loss = method.loss(images, START);
      assertThat(loss.value().item_double()).isCloseTo(expected, within(1e-4));
    }
  }

  @Test
  void aClassThatWeighsTwiceHasTwiceTheLoss() {
    try (PointerScope scope = new PointerScope()) {
      double both =
          method(FineTune.SHORT, head(), 1, 1).loss(images(), START).value().item_double();
      double one = method(FineTune.SHORT, head(), 1, 0).loss(images(), START).value().item_double();
      double more =
          method(FineTune.SHORT, head(), 1, 2).loss(images(), START).value().item_double();
      assertThat(more - one).isCloseTo(2 * (both - one), within(1e-4));
    }
  }

  /** SwAV trains its head at 250 times the encoder's rate. */
  @Test
  void theHeadMovesAtARateOfItsOwn() {
    try (PointerScope scope = new PointerScope()) {
      float[] plain = headGradient(FineTune.SHORT);
      float[] swav = headGradient(FineTune.SWAV_1);
      for (int i = 0; i < plain.length; i++) {
        assertThat(swav[i]).isCloseTo(250 * plain[i], within(1e-3f + 1e-4f * Math.abs(swav[i])));
      }
    }
  }

  private static float[] headGradient(FineTune how) {
    FineTuneMethod method = method(how, head(), 1, 1);
    method.loss(images(), START).value().backward();
    Map<String, Tensor> trained = Modules.trainable(method.state());
    float[] before = Tensors.toFloats(trained.get("net.backbone.conv1.weight").grad());
    method.afterBackward(START);
    assertThat(Tensors.toFloats(trained.get("net.backbone.conv1.weight").grad())).isEqualTo(before);
    return Tensors.toFloats(trained.get("fc.weight").grad());
  }

  @Test
  void papersProtocolsKeepTheirBatchAndOursFitsTheImages() {
    assertThat(FineTune.SHORT.forImages(10).batch()).isEqualTo(10);
    assertThat(FineTune.SWAV_1.forImages(256)).isEqualTo(FineTune.SWAV_1);
    assertThatThrownBy(() -> FineTune.SWAV_10.forImages(255))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256");
    assertThatThrownBy(() -> FineTune.named("shrt"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("short");
  }

  /** 0.02, a fifth from epoch 12 and again from 16 of 20. */
  @Test
  void theRateFallsAsSwavHasIt() {
    for (int epoch = 0; epoch < 20; epoch++) {
      double expected = .02 * (epoch < 12 ? 1 : epoch < 16 ? .2 : .04);
      assertThat(FineTune.SWAV_1.schedule().at(new Progress(epoch, epoch, 1, 20, 0)))
          .isCloseTo(expected, within(1e-12));
    }
  }
}
