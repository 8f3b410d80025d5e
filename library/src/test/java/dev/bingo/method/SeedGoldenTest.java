package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Golden;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method.Images;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SEED's arithmetic equals the public code's: loss, distributions, gradients, queues. */
class SeedGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"07-seed/loss", "07-seed/loss-default-temp"})
  void stepsEqualThePublicCodes(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load(name);
      GivenKeys teacher = new GivenKeys((int) golden.scalar("dim"));
      Seed seed = seed(golden, 0, teacher);
      Map<String, Tensor> state = Tensors.named(seed.state());
      state.get("queue.queue").copy_(golden.tensor("queue"));
      state.get("queue.queue_ptr").fill_(new Scalar(golden.scalar("queue_ptr_before")));
      for (int step = 0; step < golden.scalar("steps"); step++) {
        String prefix = "step" + step + ".";
        Tensor t = golden.tensor("teacher").select(0, step);
        Tensor unit = torch.normalize(golden.tensor("student").select(0, step).clone());
        unit.set_requires_grad(true);
        Seed.Match match = seed.match(unit, torch.normalize(t), state.get("queue.queue").clone());
        match.loss().backward();
        golden.assertClose(prefix + "grad_student_normalised", unit.grad());
        golden.assertClose(prefix + "teacher_prob", match.teacher().probabilities());
        Tensor expected = golden.tensor(prefix + "student_logits");
        Tensor logits =
            match.student().logProbabilities().add(torch.logsumexp(expected, new long[] {1}, true));
        golden.assertClose(prefix + "student_logits", logits);

        Tensor s = golden.tensor("student").select(0, step).clone().set_requires_grad(true);
        teacher.give(t);
        Tensor loss = seed.loss(images(List.of(s)), progress(step)).value();
        loss.backward();
        golden.assertClose(prefix + "loss", loss.item_double());
        golden.assertClose(prefix + "grad_student", s.grad());
        golden.assertClose(prefix + "queue", state.get("queue.queue"));
        assertThat(state.get("queue.queue_ptr").item_long())
            .isEqualTo(golden.tensor(prefix + "queue_ptr").item_long());
      }
    }
  }

  @Test
  void smallPatchesEqualThePublicCodes() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("07-seed/small-patches");
      int patches = (int) golden.scalar("patches");
      Tensor whole = golden.tensor("student").clone().set_requires_grad(true);
      Tensor small = golden.tensor("student_small").clone().set_requires_grad(true);
      List<Tensor> views = new ArrayList<>(List.of(whole));
      List<Tensor> keys = new ArrayList<>(List.of(golden.tensor("teacher")));
      for (int p = 0; p < patches; p++) {
        views.add(patch(small, p, patches));
        keys.add(patch(golden.tensor("teacher_small"), p, patches));
      }
      GivenKeys teacher = new GivenKeys((int) golden.scalar("dim"), keys.toArray(new Tensor[0]));
      Seed seed = seed(golden, patches, teacher);
      Map<String, Tensor> state = Tensors.named(seed.state());
      for (String queue : List.of("queue", "small_queue")) {
        state.get(queue + ".queue").copy_(golden.tensor(queue));
        state.get(queue + ".queue_ptr").fill_(new Scalar(golden.scalar("queue_ptr_before")));
      }

      Method.Loss loss = seed.loss(images(views), progress(0));

      loss.value().backward();
      golden.assertClose("total", loss.value().item_double());
      golden.assertClose("loss_global", loss.figures().get("loss_image").item_double());
      golden.assertClose("loss_small", loss.figures().get("loss_patches").item_double());
      golden.assertClose("grad_student", whole.grad());
      golden.assertClose("grad_student_small", small.grad());
      golden.assertClose("queue_after", state.get("queue.queue"));
      golden.assertClose("small_queue_after", state.get("small_queue.queue"));
    }
  }

  /** The rows of patch {@code p} of each image. */
  private static Tensor patch(Tensor all, int p, int patches) {
    return all.slice(0, new LongOptional(p), new LongOptional(all.size(0)), patches);
  }

  private static Seed seed(Golden golden, int patches, Keys teacher) {
    int dim = (int) golden.scalar("dim");
    SeedConfig config =
        new SeedConfig(
            golden.scalar("t_student"),
            golden.scalar("temp_teacher"),
            (int) golden.scalar("queue_size"),
            0,
            patches,
            96,
            0.05,
            0.14,
            Augmentation.MOCO2,
            224);
    return new Seed(
        config, new EmbeddingNet(new Identity(dim), ProjectionHead.none(dim)), teacher, 1);
  }

  private static Images images(List<Tensor> views) {
    Tensor indices = torch.arange(new Scalar(views.get(0).size(0)));
    return new Images(views, indices, indices, Precision.FP32);
  }

  private static Progress progress(int step) {
    return new Progress(0, step, 3, 1, 1);
  }
}
