package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.Golden;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Linear;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method.Images;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Losses, gradients, queues and momentum copies equal the public code's, step after step. */
class MobyV2alGoldenTest {
  private static final Map<String, String> PARTS = new LinkedHashMap<>();

  static {
    PARTS.put("encoder_q.backbone.", "encoder.fc.");
    PARTS.put("encoder_q.head.0.", "projector.linear_out.");
    PARTS.put("predictor.0.", "predictor.linear_out.");
    PARTS.put("classifier.", "classifier.");
    PARTS.put("encoder_k.backbone.", "encoder_k.fc.");
    PARTS.put("encoder_k.head.0.", "projector_k.linear_out.");
  }

  /** The fixture's encoder: one linear layer. */
  private static final class OneLayer extends Backbone {
    private final Linear layer;

    OneLayer(int in, int out) {
      super("one-layer", out);
      layer = new Linear(in, out);
      Tensor weight = parameter("weight", layer.weight());
      Tensor bias = parameter("bias", layer.bias());
      assertThat(weight.size(0)).isEqualTo(bias.size(0));
    }

    @Override
    public Tensor features(Tensor images) {
      return layer.forward(images);
    }
  }

  @Test
  void stepsEqualThePublicCodes() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("11-mobyv2al/joint-loss");
      int classes = (int) golden.scalar("classes");
      MobyV2al moby = moby(golden, classes);
      Map<String, Tensor> state = Tensors.named(moby.state());
      start(golden, state);
      Map<String, Tensor> velocity = new LinkedHashMap<>();
      for (int i = 0; i < golden.scalar("iterations"); i++) {
        step(golden, moby, state, velocity, i);
      }
      golden.assertClose("queue1_after", state.get("queue_strong.queue"));
      golden.assertClose("queue2_after", state.get("queue_weak.queue"));
    }
  }

  private static MobyV2al moby(Golden golden, int classes) {
    MobyV2alConfig config =
        new MobyV2alConfig(
            golden.scalar("T"),
            (int) golden.scalar("queue_size"),
            golden.scalar("momentum_base"),
            golden.scalar("c_loss_gain"),
            1,
            128,
            -1,
            true,
            MobyV2alConfig.STRONG,
            MobyV2alConfig.WEAK,
            32);
    return new MobyV2al(config, classes, net(), net(), 1);
  }

  private static EmbeddingNet net() {
    return new EmbeddingNet(new OneLayer(12, 20), ProjectionHead.linear(20, 128));
  }

  private static void start(Golden golden, Map<String, Tensor> state) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      PARTS.forEach(
          (ours, theirs) -> {
            state.get(ours + "weight").copy_(golden.tensor(theirs + "weight"));
            state.get(ours + "bias").copy_(golden.tensor(theirs + "bias"));
          });
      for (String queue : List.of("queue_strong", "queue_weak")) {
        String theirs = queue.equals("queue_strong") ? "queue1" : "queue2";
        state.get(queue + ".queue").copy_(golden.tensor(theirs));
        state.get(queue + ".queue_ptr").fill_(new Scalar(golden.scalar("ptr_before")));
      }
    }
  }

  private static void step(
      Golden golden,
      MobyV2al moby,
      Map<String, Tensor> state,
      Map<String, Tensor> velocity,
      int i) {
    // Even iterations are labelled; so is, by a defect, all up to the last pair.
    boolean labelled = i % 2 == 0 || i <= golden.scalar("last_inter");
    Tensor target = golden.tensor("target").select(0, i);
    Tensor labels = labelled ? target : torch.full_like(target, new Scalar(-1));
    Tensor strong = golden.tensor("view1_strong").select(0, i);
    Tensor weak = golden.tensor("view2_weak").select(0, i);
    Tensor indices = torch.arange(new Scalar(target.size(0)));
    moby.state().zero_grad(true);
    int before = (int) golden.scalar("momentum_step_k_before");
    int steps = (int) golden.scalar("momentum_steps_K");
    Method.Loss loss =
        moby.loss(
            new Images(List.of(strong, weak), labels, indices, Precision.FP32),
            new Progress(0, before + i, steps, 1, 1));
    String at = "it" + i + ".";
    golden.assertClose(at + "total", loss.value().item_double());
    golden.assertClose(at + "contrastive_mean", loss.figures().get("loss_contrast").item_double());
    assertThat(loss.figures().get("loss_ce").item_double())
        .isCloseTo(labelled ? golden.expected(at + "cross_entropy_mean") : 0, within(1e-5));
    loss.value().backward();
    PARTS.forEach(
        (ours, theirs) -> {
          for (String name : List.of("weight", "bias")) {
            Tensor p = state.get(ours + name);
            if (ours.startsWith("encoder_k")) {
              golden.assertClose(at + theirs + name, p);
              continue;
            }
            if (golden.tensors().containsKey(at + "grad." + theirs + name)) {
              golden.assertClose(at + "grad." + theirs + name, p.grad());
            }
            // The released classifier never moves.
            if (!ours.startsWith("classifier")) {
              sgd(golden, p, velocity, ours + name);
            }
          }
        });
    assertThat(state.get("queue_weak.queue_ptr").item_long())
        .isEqualTo((long) golden.expected(at + "queue_ptr"));
  }

  private static void sgd(Golden golden, Tensor p, Map<String, Tensor> velocity, String name) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor g = p.grad().add(p, new Scalar(golden.scalar("weight_decay_backbone")));
      Tensor v =
          velocity.containsKey(name)
              ? velocity.get(name).mul(new Scalar(golden.scalar("sgd_momentum"))).add(g)
              : g;
      velocity.put(name, v);
      p.sub_(v, new Scalar(golden.scalar("lr_backbone")));
    }
  }
}
