package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.Modules;
import dev.bingo.method.Method.Images;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MobyV2alTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void aMixedBatchAddsUpToALabelledAndAnUnlabelledOne() {
    double ce = ce(1, 3, 0, 2);
    assertThat(ce(1, 3, -1, -1) + ce(-1, -1, 0, 2)).isCloseTo(ce, within(1e-5));
    assertThat(ce(-1, -1, -1, -1)).isCloseTo(0, within(1e-9));
  }

  /** The loss of a batch of four less that of the same without labels. */
  private static double ce(long... labels) {
    return loss(true, labels) - loss(true, -1, -1, -1, -1);
  }

  private static double loss(boolean train, long... labels) {
    try (PointerScope scope = new PointerScope()) {
      return step(moby(train), labels).value().item_double();
    }
  }

  private static Method.Loss step(MobyV2al moby, long... labels) {
    torch.manual_seed(1);
    List<Tensor> views = List.of(torch.randn(4, 3, 16, 16), torch.randn(4, 3, 16, 16));
    Tensor indices = torch.arange(new Scalar(4));
    return moby.loss(
        new Images(views, Tensors.of(labels, 4), indices, Precision.FP32),
        new Progress(0, 0, 10, 2, 5));
  }

  @Test
  void aFrozenClassifierIsNotTrainedAndTheEncoderIsAllTheSame() {
    try (PointerScope scope = new PointerScope()) {
      MobyV2al moby = moby(false);
      assertThat(Modules.trainable(moby.state()))
          .containsKey("predictor.0.weight")
          .doesNotContainKey("classifier.weight");
      step(moby, 1, 2, 3, 4).value().backward();
      assertThat(Modules.trainable(moby.encoder()).values()).allMatch(p -> p.grad().defined());
      assertThat(Modules.trainable(moby(true).state())).containsKey("classifier.weight");
    }
  }

  @Test
  void aBlindClassifierCostsItsPartOfTheChanceLoss() {
    try (PointerScope scope = new PointerScope()) {
      double labelled = step(blind(), 0, 1, 2, 3).value().item_double();
      double without = step(blind(), -1, -1, -1, -1).value().item_double();
      assertThat(labelled - without).isCloseTo(Math.log(5), within(1e-5));
      assertThat(blind().chanceLoss()).isCloseTo(Math.log(5) + Math.log(33), within(1e-9));
    }
  }

  private static MobyV2al blind() {
    MobyV2al moby = moby(true);
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensors.named(moby.state()).get("classifier.weight").zero_();
      Tensors.named(moby.state()).get("classifier.bias").zero_();
    }
    return moby;
  }

  @Test
  void imagesOfNoClassAreRefused() {
    assertThatThrownBy(
            () -> new MobyV2al(MobyV2alConfig.PAPER, 0, () -> Replicas.net(8, 1).backbone(), 3))
        .hasMessageContaining("mobyv2al learns from some labels");
  }

  static MobyV2al moby(boolean trainClassifier) {
    MobyV2alConfig config =
        new MobyV2alConfig(
            0.2,
            32,
            0.9,
            0.5,
            1,
            8,
            16,
            trainClassifier,
            MobyV2alConfig.STRONG,
            MobyV2alConfig.WEAK,
            16);
    return new MobyV2al(config, 5, () -> Replicas.net(8, 1).backbone(), 3);
  }
}
