package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Modules;
import dev.bingo.method.Method.Images;
import dev.bingo.method.part.InfoNce;
import dev.bingo.method.part.SlowInfoNce;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MocoV2Test {
  private static final int QUEUE = 24;
  private static final int WIDTH = 8;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneDeviceInGroupsIsTheSameAsSeveralDevices(boolean symmetric) {
    int groups = 2;
    try (PointerScope scope = new PointerScope()) {
      EmbeddingNet query = Replicas.net(WIDTH, 1);
      Replicas queries = new Replicas(query, groups);
      Replicas keys = new Replicas(query, groups);
      Replicas straight = new Replicas(query, groups);
      MocoV2 moco = new MocoV2(config(groups, symmetric, 0.9), query, Replicas.net(WIDTH, 2), 7);
      Map<String, Tensor> state = Tensors.named(moco.state());
      Tensor queue = state.get("queue.queue").clone();
      Images images = images(8);
      Progress progress = new Progress(0, 3, 10, 1, 11);

      Method.Loss loss = moco.loss(images, progress);
      loss.value().backward();

      Tensor v1 = images.view(0);
      Tensor v2 = images.view(1);
      Tensor q = queries.embed(v1);
      Tensor k = keys.embedShuffled(v2, Draws.of(11, 3, 1, MocoV2.SHUFFLE));
      double slow = new SlowInfoNce(q, queue, null, 0.2).loss(k);
      Tensor expected = new InfoNce(q, queue, null, 0.2).loss(k);
      Tensor pushed = k;
      if (symmetric) {
        Tensor q2 = queries.embed(v2);
        Tensor k2 = keys.embedShuffled(v1, Draws.of(11, 3, 0, MocoV2.SHUFFLE));
        slow += new SlowInfoNce(q2, queue, null, 0.2).loss(k2);
        expected = expected.add(new InfoNce(q2, queue, null, 0.2).loss(k2));
        pushed = torch.cat(new TensorVector(k, k2));
      }
      expected.backward();

      assertThat(loss.value().item_double()).isCloseTo(slow, within(1e-4));
      for (String name : Tensors.named(query.named_parameters()).keySet()) {
        Replicas.assertClose(
            "gradient of " + name, state.get("encoder_q." + name).grad(), queries.gradient(name));
      }
      for (String name : List.of("backbone.bn1.running_mean", "backbone.bn1.running_var")) {
        Replicas.assertClose(name, state.get("encoder_q." + name), queries.mean(name));
        Replicas.assertClose(name, state.get("encoder_k." + name), keys.mean(name));
      }
      Tensor stored = state.get("queue.queue").narrow(1, 0, pushed.size(0)).t();
      Replicas.assertClose("pushed keys", stored, pushed);
      assertThat(k.sub(straight.embed(v2)).abs().max().item_double())
          .as("shuffling moves keys to other groups")
          .isGreaterThan(1e-3);
    }
  }

  @Test
  void theKeyEncoderFollowsOnceAStepHoweverManyBatchesTheStepHas() {
    try (PointerScope scope = new PointerScope()) {
      MocoV2 moco =
          new MocoV2(config(1, false, 0.9), Replicas.net(WIDTH, 1), Replicas.net(WIDTH, 1), 7);
      Map<String, Tensor> state = Tensors.named(moco.state());
      Tensor query = state.get("encoder_q.head.2.weight");
      Tensor key = state.get("encoder_k.head.2.weight");
      try (AutoGradMode off = new AutoGradMode(false)) {
        query.add_(new Scalar(1));
      }
      Tensor before = key.clone();
      for (int step = 5; step < 7; step++) {
        Tensor once = before.mul(new Scalar(0.9)).add(query.detach().mul(new Scalar(0.1)));
        moco.loss(images(4), new Progress(0, step, 10, 1, 1));
        moco.loss(images(4), new Progress(0, step, 10, 1, 1));
        Replicas.assertClose("key encoder after step " + step, key, once);
        before = key.clone();
      }
    }
  }

  @Test
  void onlyTheQueryEncoderIsTrained() {
    try (PointerScope scope = new PointerScope()) {
      MocoV2 moco =
          new MocoV2(config(1, false, 0.9), Replicas.net(WIDTH, 1), Replicas.net(WIDTH, 1), 7);
      assertThat(Modules.trainable(moco.state()).keySet())
          .isNotEmpty()
          .allMatch(name -> name.startsWith("encoder_q."));
      Method.Loss loss = moco.loss(images(4), new Progress(0, 0, 10, 1, 1));
      loss.figures().values().forEach(f -> assertThat(f.requires_grad()).isFalse());
      assertThat(loss.figures()).containsKeys("contrast_accuracy", "queue_fill", "embedding_std");
      assertThat(loss.figures().get("queue_fill").item_double())
          .isCloseTo(4.0 / QUEUE, within(1e-6));
      assertThat(moco.chanceLoss()).isEqualTo(Math.log(QUEUE + 1.0));
    }
  }

  @Test
  void whatCanNotWorkIsRefusedBeforeTraining() {
    try (PointerScope scope = new PointerScope()) {
      MocoV2 moco =
          new MocoV2(config(2, true, 0.9), Replicas.net(WIDTH, 1), Replicas.net(WIDTH, 1), 7);
      moco.check(1000, 8);
      assertThatThrownBy(() -> moco.check(QUEUE, 8))
          .hasMessageContaining("moco.queue")
          .hasMessageContaining("would fit");
      assertThatThrownBy(() -> moco.check(1000, 16))
          .hasMessageContaining("32 of one batch (two of an image, by moco.symmetric)");
      assertThatThrownBy(() -> moco.check(1000, 7)).hasMessageContaining("2 batch-norm groups");
      assertThatThrownBy(() -> moco.check(1000, 2)).hasMessageContaining("train.batch");
      assertThatThrownBy(() -> config(1, false, 1.5)).hasMessageContaining("moco.momentum");
    }
  }

  private static MocoConfig config(int groups, boolean symmetric, double momentum) {
    return new MocoConfig(
        0.2, QUEUE, momentum, WIDTH, 0, symmetric, groups, Augmentation.MOCO2_SMALL, 32);
  }

  private static Images images(int batch) {
    torch.manual_seed(99);
    Tensor v1 = torch.randn(batch, 3, 16, 16);
    Tensor v2 = torch.randn(batch, 3, 16, 16);
    Tensor indices = torch.arange(new Scalar(batch));
    return new Images(List.of(v1, v2), indices, indices, Precision.FP32);
  }
}
