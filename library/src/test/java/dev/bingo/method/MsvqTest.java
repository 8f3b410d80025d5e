package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Modules;
import dev.bingo.method.Method.Images;
import dev.bingo.method.part.InfoNceTest;
import dev.bingo.method.part.Similarities;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MsvqTest {
  private static final int QUEUE = 20;
  private static final int WIDTH = 8;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void oneDeviceInGroupsIsTheSameAsSeveralDevices() {
    try (PointerScope scope = new PointerScope()) {
      EmbeddingNet student = Replicas.net(WIDTH, 1);
      Replicas students = new Replicas(student, 2);
      Replicas first = new Replicas(student, 2);
      Replicas second = new Replicas(student, 2);
      Msvq msvq = new Msvq(config(2), 7, student, Replicas.net(WIDTH, 2), Replicas.net(WIDTH, 3));
      Map<String, Tensor> state = Tensors.named(msvq.state());
      Tensor queue1 = state.get("queue1.queue").clone();
      Tensor queue2 = state.get("queue2.queue").clone();
      assertThat(queue1.equal(queue2)).isFalse();
      Images images = images(8);

      double loss = msvq.loss(images, new Progress(0, 3, 10, 1, 11)).value().item_double();

      Tensor z1 = students.embed(images.view(0));
      Tensor z2 = first.embedShuffled(images.view(1), Draws.of(11, 3, 1, Msvq.SHUFFLE));
      Tensor z3 = first.embedShuffled(images.view(2), Draws.of(11, 3, 2, Msvq.SHUFFLE));
      Tensor z4 = second.embedShuffled(images.view(3), Draws.of(11, 3, 3, Msvq.SHUFFLE));
      double expected = (loss(z1, z2, queue1) + loss(z1, z3, queue1) + loss(z1, z4, queue2)) / 3;
      assertThat(loss).isCloseTo(expected, within(1e-4));
      Replicas.assertClose("queue 1", state.get("queue1.queue").narrow(1, 0, 8).t(), z2);
      Replicas.assertClose("queue 2", state.get("queue2.queue").narrow(1, 0, 8).t(), z4);
      String mean = "backbone.bn1.running_mean";
      Replicas.assertClose("teacher 1", state.get("teacher1." + mean), first.mean(mean));
      Replicas.assertClose("teacher 2", state.get("teacher2." + mean), second.mean(mean));
    }
  }

  private static double loss(Tensor student, Tensor teacher, Tensor queue) {
    return Similarities.to(queue, student, 0.1)
        .crossEntropy(Similarities.to(queue, teacher, 0.04))
        .item_double();
  }

  @Test
  void theTeachersFollowEachAtItsOwnSpeedOnceAStep() {
    try (PointerScope scope = new PointerScope()) {
      Msvq msvq = msvq(1);
      Map<String, Tensor> state = Tensors.named(msvq.state());
      Tensor student = state.get("student.head.2.weight");
      Tensor start = student.detach().clone();
      try (AutoGradMode off = new AutoGradMode(false)) {
        student.add_(new Scalar(1));
      }
      msvq.loss(images(4), new Progress(0, 5, 10, 1, 1));
      msvq.loss(images(4), new Progress(0, 5, 10, 1, 1));
      Replicas.assertClose(
          "teacher 1", state.get("teacher1.head.2.weight"), start.add(new Scalar(0.1)));
      Replicas.assertClose(
          "teacher 2", state.get("teacher2.head.2.weight"), start.add(new Scalar(0.3)));
      assertThat(Modules.trainable(msvq.state()).keySet())
          .isNotEmpty()
          .allMatch(name -> name.startsWith("student."));
    }
  }

  @Test
  void aBatchThatReachesPastTheQueuesEndIsCutOffThere() {
    try (PointerScope scope = new PointerScope()) {
      Msvq msvq = msvq(1);
      Map<String, Tensor> state = Tensors.named(msvq.state());
      long[] pointers = new long[4];
      for (int step = 0; step < pointers.length; step++) {
        msvq.loss(images(8), new Progress(0, step, 10, 1, 1));
        pointers[step] = state.get("queue1.queue_ptr").item_long();
      }
      assertThat(pointers).containsExactly(8, 16, 0, 8);
      assertThat(Tensors.toLongs(state.get("queue2.queue_owner")))
          .startsWith(0, 1, 2, 3, 4, 5, 6, 7)
          .endsWith(0, 1, 2, 3);
    }
  }

  @Test
  void aBlindStudentCostsTheChanceLoss() {
    try (PointerScope scope = new PointerScope()) {
      Msvq msvq = msvq(1);
      assertThat(msvq.chanceLoss()).isEqualTo(Math.log(QUEUE));
      Tensor teacher = InfoNceTest.unit(4, WIDTH);
      Tensor queue = InfoNceTest.unit(QUEUE, WIDTH).t();
      assertThat(loss(torch.zeros(4, WIDTH), teacher, queue))
          .isCloseTo(msvq.chanceLoss(), within(1e-5));
    }
  }

  @Test
  void theStudentsViewIsStrongAndTheTeachersAreWeak() {
    try (PointerScope scope = new PointerScope()) {
      assertThat(msvq(1).views())
          .extracting(v -> v.augmentation().jitter())
          .containsExactly(0.8, 0.0, 0.0, 0.0);
      assertThat(MsvqConfig.WEAK.flip()).isEqualTo(0.9);
    }
  }

  @Test
  void whatFoolsItIsRefusedWithANumberThatFits() {
    try (PointerScope scope = new PointerScope()) {
      Msvq msvq = msvq(2);
      msvq.check(1000, 8);
      assertThatThrownBy(() -> msvq.check(QUEUE, 4))
          .hasMessageContaining("msvq.queue")
          .hasMessageContaining("would fit");
      assertThatThrownBy(() -> msvq.check(1000, 24)).hasMessageContaining("queue=24 would fit");
      assertThatThrownBy(() -> msvq.check(1000, 2)).hasMessageContaining("batch=4 would fit");
    }
  }

  private static Msvq msvq(int groups) {
    return new Msvq(
        config(groups), 7, Replicas.net(WIDTH, 1), Replicas.net(WIDTH, 2), Replicas.net(WIDTH, 3));
  }

  private static MsvqConfig config(int groups) {
    return new MsvqConfig(
        .1, .04, QUEUE, .9, .7, WIDTH, 0, groups, Augmentation.MOCO2, MsvqConfig.WEAK, 32);
  }

  private static Images images(int batch) {
    torch.manual_seed(99);
    List<Tensor> views = new ArrayList<>();
    for (int v = 0; v < 4; v++) {
      views.add(torch.randn(batch, 3, 16, 16));
    }
    Tensor indices = torch.arange(new Scalar(batch));
    return new Images(views, indices, indices, Precision.FP32);
  }
}
