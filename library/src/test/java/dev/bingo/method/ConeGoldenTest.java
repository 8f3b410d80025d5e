package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.Golden;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method.Images;
import dev.bingo.method.part.ClassifyingNet;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps equal CoNe's public code: momentum copy, losses, gradients, queues. */
class ConeGoldenTest {
  /** Names of parameters in the fixture, and ours below an encoder. */
  private static final Map<String, String> NAMES =
      Map.of(
          "net.weight", "net.head.0.weight",
          "net.bias", "net.head.0.bias",
          "fc.weight", "fc.weight",
          "fc.bias", "fc.bias");

  @ParameterizedTest
  @ValueSource(strings = {"10-cone/loss", "10-cone/first-epoch"})
  void stepsEqualThePublicCodes(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load(name);
      Cone cone = cone(golden);
      Map<String, Tensor> state = Tensors.named(cone.state());
      start(golden, state);
      Map<String, Tensor> velocity = new HashMap<>();
      for (int step = 0; step < golden.scalar("steps"); step++) {
        String prefix = "step" + step + ".";
        assertParts(golden, prefix, cone, step);

        cone.state().zero_grad(true);
        Tensor indices = torch.arange(new Scalar(golden.scalar("batch")));
        Tensor labels = golden.tensor("target").select(0, step);
        Method.Loss loss =
            cone.loss(
                golden.tensor("x_q").select(0, step),
                golden.tensor("x_k").select(0, step),
                new Images(List.of(), labels, indices, Precision.FP32),
                progress(golden, step));
        golden.assertClose(prefix + "total", loss.value().item_double());
        golden.assertClose(prefix + "fc", loss.figures().get("loss_ce").item_double());
        loss.value().backward();
        NAMES.forEach(
            (theirs, ours) -> {
              Tensor p = state.get("encoder_q." + ours);
              golden.assertClose(prefix + "grad.encoder_q." + theirs, p.grad());
              golden.assertClose(prefix + "encoder_k." + theirs, state.get("encoder_k." + ours));
              sgd(golden, p, velocity, ours);
            });
        golden.assertClose(prefix + "queue", state.get("queue.queue"));
        golden.assertClose(prefix + "queue_label_prob", state.get("queue.queue_prob").t());
        assertThat(state.get("queue.queue_label").equal(golden.tensor(prefix + "queue_label")))
            .isTrue();
        assertThat(state.get("queue.queue_ptr").item_long())
            .isEqualTo((long) golden.expected(prefix + "ptr"));
      }
    }
  }

  /** The losses and what they are made of, from the embeddings and logits of the fixture. */
  private static void assertParts(Golden golden, String prefix, Cone cone, int step) {
    Tensor q = golden.tensor(prefix + "q").clone().set_requires_grad(true);
    Tensor logits = golden.tensor(prefix + "q_logits").clone().set_requires_grad(true);
    ClassifyingNet.Said key =
        new ClassifyingNet.Said(golden.tensor(prefix + "k"), golden.tensor(prefix + "k_logits"));
    Progress progress = progress(golden, step);
    Tensor labels = golden.tensor("target").select(0, step);
    boolean neighbours = progress.epoch() > 0;
    Cone.Terms terms = cone.terms(new ClassifyingNet.Said(q, logits), key, labels, neighbours);
    terms.total().backward();
    assertThat(cone.momentum(progress)).isCloseTo(golden.expected(prefix + "m"), within(1e-12));
    golden.assertClose(prefix + "total", terms.total().item_double());
    golden.assertClose(prefix + "grad_q_logits", logits.grad());
    if (neighbours) {
      golden.assertClose(prefix + "supin", terms.sup().item_double());
      golden.assertClose(prefix + "dc", terms.dc().item_double());
      golden.assertClose(prefix + "neighbour_prob", terms.ownShare());
      golden.assertClose(prefix + "dc_target", terms.consensus());
      golden.assertClose(prefix + "grad_q", q.grad());
      assertThat(terms.ownShare().le(new Scalar(1e-8)).sum().item_long())
          .isEqualTo((long) golden.expected(prefix + "anchors_without_positive"));
    }
  }

  private static Progress progress(Golden golden, int step) {
    int epoch = golden.json().path("scalars").path("cone").asBoolean() ? 1 : 0;
    long at = (long) golden.scalar("first_iteration") + step;
    return new Progress(epoch, at, (int) golden.scalar("total_iterations"), 1, 1);
  }

  private static Cone cone(Golden golden) {
    ConeConfig config =
        new ConeConfig(
            golden.scalar("t_sup"),
            golden.scalar("t_dc"),
            (int) golden.scalar("knn_k"),
            golden.scalar("alpha_sup"),
            golden.scalar("alpha_dc"),
            golden.scalar("ls"),
            (int) golden.scalar("queue_size"),
            golden.scalar("m_base"),
            1,
            (int) golden.scalar("dim"),
            0,
            Augmentation.CROP_FLIP,
            32);
    return new Cone(config, (int) golden.scalar("classes"), net(golden), net(golden), 1);
  }

  private static EmbeddingNet net(Golden golden) {
    int in = (int) golden.tensor("encoder_q.net.weight").size(1);
    return new EmbeddingNet(
        new Identity(in), ProjectionHead.linear(in, (int) golden.scalar("dim")));
  }

  private static void start(Golden golden, Map<String, Tensor> state) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      for (String encoder : List.of("encoder_q.", "encoder_k.")) {
        NAMES.forEach(
            (theirs, ours) -> state.get(encoder + ours).copy_(golden.tensor(encoder + theirs)));
      }
      state.get("queue.queue").copy_(golden.tensor("queue"));
      state.get("queue.queue_label").copy_(golden.tensor("queue_label"));
      state.get("queue.queue_prob").copy_(golden.tensor("queue_label_prob").t());
      state.get("queue.queue_ptr").fill_(new Scalar(golden.scalar("ptr_before")));
    }
  }

  private static void sgd(Golden golden, Tensor p, Map<String, Tensor> velocity, String name) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor g = p.grad().add(p, new Scalar(golden.scalar("weight_decay")));
      Tensor v =
          velocity.containsKey(name)
              ? velocity.get(name).mul(new Scalar(golden.scalar("sgd_momentum"))).add(g)
              : g;
      velocity.put(name, v);
      p.sub_(v, new Scalar(golden.scalar("lr")));
    }
  }
}
