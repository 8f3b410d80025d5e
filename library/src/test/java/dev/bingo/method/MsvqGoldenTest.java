package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Golden;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Linear;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method.Images;
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
import org.junit.jupiter.api.Test;

/** Training steps equal those of the public MSVQ: both teachers, loss, gradients, queues. */
class MsvqGoldenTest {
  /** Names below a network in the fixture, where "net", "f_t1" … is the encoder, and ours. */
  private static final Map<String, String> ENCODER =
      Map.of("weight", "backbone.0.weight", "bias", "backbone.0.bias");

  private static final Map<String, String> HEAD =
      Map.of(
          "linear.weight", "head.0.weight",
          "linear.bias", "head.0.bias",
          "out.weight", "head.2.weight",
          "out.bias", "head.2.bias");

  @Test
  void stepsEqualThePublicCodes() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("09-msvq/steps");
      EmbeddingNet[] nets = {net(golden), net(golden), net(golden)};
      Msvq msvq = new Msvq(config(golden), 1, nets);
      Map<String, Tensor> state = Tensors.named(msvq.state());
      start(golden, state);
      Map<String, Tensor> velocity = new HashMap<>();
      for (int step = 0; step < golden.scalar("steps"); step++) {
        String prefix = "step" + step + ".";
        Tensor views = golden.tensor("views").select(0, step);
        Tensor indices = torch.arange(new Scalar(views.size(1)));
        Images images =
            new Images(
                List.of(
                    views.select(0, 0), views.select(0, 1), views.select(0, 2), views.select(0, 3)),
                indices,
                indices,
                Precision.FP32);
        msvq.state().zero_grad(true);
        Method.Loss loss = msvq.loss(images, new Progress(0, step, 3, 1, 1));
        golden.assertClose(prefix + "loss", loss.value().item_double());
        loss.value().backward();
        int[] whose = {0, 1, 1, 2}; // z1 is the student's, z2 and z3 are teacher 1's
        for (int v = 0; v < 4; v++) {
          Tensor z = nets[whose[v]].embed(views.select(0, v), Precision.FP32);
          golden.assertClose(prefix + "z" + (v + 1), z.detach());
        }
        for (String queue : List.of("queue1", "queue2")) {
          // Theirs holds features as they are, and takes their direction when it is read.
          Tensor expected = torch.normalize(golden.tensor(prefix + queue).t()).t();
          golden.assertClose(prefix + queue, state.get(queue + ".queue"), expected);
          assertThat(state.get(queue + ".queue_ptr").item_long())
              .isEqualTo((long) golden.expected(prefix + "ptr"));
        }
        assertNets(golden, prefix, state);
        names("net", "g_s")
            .forEach(
                (theirs, ours) -> {
                  Tensor p = state.get("student." + ours);
                  golden.assertClose(prefix + "grad." + theirs, p.grad());
                  sgd(golden, p, velocity, theirs);
                });
      }
    }
  }

  private static void assertNets(Golden golden, String prefix, Map<String, Tensor> state) {
    for (String t : List.of("1", "2")) {
      names("f_t" + t, "g_t" + t)
          .forEach(
              (theirs, ours) ->
                  golden.assertClose(prefix + theirs, state.get("teacher" + t + "." + ours)));
    }
  }

  private static void start(Golden golden, Map<String, Tensor> state) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      names("net", "g_s").forEach((t, o) -> state.get("student." + o).copy_(golden.tensor(t)));
      names("f_t1", "g_t1").forEach((t, o) -> state.get("teacher1." + o).copy_(golden.tensor(t)));
      names("f_t2", "g_t2").forEach((t, o) -> state.get("teacher2." + o).copy_(golden.tensor(t)));
      for (String queue : List.of("queue1", "queue2")) {
        state.get(queue + ".queue").copy_(torch.normalize(golden.tensor(queue).t()).t());
        state.get(queue + ".queue_ptr").fill_(new Scalar(golden.scalar("ptr_before")));
      }
    }
  }

  private static Map<String, String> names(String encoder, String head) {
    Map<String, String> names = new HashMap<>();
    ENCODER.forEach((theirs, ours) -> names.put(encoder + "." + theirs, ours));
    HEAD.forEach((theirs, ours) -> names.put(head + "." + theirs, ours));
    return names;
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

  private static MsvqConfig config(Golden golden) {
    return new MsvqConfig(
        golden.scalar("tem_student"),
        golden.scalar("tem_teacher"),
        (int) golden.scalar("queue_size"),
        golden.scalar("m1"),
        golden.scalar("m2"),
        (int) golden.scalar("dim"),
        0,
        1,
        Augmentation.MOCO2,
        MsvqConfig.WEAK,
        32);
  }

  private static EmbeddingNet net(Golden golden) {
    Tensor first = golden.tensor("net.weight");
    Tensor hidden = golden.tensor("g_s.linear.weight");
    return new EmbeddingNet(
        new LinearBackbone((int) first.size(1), (int) first.size(0)),
        ProjectionHead.mlp((int) hidden.size(1), (int) hidden.size(0), (int) golden.scalar("dim")));
  }

  private static final class LinearBackbone extends Backbone {
    private final Linear linear;

    LinearBackbone(int in, int width) {
      super("linear", width);
      linear = child("0", new Linear(in, width));
    }

    @Override
    public Tensor features(Tensor images) {
      return linear.forward(images);
    }
  }
}
