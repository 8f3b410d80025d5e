package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.method.part.ClassifyingNet;
import dev.bingo.method.part.InfoNceTest;
import dev.bingo.method.part.SlowInfoNce;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ConeTest {
  private static final int WIDTH = 6;
  private static final int CLASSES = 5;
  private static final int QUEUE = 20;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void smoothedTargetsAreSharedOutOverTheOtherClasses() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(3);
      Tensor logits = torch.randn(4, CLASSES);
      Tensor labels = Tensors.of(new long[] {0, 4, 2, 2}, 4);
      double loss = terms(cone(0.2), logits, labels, false).total().item_double();
      double[][] rows = SlowInfoNce.rows(logits.log_softmax(1));
      double expected = 0;
      for (int i = 0; i < 4; i++) {
        for (int c = 0; c < CLASSES; c++) {
          boolean own = c == Tensors.toLongs(labels)[i];
          expected -= (own ? 0.8 : 0.2 / (CLASSES - 1)) * rows[i][c] / 4;
        }
      }
      assertThat(loss).isCloseTo(expected, within(1e-5));
    }
  }

  @Test
  void aBlindGuessCostsTheChanceLoss() {
    try (PointerScope scope = new PointerScope()) {
      Cone cone = cone(0);
      Map<String, Tensor> state = Tensors.named(cone.state());
      // all keys in one place, of every class alike
      Tensor place = InfoNceTest.unit(1, WIDTH);
      state.get("queue.queue").copy_(place.t().repeat(1, QUEUE));
      state
          .get("queue.queue_label")
          .copy_(torch.arange(new Scalar(QUEUE)).remainder(new Scalar(CLASSES)));
      Cone blind = cone;
      Tensor labels = Tensors.of(new long[] {0, 1, 2, 3}, 4);
      Tensor logits = torch.zeros(4, CLASSES);
      double loss = terms(blind, logits, labels, true).total().item_double();
      assertThat(loss).isCloseTo(cone.chanceLoss(), within(1e-4));
      double first = terms(blind, logits, labels, false).total().item_double();
      assertThat(first).as("the first epoch").isCloseTo(Math.log(CLASSES), within(1e-5));
      assertThat(cone.chanceLoss()).as("the first epoch").isCloseTo(first, within(1e-5));
    }
  }

  @Test
  void aClassOfNoProbabilityDoesNotMakeTheGradientNaN() {
    try (PointerScope scope = new PointerScope()) {
      Tensor logits = Tensors.of(new float[] {200, 0, 0, 0, 0}, 1, CLASSES);
      logits.set_requires_grad(true);
      Tensor labels = Tensors.of(new long[] {3}, 1);
      Cone.Terms terms = terms(cone(0), logits, labels, true);
      terms.total().backward();
      assertThat(torch.isfinite(terms.total()).item_bool()).isTrue();
      assertThat(logits.grad().abs().max().item_double()).isZero();
    }
  }

  @Test
  void theMomentumGoesFromItsStartToOne() {
    try (PointerScope scope = new PointerScope()) {
      Cone cone = cone(0);
      assertThat(cone.momentum(new Progress(0, 0, 10, 10, 1))).isCloseTo(0.9, within(1e-12));
      assertThat(cone.momentum(new Progress(5, 50, 10, 10, 1))).isCloseTo(0.95, within(1e-12));
      assertThat(cone.momentum(new Progress(9, 100, 10, 10, 1))).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void whatFoolsItIsRefusedWithANumberThatFits() {
    try (PointerScope scope = new PointerScope()) {
      Cone cone = cone(0);
      cone.check(100, 8);
      assertThat(cone.needsLabels()).isTrue();
      assertThatThrownBy(() -> cone.check(20, 8))
          .hasMessageContaining("cone.queue")
          .hasMessageContaining("would fit");
      assertThatThrownBy(() -> cone.check(100, 24)).hasMessageContaining("can't take the 24");
      assertThatThrownBy(() -> cone.check(100, 1)).hasMessageContaining("train.batch");
      assertThatThrownBy(() -> new Cone(config(0), 1, () -> new Identity(WIDTH), 1))
          .hasMessageContaining("classes: expected at least 2, got 1");
    }
  }

  /** With embeddings that all lie where they are. */
  private static Cone.Terms terms(Cone cone, Tensor logits, Tensor labels, boolean neighbours) {
    torch.manual_seed(8);
    Tensor z = InfoNceTest.unit((int) logits.size(0), WIDTH);
    return cone.terms(
        new ClassifyingNet.Said(z, logits), new ClassifyingNet.Said(z, logits), labels, neighbours);
  }

  @Test
  void aMomentumAboveThePapersStaysAsItIs() {
    try (PointerScope scope = new PointerScope()) {
      ConeConfig slow =
          new ConeConfig(
              .1, .07, QUEUE, .7, .4, 0, QUEUE, .999, 1, WIDTH, 8, Augmentation.CROP_FLIP, 32);
      Cone cone = new Cone(slow, CLASSES, () -> new Identity(WIDTH), 7);
      assertThat(cone.momentum(new Progress(0, 0, 10, 10, 1))).isEqualTo(.999);
      assertThat(cone.momentum(new Progress(9, 100, 10, 10, 1))).isEqualTo(.999);
    }
  }

  private static Cone cone(double smoothing) {
    return new Cone(config(smoothing), CLASSES, () -> new Identity(WIDTH), 7);
  }

  private static ConeConfig config(double smoothing) {
    return new ConeConfig(
        .1, .07, QUEUE, .7, .4, smoothing, QUEUE, .9, 1, WIDTH, 8, Augmentation.CROP_FLIP, 32);
  }
}
