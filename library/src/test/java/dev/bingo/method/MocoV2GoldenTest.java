package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Golden;
import dev.bingo.encoder.EmbeddingNet;
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

/** Training steps equal those of the official MoCo v2: momentum update, loss, gradients, queue. */
class MocoV2GoldenTest {
  @Test
  void stepsEqualTheOfficialOnes() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("04-moco-v2/steps");
      int width = (int) golden.scalar("width");
      int dim = (int) golden.scalar("dim");
      MocoConfig config =
          new MocoConfig(
              golden.scalar("T"),
              (int) golden.scalar("queue_size"),
              golden.scalar("m"),
              dim,
              0,
              false,
              1,
              Augmentation.MOCO2,
              32);
      EmbeddingNet query = net(golden, "encoder_q.fc.", width, dim);
      EmbeddingNet key = net(golden, "encoder_k.fc.", width, dim);
      Map<String, Tensor> keyStart = new HashMap<>();
      Tensors.named(key).forEach((n, t) -> keyStart.put(n, t.clone()));
      MocoV2 moco = new MocoV2(config, query, key, 1);
      Map<String, Tensor> state = Tensors.named(moco.state());
      // the constructor starts both encoders alike; the fixture's differ
      keyStart.forEach((n, t) -> state.get("encoder_k." + n).copy_(t));
      state.get("queue.queue").copy_(golden.tensor("queue"));
      state.get("queue.queue_ptr").fill_(new Scalar(golden.scalar("queue_ptr_before")));
      Map<String, Tensor> velocity = new HashMap<>();
      for (int step = 0; step < golden.scalar("steps"); step++) {
        String prefix = "step" + step + ".";
        Tensor xq = golden.tensor("x_q").select(0, step);
        Tensor xk = golden.tensor("x_k").select(0, step);
        moco.state().zero_grad(true);
        Tensor indices = torch.arange(new Scalar(xq.size(0)));
        Images images = new Images(List.of(xq, xk), indices, indices, Precision.FP32);
        Method.Loss loss = moco.loss(images, new Progress(0, step, 3, 1, 1));
        golden.assertClose("loss_step" + step, loss.value().item_double());
        loss.value().backward();
        golden.assertClose(prefix + "q", query.embed(xq, Precision.FP32).detach());
        golden.assertClose(prefix + "k", key.embed(xk, Precision.FP32));
        golden.assertClose(prefix + "queue", state.get("queue.queue"));
        assertThat(state.get("queue.queue_ptr").item_long())
            .isEqualTo(golden.tensor(prefix + "queue_ptr").item_long());
        for (String name : List.of("0.weight", "0.bias", "2.weight", "2.bias")) {
          Tensor p = state.get("encoder_q.head." + name);
          golden.assertClose(prefix + "grad.encoder_q.fc." + name, p.grad());
          golden.assertClose(prefix + "encoder_k.fc." + name, state.get("encoder_k.head." + name));
          sgd(golden, p, velocity, name);
          golden.assertClose(prefix + "encoder_q.fc." + name, p.detach());
        }
      }
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

  private static EmbeddingNet net(Golden golden, String prefix, int width, int dim) {
    ProjectionHead head = ProjectionHead.mlp(width, width, dim);
    Tensors.named(head).forEach((n, t) -> t.set_data(golden.tensor(prefix + n).clone()));
    return new EmbeddingNet(new Identity(width), head);
  }
}
