package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Golden;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method.Images;
import dev.bingo.method.part.Prototypes;
import dev.bingo.method.part.Sinkhorn;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training steps equal SwAV's public code: assignments, loss, gradients, queues, prototypes. */
class SwavGoldenTest {
  static Stream<String> fixtures() throws IOException {
    try (Stream<Path> files = Files.list(Golden.directory().resolve("05-swav"))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".json"))
          .map(f -> "05-swav/" + f.substring(0, f.length() - ".json".length()))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void stepsEqualThePublicCodes(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load(name);
      int dim = (int) golden.scalar("dim");
      int batch = (int) golden.scalar("batch");
      Swav swav =
          new Swav(
              config(golden), new EmbeddingNet(new Identity(dim), ProjectionHead.none(dim)), 1);
      Map<String, Tensor> state = Tensors.named(swav.state());
      Tensor weight = state.get("prototypes.weight");
      set(weight, golden.tensor("prototypes"));
      boolean queued = golden.scalar("queue_length") > 0;
      if (queued) {
        start(golden, state);
      }
      long first = (long) golden.scalar("first_iteration_number");
      for (int it = 0; it < golden.scalar("iterations"); it++) {
        Progress progress = new Progress(0, first + it, 1000, 1, 1);
        Step step = step(golden, "it" + it + ".", swav, progress, batch, it);
        swav.afterBackward(progress);
        if (progress.step() < golden.scalar("freeze_prototypes_niters")) {
          assertThat(weight.grad().defined()).as("frozen").isFalse();
        } else {
          golden.assertClose(step.key("grad_prototypes"), weight.grad());
        }
        golden.assertClose(step.key("prototypes_normalised"), weight.detach());
        move(golden, weight);
      }
      if (queued) {
        golden.assertClose("queue_after", queues(golden, state));
      }
    }
  }

  private record Step(String prefix) {
    String key(String name) {
      return prefix + name;
    }
  }

  private static Step step(
      Golden golden, String prefix, Swav swav, Progress progress, int batch, int it) {
    Step step = new Step(prefix);
    Tensor raw = golden.tensor("z").select(0, it).clone().set_requires_grad(true);
    Tensor indices = torch.arange(new Scalar(batch));
    swav.state().zero_grad(true);
    Tensor z = torch.normalize(raw);
    z.retain_grad();
    prototypes(swav).normalise();
    Swav.Terms terms = swav.terms(z, indices, progress);
    terms.scores().retain_grad();
    terms.loss().backward();
    golden.assertClose(step.key("loss"), terms.loss().item_double());
    for (int i = 0; i < 2; i++) {
      golden.assertClose(step.key("assignments_crop" + i), terms.assignments().get(i));
    }
    if (golden.tensors().containsKey(step.key("scores"))) {
      golden.assertClose(step.key("embedding"), z);
      golden.assertClose(step.key("scores"), terms.scores());
      golden.assertClose(step.key("grad_scores"), terms.scores().grad());
      golden.assertClose(step.key("grad_embedding"), z.grad());
      golden.assertClose(step.key("grad_z"), raw.grad());
    }
    return step;
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void theWholeStepFromViewsGivesThatLossToo(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load(name);
      int dim = (int) golden.scalar("dim");
      int batch = (int) golden.scalar("batch");
      Swav swav =
          new Swav(
              config(golden), new EmbeddingNet(new Identity(dim), ProjectionHead.none(dim)), 1);
      Map<String, Tensor> state = Tensors.named(swav.state());
      set(state.get("prototypes.weight"), golden.tensor("prototypes"));
      if (golden.scalar("queue_length") > 0) {
        start(golden, state);
      }
      Tensor raw = golden.tensor("z").select(0, 0).clone().set_requires_grad(true);
      List<Tensor> views = new ArrayList<>();
      for (int v = 0; v < swav.views().size(); v++) {
        views.add(raw.narrow(0, (long) v * batch, batch));
      }
      Tensor indices = torch.arange(new Scalar(batch));
      Images images = new Images(views, indices, indices, Precision.FP32);
      Tensor loss = swav.loss(images, new Progress(0, 0, 1000, 1, 1)).value();
      golden.assertClose("it0.loss", loss.item_double());
      loss.backward();
      golden.assertClose("it0.grad_z", raw.grad());
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void sinkhornEqualsThePublicCodes(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load(name);
      for (int i = 0; i < 2; i++) {
        Tensor out =
            Sinkhorn.assign(
                golden.tensor("it0.sinkhorn_in_crop" + i),
                golden.scalar("epsilon"),
                (int) golden.scalar("sinkhorn_iterations"));
        golden.assertClose("it0.sinkhorn_out_crop" + i, out);
      }
    }
  }

  private static SwavConfig config(Golden golden) {
    int small = golden.json().path("scalars").path("nmb_crops").path(1).asInt(0);
    return new SwavConfig(
        golden.scalar("temperature"),
        golden.scalar("epsilon"),
        (int) golden.scalar("sinkhorn_iterations"),
        (int) golden.scalar("prototypes"),
        (int) golden.scalar("queue_length"),
        0,
        (int) golden.scalar("freeze_prototypes_niters"),
        (int) golden.scalar("dim"),
        1,
        1,
        small,
        16,
        0.05,
        0.14,
        Augmentation.SWAV,
        32);
  }

  private static Prototypes prototypes(Swav swav) {
    List<Prototypes> found = new ArrayList<>();
    swav.state()
        .each(
            layer -> {
              if (layer instanceof Prototypes p) {
                found.add(p);
              }
            });
    return found.get(0);
  }

  /** The fixture's queue, oldest first: the code keeps the newest batch on top. */
  private static void start(Golden golden, Map<String, Tensor> state) {
    Tensor given = golden.tensor("queue");
    long full = given.abs().sum(2).gt(new Scalar(0.0)).select(0, 0).sum().item_long();
    for (int i = 0; i < 2; i++) {
      state.get("queue" + i + ".queue").copy_(turned(golden, given.select(0, i)).t());
      state.get("queue" + i + ".queue_filled").fill_(new Scalar(full));
      state.get("queue" + i + ".queue_ptr").zero_();
    }
  }

  private static Tensor queues(Golden golden, Map<String, Tensor> state) {
    TensorVector all = new TensorVector();
    for (int i = 0; i < 2; i++) {
      Tensor ring = state.get("queue" + i + ".queue").t();
      long pointer = state.get("queue" + i + ".queue_ptr").item_long();
      all.push_back(turned(golden, ring.roll(new long[] {-pointer}, 0)));
    }
    return torch.stack(all);
  }

  /** Batches in the reverse order, the rows of a batch as they are. */
  private static Tensor turned(Golden golden, Tensor rows) {
    int batch = (int) golden.scalar("batch");
    int batches = (int) rows.size(0) / batch;
    return torch.cat(
        new TensorVector(
            IntStream.range(0, batches)
                .mapToObj(b -> rows.narrow(0, (long) (batches - 1 - b) * batch, batch))
                .toArray(Tensor[]::new)));
  }

  /** The optimiser's step of the fixture: by hand, not LARC. */
  private static void move(Golden golden, Tensor weight) {
    String rule = golden.json().path("scalars").path("prototype_step").asText();
    if (rule.equals("none")) {
      return;
    }
    assertThat(rule).startsWith("weights -= ");
    double rate = Double.parseDouble(rule.split(" ", -1)[2]);
    try (AutoGradMode off = new AutoGradMode(false)) {
      weight.sub_(weight.grad(), new Scalar(rate));
    }
  }

  private static void set(Tensor parameter, Tensor value) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      parameter.copy_(value);
    }
  }
}
