package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method.Images;
import dev.bingo.method.part.InfoNceTest;
import dev.bingo.method.part.Sinkhorn;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SwavTest {
  private static final int WIDTH = 8;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void smallCropsAreSmallerAndOfLessOfTheImage() {
    try (PointerScope scope = new PointerScope()) {
      List<View> views = swav(config(6, 0, 0, 4)).views();
      assertThat(views).extracting(View::size).containsExactly(28, 28, 16, 16, 16, 16);
      assertThat(views)
          .extracting(v -> v.augmentation().cropMax())
          .containsExactly(1.0, 1.0, .4, .4, .4, .4);
      assertThat(views.get(2).augmentation().hue()).isEqualTo(views.get(0).augmentation().hue());
    }
  }

  @Test
  void cropsOfOneSizeAreOneBatchToTheBackboneAndAllCropsToTheHead() {
    try (PointerScope scope = new PointerScope()) {
      EmbeddingNet template = Replicas.net(WIDTH, 1);
      ProjectionHead head = ProjectionHead.mlpBatchNorm(template.backbone().width(), 16, WIDTH);
      dev.bingo.encoder.Encoders.initialise(head, 3);
      EmbeddingNet net = new EmbeddingNet(template.backbone(), head);
      torch.manual_seed(4);
      List<Tensor> crops =
          List.of(
              torch.randn(3, 3, 28, 28),
              torch.randn(3, 3, 28, 28),
              torch.randn(3, 3, 16, 16),
              torch.randn(3, 3, 16, 16));
      Tensor large = torch.cat(new TensorVector(crops.get(0), crops.get(1)));
      Tensor small = torch.cat(new TensorVector(crops.get(2), crops.get(3)));
      Tensor features =
          torch.cat(
              new TensorVector(net.backbone().features(large), net.backbone().features(small)));
      Tensor expected = torch.normalize(head.forward(features)).detach();
      Replicas.assertClose("embeddings", net.embed(crops, Precision.FP32), expected);
    }
  }

  @Test
  void everyPrototypeGetsAnEqualShareAndEveryImageOne() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(2);
      Tensor scores = torch.rand(40, 8).mul(new Scalar(2.0)).sub(new Scalar(1.0));
      Tensor q = Sinkhorn.assign(scores, 0.05, 100);
      for (float sum : Tensors.toFloats(q.sum(1))) {
        assertThat(sum).isCloseTo(1, within(1e-5f));
      }
      for (float sum : Tensors.toFloats(q.sum(0))) {
        assertThat(sum).isCloseTo(5, within(0.05f));
      }
    }
  }

  @Test
  void assignmentsStayNumbersHoweverSharp() {
    try (PointerScope scope = new PointerScope()) {
      // images 0 … 4 all lie at prototype 0, opposite the others
      Tensor scores = torch.full(new long[] {6, 3}, new Scalar(-1.0f));
      scores.select(1, 0).fill_(new Scalar(1.0f));
      Tensor q = Sinkhorn.assign(scores, 0.003, 3);
      assertThat(torch.isfinite(q).all().item_bool()).isTrue();
      assertThat(Tensors.toFloats(q.sum(1))).containsOnly(1f);
      assertThatThrownBy(() -> config(0.001, 6, 0, 0, 0)).hasMessageContaining("swav.epsilon");
    }
  }

  @Test
  void anUnfilledQueueIsNotUsedAndOneOfALaterEpochNotFilled() {
    try (PointerScope scope = new PointerScope()) {
      Swav swav = swav(config(6, 8, 0, 0));
      Map<String, Tensor> state = Tensors.named(swav.state());
      Progress early = new Progress(0, 0, 10, 3, 1);
      Progress later = new Progress(1, 0, 10, 3, 1);
      Tensor fresh = InfoNceTest.unit(8, WIDTH);
      double without = loss(swav, fresh, early);
      assertThat(state.get("queue0.queue_filled").item_long()).isZero();
      assertThat(loss(swav, fresh, later)).isEqualTo(without);
      assertThat(state.get("queue1.queue_filled").item_long()).isEqualTo(4);
      assertThat(loss(swav, InfoNceTest.unit(8, WIDTH), later)).isNotNaN();
      assertThat(state.get("queue0.queue_filled").item_long()).isEqualTo(8);
      assertThat(loss(swav, fresh, later)).as("with the queue").isNotEqualTo(without);
    }
  }

  @Test
  void frozenPrototypesGetNoGradientUntilTheirStep() {
    try (PointerScope scope = new PointerScope()) {
      Swav swav = swav(config(6, 0, 3, 0));
      Tensor weight = Tensors.named(swav.state()).get("prototypes.weight");
      Images images = images(InfoNceTest.unit(8, WIDTH));
      for (int step = 0; step < 5; step++) {
        swav.state().zero_grad(true);
        Progress progress = new Progress(0, step, 10, 1, 1);
        swav.loss(images, progress).value().backward();
        swav.afterBackward(progress);
        assertThat(weight.grad().defined()).as("step %d", step).isEqualTo(step >= 3);
      }
    }
  }

  @Test
  void aBlindGuessCostsTheChanceLoss() {
    try (PointerScope scope = new PointerScope()) {
      Swav swav = swav(config(6, 0, 0, 0));
      Tensor weight = Tensors.named(swav.state()).get("prototypes.weight").detach();
      weight.copy_(weight.narrow(0, 0, 1).repeat(6, 1));
      double blind = loss(swav, InfoNceTest.unit(8, WIDTH), new Progress(0, 0, 10, 1, 1));
      assertThat(blind)
          .isCloseTo(swav.chanceLoss(), within(1e-5))
          .isCloseTo(Math.log(6), within(1e-5));
    }
  }

  @Test
  void whatFoolsItIsRefusedWithANumberThatFits() {
    try (PointerScope scope = new PointerScope()) {
      Swav paper = swav(config(3000, 3840, 0, 0));
      paper.check(50_000, 256);
      paper.check(1_281_167, 256);
      assertThatThrownBy(() -> paper.check(2_000, 256))
          .hasMessageContaining("swav.queue")
          .hasMessageContaining("swav.prototypes=64 would fit");
      swav(config(512, 3840, 0, 0)).check(10_000, 256);
      assertThatThrownBy(() -> swav(config(100, 3840, 0, 0)).check(3840, 256))
          .hasMessageContaining("swav.queue")
          .hasMessageContaining("would fit");
      assertThatThrownBy(() -> swav(config(6, 0, 0, 0)).check(1000, 1))
          .hasMessageContaining("train.batch");
    }
  }

  private static SwavConfig config(int prototypes, int queue, int freeze, int small) {
    return config(0.05, prototypes, queue, freeze, small);
  }

  private static SwavConfig config(
      double epsilon, int prototypes, int queue, int freeze, int small) {
    return new SwavConfig(
        0.1,
        epsilon,
        3,
        prototypes,
        queue,
        1,
        freeze,
        WIDTH,
        16,
        1,
        small,
        16,
        .1,
        .4,
        Augmentation.SWAV,
        28);
  }

  private static Swav swav(SwavConfig config) {
    return new Swav(config, new EmbeddingNet(new Identity(WIDTH), ProjectionHead.none(WIDTH)), 7);
  }

  private static double loss(Swav swav, Tensor embeddings, Progress progress) {
    return swav.loss(images(embeddings), progress).value().item_double();
  }

  /** Two views of four images. */
  private static Images images(Tensor embeddings) {
    Tensor indices = torch.arange(new Scalar(4));
    List<Tensor> views = List.of(embeddings.narrow(0, 0, 4), embeddings.narrow(0, 4, 4));
    return new Images(views, indices, indices, Precision.FP32);
  }
}
