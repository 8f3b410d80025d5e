package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.Golden;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Maps;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.method.Method.Images;
import dev.bingo.method.part.Mixup;
import dev.bingo.method.part.TokenRelations;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MixSim's mixing, losses, gradients and queue equal those of the public code's two versions. */
class MixSimGoldenTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void imagesAreMixedAsThere() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("19-lightly-distillation/mixup");
      double[] shares = shares(golden);
      for (int i = 0; i < shares.length; i++) {
        long[] partners = Tensors.toLongs(golden.tensor("draw" + i + ".permutation"));
        Tensor mixed = new Mixup(shares[i], partners).apply(golden.tensor("x"));
        golden.assertClose("draw" + i + ".mixed", mixed);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v1-small-queue"})
  void theFirstVersionsStepsAreEqual(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("19-lightly-distillation/" + name);
      GivenKeys teacher = new GivenKeys((int) golden.scalar("teacher_dim"));
      MixSimConfig config =
          MixSimConfig.FIRST
              .withQueue((int) golden.scalar("queue_size"))
              .withTemperature(golden.scalar("temperature"))
              .withMix(false);
      MixSim method =
          new MixSim(config, new Identity((int) golden.scalar("student_dim")), teacher, 1);
      Map<String, Tensor> head = Tensors.named(method.head());
      copy(golden, "head", head);
      for (int step = 0; step < golden.scalar("steps"); step++) {
        String prefix = "step" + step + ".";
        Tensor s = golden.tensor("student.step" + step).flatten(1, -1).clone();
        s.set_requires_grad(true);
        teacher.give(golden.tensor("teacher.step" + step));
        Tensor indices = torch.arange(new Scalar(s.size(0)));
        Images images = new Images(List.of(s), indices, indices, Precision.FP32);
        Tensor loss = method.loss(images, new Progress(0, step, 2, 1, 1)).value();
        loss.backward();
        golden.assertClose(prefix + "loss", loss.item_double());
        golden.assertClose(prefix + "grad_student", s.grad().reshape(s.size(0), s.size(1), 1, 1));
        checkGradients(golden, prefix, "head", head);
        checkQueue(golden, prefix, method, s.size(0));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v3-up", "v3-down"})
  void theThirdVersionsStepsAreEqual(String name) {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("19-lightly-distillation/" + name);
      int width = (int) golden.scalar("student_dim");
      MixSimConfig config =
          MixSimConfig.FIRST
              .withQueue((int) golden.scalar("queue_size"))
              .withTemperature(golden.scalar("temperature_global"))
              .withTokens(golden.scalar("temperature_local"), golden.scalar("loss_local_weight"));
      GivenKeys teacher = new GivenKeys((int) golden.scalar("teacher_dim"));
      MixSim method = new MixSim(config, new MappedIdentity(width), teacher, 1);
      Map<String, Tensor> whole = Tensors.named(method.head());
      Map<String, Tensor> places = Tensors.named(method.tokenHead());
      copy(golden, "head_global", whole);
      copy(golden, "head_local", places);
      for (int step = 0; step < golden.scalar("steps"); step++) {
        String prefix = "step" + step + ".";
        Tensor features = golden.tensor("student_global.step" + step).clone();
        Tensor map = golden.tensor("student_local.step" + step).clone();
        features.set_requires_grad(true);
        map.set_requires_grad(true);
        Tensor teacherMap = golden.tensor("teacher_local.step" + step);
        Tensor given = golden.tensor("teacher_global.step" + step).flatten(1, -1);
        Tensor indices = torch.arange(new Scalar(features.size(0)));
        Method.Loss loss =
            method.loss(
                new Maps(features.flatten(1, -1), map),
                new Maps(torch.normalize(given), teacherMap),
                indices);
        loss.value().backward();
        golden.assertClose(prefix + "loss", loss.value().item_double());
        golden.assertClose(prefix + "loss_global", loss.figures().get("loss_image").item_double());
        golden.assertClose(prefix + "loss_local", loss.figures().get("loss_tokens").item_double());
        golden.assertClose(prefix + "grad_student_global", features.grad());
        golden.assertClose(prefix + "grad_student_local", map.grad());
        checkGradients(golden, prefix, "head_global", whole);
        checkGradients(golden, prefix, "head_local", places);
        checkQueue(golden, prefix, method, features.size(0));
      }
    }
  }

  @Test
  void aMapAlikeInAllPlacesCostsWhatItsTeacherKnows() {
    try (PointerScope scope = new PointerScope()) {
      Tensor flat = TokenRelations.tokens(torch.ones(2, 5, 3, 3), 4, 4);
      Tensor other = TokenRelations.tokens(torch.randn(2, 7, 4, 4), 4, 4);
      assertThat(flat.sizes().vec().get()).containsExactly(2, 16, 5);
      assertThat(TokenRelations.loss(flat, flat, .07).item_double()).isZero();
      assertThat(TokenRelations.loss(flat, other, .07).item_double()).isPositive();
    }
  }

  @Test
  void featuresAreTheAverageOfTheMapOrTheClassToken() {
    try (PointerScope scope = new PointerScope();
        AutoGradMode off = new AutoGradMode(false)) {
      for (String name : List.of("cifar_resnet20", "resnet18", "mobilenet_v2", "dino_vits16")) {
        var backbone = Encoders.create(name, Stem.IMAGENET, 1);
        backbone.train(false);
        Tensor images = torch.randn(2, 3, 64, 32);
        Maps maps = backbone.featuresAndMap(images);
        assertThat(maps.features().sub(backbone.features(images)).abs().max().item_double())
            .as(name)
            .isLessThan(1e-5);
        assertThat(maps.map().size(1)).isEqualTo(backbone.width());
        assertThat(maps.map().size(2)).as("rows").isEqualTo(2 * maps.map().size(3));
      }
    }
  }

  @Test
  void whatShowsNoMapIsRefused() {
    var net = new EmbeddingNet(new Identity(8), ProjectionHead.none(8));
    Teacher teacher = new Teacher(net, Teacher.BatchNormMode.RUNNING, 1);
    MixSimConfig tokens = MixSimConfig.THIRD.withQueue(16);
    assertThatThrownBy(() -> new MixSim(tokens, new Identity(8), teacher, 1))
        .hasMessageContaining("the student (identity) shows none");
    assertThatThrownBy(() -> new MixSim(tokens, new MappedIdentity(8), teacher, 1))
        .hasMessageContaining("the teacher shows none");
  }

  private static double[] shares(Golden golden) {
    var given = golden.json().get("scalars").get("lambda");
    return IntStream.range(0, given.size()).mapToDouble(i -> given.get(i).asDouble()).toArray();
  }

  /** An identity that shows maps. */
  private static final class MappedIdentity extends Backbone {
    MappedIdentity(int width) {
      super("mapped", width);
    }

    @Override
    public Tensor features(Tensor images) {
      return images;
    }

    @Override
    public boolean hasMap() {
      return true;
    }
  }

  private static void copy(Golden golden, String from, Map<String, Tensor> head) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      head.forEach(
          (n, t) -> t.copy_(golden.tensor(from + "." + n.substring(n.lastIndexOf('.') + 1))));
    }
  }

  private static void checkGradients(
      Golden golden, String prefix, String name, Map<String, Tensor> head) {
    head.forEach(
        (n, t) -> {
          String each = name + "." + n.substring(n.lastIndexOf('.') + 1);
          golden.assertClose(prefix + "grad_" + each, t.grad());
          t.grad().zero_();
        });
  }

  /** There the newest batch comes first; here it lies behind what was pushed before. */
  private static void checkQueue(Golden golden, String prefix, MixSim method, long batch) {
    Tensor expected = golden.tensor(prefix + "queue");
    Tensor keys = method.queue().keys().t();
    Tensor nearest = expected.matmul(keys.t()).argmax(new LongOptional(1), false);
    Tensor filled = expected.abs().sum(1).gt(new Scalar(0));
    Tensor found = keys.index_select(0, nearest).mul(filled.unsqueeze(1));
    assertThat(found.sub(expected).abs().max().item_double()).isLessThan(1e-6);
    assertThat(keys.abs().sum(1).gt(new Scalar(0)).sum().item_long())
        .isEqualTo(filled.sum().item_long());
    assertThat(filled.sum().item_long()).isGreaterThanOrEqualTo(Math.min(batch, keys.size(0)));
  }
}
