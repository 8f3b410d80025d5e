package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Golden;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method.Images;
import dev.bingo.method.part.Similarities;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CompRess's arithmetic equals the public code's: loss, similarities, gradients, queues, copy. */
class CompressGoldenTest {
  @ParameterizedTest
  @ValueSource(strings = {"06-compress/1q", "06-compress/2q", "06-compress/2q-momentum"})
  void stepsEqualThePublicCodes(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load(name);
      GivenKeys teacher = new GivenKeys((int) golden.scalar("teacher_dim"));
      boolean two = golden.tensors().containsKey("student_queue");
      boolean momentum = golden.tensors().containsKey("student_feats_key");
      Given follower = momentum ? new Given((int) golden.scalar("student_dim")) : null;
      Compress compress = compress(golden, two ? 2 : 1, teacher, follower);
      Map<String, Tensor> state = Tensors.named(compress.state());
      state.get("queue.queue").copy_(golden.tensor("teacher_queue").t());
      state.get("queue.queue_ptr").fill_(new Scalar(golden.scalar("index_before")));
      if (two) {
        state.get("queue.queue_student").copy_(golden.tensor("student_queue"));
      }
      for (int step = 0; step < golden.scalar("steps"); step++) {
        String prefix = "step" + step + ".";
        Tensor t = golden.tensor("teacher_feats").select(0, step);
        Tensor s = golden.tensor("student_feats").select(0, step).clone().set_requires_grad(true);
        assertParts(golden, prefix, compress, torch.normalize(s.detach()), torch.normalize(t));

        teacher.give(t);
        if (momentum) {
          follower.features = golden.tensor("student_feats_key").select(0, step);
        }
        Tensor indices = torch.arange(new Scalar(s.size(0)));
        Images images = new Images(List.of(s), indices, indices, Precision.FP32);
        Tensor loss = compress.loss(images, new Progress(0, step, 3, 1, 1)).value();
        loss.backward();
        golden.assertClose(prefix + "loss", loss.item_double());
        golden.assertClose(prefix + "grad_student", s.grad());
        golden.assertClose(prefix + "teacher_queue", state.get("queue.queue").t());
        if (two) {
          golden.assertClose(prefix + "student_queue", state.get("queue.queue_student"));
        }
        assertThat(state.get("queue.queue_ptr").item_long())
            .isEqualTo((long) golden.expected(prefix + "index"));
      }
    }
  }

  private static void assertParts(
      Golden golden, String prefix, Compress compress, Tensor s, Tensor t) {
    s.set_requires_grad(true);
    Compress.Match match = compress.match(s, t);
    match.loss().backward();
    golden.assertClose(prefix + "grad_student_normalised", s.grad());
    assertLogits(golden, prefix + "teacher_sim", match.teacher());
    assertLogits(golden, prefix + "student_sim", match.student());
  }

  private static void assertLogits(Golden golden, String key, Similarities actual) {
    Tensor sum = torch.logsumexp(golden.tensor(key), new long[] {1}, true);
    golden.assertClose(key, actual.logProbabilities().add(sum));
  }

  @Test
  void theMomentumStudentFollowsAsThePublicCodes() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("06-compress/ema");
      int in = (int) golden.tensor("query.weight").size(1);
      int out = (int) golden.tensor("query.weight").size(0);
      CompressConfig config = config(0.04, 8, 2, golden.scalar("m"));
      EmbeddingNet student = new EmbeddingNet(new Identity(in), ProjectionHead.linear(in, out));
      EmbeddingNet follower = new EmbeddingNet(new Identity(in), ProjectionHead.linear(in, out));
      Compress compress = new Compress(config, student, follower, new GivenKeys(3), 1);
      Map<String, Tensor> state = Tensors.named(compress.state());
      for (String part : List.of("weight", "bias")) {
        try (AutoGradMode off = new AutoGradMode(false)) {
          state.get("student.head.0." + part).copy_(golden.tensor("query." + part));
          state.get("momentum_student.head.0." + part).copy_(golden.tensor("key." + part));
        }
      }
      compress.afterStep(new Progress(0, 0, 3, 1, 1));
      for (String part : List.of("weight", "bias")) {
        golden.assertClose("key_after." + part, state.get("momentum_student.head.0." + part));
      }
      assertThat(Modules.trainable(compress.state()).keySet())
          .allMatch(name -> name.startsWith("student."));
    }
  }

  private static Compress compress(Golden golden, int queues, Keys teacher, Backbone follower) {
    int dim = (int) golden.scalar("student_dim");
    return new Compress(
        config(golden.scalar("T"), (int) golden.scalar("queue_size"), queues, 0.999),
        new EmbeddingNet(new Identity(dim), ProjectionHead.none(dim)),
        follower == null ? null : new EmbeddingNet(follower, ProjectionHead.none(dim)),
        teacher,
        1);
  }

  private static CompressConfig config(double t, int queue, int queues, double momentum) {
    return new CompressConfig(t, queue, queues, momentum, Augmentation.CROP_FLIP, 32);
  }

  /** A backbone that gives what it is told. */
  private static final class Given extends Backbone {
    private Tensor features;

    Given(int width) {
      super("given", width);
    }

    @Override
    public Tensor features(Tensor images) {
      return features;
    }
  }
}
