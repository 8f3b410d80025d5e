package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.BingoConfig.LossForm;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.method.part.CutMix;
import dev.bingo.method.part.InfoNce;
import dev.bingo.method.part.InfoNceTest;
import dev.bingo.method.part.SlowInfoNce;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.CutMixBox;
import dev.bingo.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BingoTest {
  private static final int QUEUE = 24;
  private static final int WIDTH = 8;
  private static final double ALPHA = 0.7;
  private static final double BETA = 0.4;
  private static final Progress WARM = new Progress(2, 5, 10, 3, 11);

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void oneDeviceInGroupsIsTheSameAsSeveralDevices() {
    int groups = 2;
    try (PointerScope scope = new PointerScope()) {
      EmbeddingNet teacher = Replicas.net(WIDTH, 1);
      Replicas teachers = new Replicas(teacher, groups);
      Bingo bingo = bingo(switches(true, false, false), teacher, BatchNormMode.BATCH, groups);
      Replicas students = new Replicas(student(bingo), groups);
      Map<String, Tensor> state = Tensors.named(bingo.state());
      Tensor queue = state.get("queue.queue").clone();
      Images images = images(8, 4);

      Method.Loss loss = bingo.loss(images, WARM);
      loss.value().backward();

      Tensor t0 = teachers.embedShuffled(images.view(1), Draws.of(11, 5, 1, Teacher.SHUFFLE));
      Tensor t1 = teachers.embedShuffled(images.view(3), Draws.of(11, 5, 3, Teacher.SHUFFLE));
      CutMixBox box = CutMixBox.draw(16, 16, Draws.of(11, 5, Bingo.CUT_MIX));
      double lambda = box.lambda();
      List<Tensor> queries =
          List.of(
              students.embed(images.view(0)),
              students.embed(images.view(2)),
              students.embed(CutMix.paste(images.view(0), images.view(2), box)));
      double[][] weights = {{ALPHA, BETA}, {BETA, ALPHA}, {lambda, 1 - lambda}};
      double slow = 0;
      Tensor expected = torch.zeros(1);
      for (int q = 0; q < 3; q++) {
        SlowInfoNce oracle = new SlowInfoNce(queries.get(q), queue, null, 0.2);
        InfoNce fast = new InfoNce(queries.get(q), queue, null, 0.2);
        slow += (weights[q][0] * oracle.loss(t0) + weights[q][1] * oracle.loss(t1)) / 3;
        expected = expected.add(fast.loss(t0).mul(new Scalar(weights[q][0] / 3)));
        expected = expected.add(fast.loss(t1).mul(new Scalar(weights[q][1] / 3)));
      }
      expected.squeeze().backward();

      assertThat(loss.value().item_double()).isCloseTo(slow, within(1e-4));
      for (String name : Tensors.named(students.nets.get(0).named_parameters()).keySet()) {
        Replicas.assertClose(
            "gradient of " + name, state.get("student." + name).grad(), students.gradient(name));
      }
      Replicas.assertClose("queue", state.get("queue.queue").narrow(1, 0, 8).t(), t0);
    }
  }

  @Test
  void aTeacherOnRunningStatisticsNeverChangesAndSeesEveryImageAlone() {
    try (PointerScope scope = new PointerScope()) {
      EmbeddingNet net = Replicas.net(WIDTH, 1);
      Bingo bingo = bingo(switches(true, false, false), net, BatchNormMode.RUNNING, 1);
      Images images = images(6, 4);
      // It folds its batch-norm once.
      bingo.loss(images, WARM).value().backward();
      Map<String, Tensor> before = new HashMap<>();
      Tensors.named(net).forEach((name, t) -> before.put(name, t.clone()));
      bingo.loss(images, WARM).value().backward();
      Tensors.named(net)
          .forEach(
              (name, t) -> {
                assertThat(t.equal(before.get(name))).as(name).isTrue();
                assertThat(t.requires_grad()).as(name).isFalse();
              });
      assertThat(Tensors.named(bingo.state()).keySet())
          .allMatch(name -> name.startsWith("student.") || name.startsWith("queue."));
      TensorVector alone = new TensorVector();
      for (int i = 0; i < 6; i++) {
        alone.push_back(net.embed(images.view(1).narrow(0, i, 1), Precision.FP32));
      }
      Tensor pushed = Tensors.named(bingo.state()).get("queue.queue").narrow(1, 6, 6).t();
      Replicas.assertClose("keys", pushed, torch.cat(alone).detach());
    }
  }

  @Test
  void keysInBfloat16AreThoseOfAutocastToTheBit() {
    try (PointerScope scope = new PointerScope()) {
      Tensor view = torch.randn(6, 3, 32, 32);
      Tensor six = torch.arange(new Scalar(6));
      Images images = new Images(List.of(view), six, six, Precision.BF16);
      EmbeddingNet net = Replicas.net(WIDTH, 1);
      Tensor expected = net.embed(view, Precision.BF16).detach();
      Teacher teacher = new Teacher(Replicas.net(WIDTH, 1), BatchNormMode.BATCH, 1);
      assertThat(teacher.keys(images, WARM, 0).get(0).equal(expected)).isTrue();
      assertThat(net.embed(view, Precision.FP32).equal(expected)).isFalse();
    }
  }

  @Test
  void aTeacherInTrainModeGivesKeysThatDoNotDependOnItsDriftingStatistics() {
    try (PointerScope scope = new PointerScope()) {
      EmbeddingNet net = Replicas.net(WIDTH, 1);
      Teacher teacher = new Teacher(net, BatchNormMode.BATCH, 2);
      Images images = images(4, 4);
      List<Tensor> first = teacher.keys(images, WARM, 1, 3);
      List<Tensor> again = teacher.keys(images, WARM, 1, 3);
      for (int v = 0; v < 2; v++) {
        assertThat(first.get(v).equal(again.get(v))).isTrue();
        assertThat(first.get(v).requires_grad()).isFalse();
      }
      Tensor own = images.view(1).narrow(0, 0, 1);
      Tensor others = images(3, 4).view(3);
      Tensor elsewhere = torch.cat(new TensorVector(own, others));
      Images moved = images(List.of(elsewhere, elsewhere), 4);
      Tensor key = teacher.keys(moved, WARM, 1).get(0).narrow(0, 0, 1);
      assertThat(key.sub(first.get(0).narrow(0, 0, 1)).abs().max().item_double())
          .as("a key depends on the rest of the batch")
          .isGreaterThan(1e-3);
    }
  }

  @Test
  void aTeacherWithoutAHeadGivesItsFeaturesAndTheStudentBecomesAsWide() {
    try (PointerScope scope = new PointerScope()) {
      var backbone = Replicas.net(WIDTH, 1).backbone();
      EmbeddingNet net = new EmbeddingNet(backbone, ProjectionHead.none(backbone.width()));
      Bingo bingo = bingo(switches(false, false, false), net, BatchNormMode.RUNNING, 1);
      assertThat(bingo.head().width()).isEqualTo(backbone.width());
      Images images = images(4, 4);
      bingo.loss(images, WARM);
      Tensor pushed = Tensors.named(bingo.state()).get("queue.queue").narrow(1, 0, 4).t();
      Tensor features = torch.normalize(backbone.features(images.view(1)));
      Replicas.assertClose("keys", pushed, features.detach());
    }
  }

  @Test
  void inTheWarmUpOnlyPairsOfOneImageAndCutMixCount() {
    try (PointerScope scope = new PointerScope()) {
      Bingo bingo = identity(switches(false, false, false));
      Tensor queue = Tensors.named(bingo.state()).get("queue.queue").clone();
      Images images = embeddings(5, 4);
      double early = bingo.loss(images, new Progress(1, 0, 10, 3, 1)).value().item_double();
      SlowInfoNce s0 = new SlowInfoNce(embed(bingo, images, 0), queue, null, 0.2);
      SlowInfoNce s1 = new SlowInfoNce(embed(bingo, images, 2), queue, null, 0.2);
      Tensor t0 = images.view(1);
      Tensor t1 = images.view(3);
      assertThat(early).isCloseTo((s0.loss(t0) + s1.loss(t1)) / 2, within(1e-4));
    }
  }

  @Test
  void thePapersFormHasThreeViewsAndTheAnchorsKeyAlone() {
    try (PointerScope scope = new PointerScope()) {
      BingoConfig config =
          new BingoConfig(
              0.2,
              QUEUE,
              -1,
              LossForm.PAPER,
              ALPHA,
              BETA,
              2,
              false,
              false,
              false,
              Augmentation.MOCO2,
              32);
      Bingo bingo = identity(config);
      assertThat(bingo.views()).extracting(View::name).containsExactly("a1", "a2", "p1");
      Tensor queue = Tensors.named(bingo.state()).get("queue.queue").clone();
      Images images = embeddings(5, 3);
      double loss = bingo.loss(images, WARM).value().item_double();
      SlowInfoNce s0 = new SlowInfoNce(embed(bingo, images, 0), queue, null, 0.2);
      SlowInfoNce s1 = new SlowInfoNce(embed(bingo, images, 2), queue, null, 0.2);
      Tensor t0 = images.view(1);
      assertThat(loss).isCloseTo(ALPHA * s0.loss(t0) + BETA * s1.loss(t0), within(1e-4));
      assertThatThrownBy(
              () ->
                  new BingoConfig(
                      0.2,
                      QUEUE,
                      -1,
                      LossForm.PAPER,
                      1,
                      1,
                      0,
                      true,
                      false,
                      false,
                      Augmentation.MOCO2,
                      32))
          .hasMessageContaining("bingo.cutmix");
    }
  }

  @Test
  void ownOlderKeysAndTheMatesKeysAreSwitches() {
    try (PointerScope scope = new PointerScope()) {
      Bingo bingo = identity(switches(false, true, true));
      Map<String, Tensor> state = Tensors.named(bingo.state());
      Images images = embeddings(5, 4);
      bingo.loss(images, WARM);
      Tensor stored = state.get("queue.queue");
      Replicas.assertClose("anchors' keys", stored.narrow(1, 0, 5).t(), images.view(1));
      Replicas.assertClose("mates' keys", stored.narrow(1, 5, 5).t(), images.view(3));
      assertThat(Tensors.toLongs(state.get("queue.queue_owner").narrow(0, 0, 11)))
          .containsExactly(40, 41, 42, 43, 44, 40, 41, 42, 43, 44, -1);

      Tensor queue = state.get("queue.queue").clone();
      float[] mask = new float[5 * QUEUE];
      for (int i = 0; i < 5; i++) {
        mask[i * QUEUE + i] = 1;
        mask[i * QUEUE + 5 + i] = 1;
      }
      Tensor masked = Tensors.of(mask, 5, QUEUE).gt(new Scalar(0.5));
      SlowInfoNce s0 = new SlowInfoNce(embed(bingo, images, 0), queue, masked, 0.2);
      Tensor term = bingo.loss(images, WARM).figures().get("loss_anchor");
      double expected = ALPHA * s0.loss(images.view(1)) + BETA * s0.loss(images.view(3));
      assertThat(term.item_double()).isCloseTo(expected, within(1e-4));
    }
  }

  @ParameterizedTest
  @EnumSource(LossForm.class)
  void aBlindGuessCostsTheChanceLoss(LossForm form) {
    try (PointerScope scope = new PointerScope()) {
      boolean code = form == LossForm.PUBLIC_CODE;
      BingoConfig config =
          new BingoConfig(
              0.2, QUEUE, -1, form, ALPHA, BETA, 0, code, false, false, Augmentation.MOCO2, 32);
      Bingo bingo = identity(config);
      Tensor axis = Tensors.of(new float[] {1, 0, 0, 0, 0, 0, 0, 0}, 1, WIDTH);
      Tensor other = Tensors.of(new float[] {0, 1, 0, 0, 0, 0, 0, 0}, 1, WIDTH);
      Tensor blind = axis.repeat(3, 1);
      Tensor key = other.repeat(3, 1);
      List<Tensor> queries = code ? List.of(blind, blind, blind) : List.of(blind, blind);
      Tensor queue = other.repeat(QUEUE, 1).t();
      Bingo.Terms terms = bingo.terms(queries, List.of(key, key), queue, null, ALPHA, BETA, 0.3);
      assertThat(terms.total().item_double()).isCloseTo(bingo.chanceLoss(), within(1e-5));
    }
  }

  @Test
  void whatCanNotWorkIsRefusedBeforeTraining() {
    try (PointerScope scope = new PointerScope()) {
      Bingo bingo =
          bingo(switches(true, true, false), Replicas.net(WIDTH, 1), BatchNormMode.BATCH, 4);
      bingo.check(1000, 12);
      assertThatThrownBy(() -> bingo.check(1000, 10))
          .hasMessageContaining("train.batch=8 would fit");
      assertThatThrownBy(() -> bingo.check(1000, 16)).hasMessageContaining("bingo.queue");
      assertThatThrownBy(() -> bingo.check(20, 8)).hasMessageContaining("would fit");
    }
  }

  @Test
  void cutMixAloneIsALossAndNothingIsNone() {
    assertThat(weightless(true).cutMix()).isTrue();
    assertThatThrownBy(() -> weightless(false)).hasMessageContaining("bingo.cutmix is false");
  }

  private static BingoConfig weightless(boolean cutMix) {
    return new BingoConfig(
        .2, QUEUE, 0, LossForm.PUBLIC_CODE, 0, 0, 0, cutMix, false, false, Augmentation.MOCO2, 32);
  }

  private static BingoConfig switches(boolean cutMix, boolean enqueueMate, boolean maskOwn) {
    return new BingoConfig(
        0.2,
        QUEUE,
        16,
        LossForm.PUBLIC_CODE,
        ALPHA,
        BETA,
        2,
        cutMix,
        enqueueMate,
        maskOwn,
        Augmentation.MOCO2,
        32);
  }

  private static Bingo bingo(
      BingoConfig config, EmbeddingNet teacher, BatchNormMode mode, int groups) {
    return new Bingo(
        config, Replicas.net(WIDTH, 3).backbone(), new Teacher(teacher, mode, groups), 7);
  }

  /** A BINGO whose images are the teacher's embeddings. */
  private static Bingo identity(BingoConfig config) {
    EmbeddingNet teacher = new EmbeddingNet(new Identity(WIDTH), ProjectionHead.none(WIDTH));
    return new Bingo(
        config, new Identity(WIDTH), new Teacher(teacher, BatchNormMode.RUNNING, 1), 7);
  }

  private static EmbeddingNet student(Bingo bingo) {
    return new EmbeddingNet(bingo.encoder(), bingo.head());
  }

  private static Tensor embed(Bingo bingo, Images images, int view) {
    Tensor z = bingo.head().forward(bingo.encoder().features(images.view(view)));
    return torch.normalize(z).detach();
  }

  private static Images images(int batch, int views) {
    torch.manual_seed(99);
    List<Tensor> all = new ArrayList<>();
    for (int v = 0; v < views; v++) {
      all.add(torch.randn(batch, 3, 16, 16));
    }
    return images(all, batch);
  }

  private static Images embeddings(int batch, int views) {
    torch.manual_seed(98);
    List<Tensor> all = new ArrayList<>();
    for (int v = 0; v < views; v++) {
      all.add(InfoNceTest.unit(batch, WIDTH));
    }
    return images(all, batch);
  }

  private static Images images(List<Tensor> views, int batch) {
    Tensor indices = torch.arange(new Scalar(batch)).add(new Scalar(40));
    return new Images(views, indices, indices, Precision.FP32);
  }
}
