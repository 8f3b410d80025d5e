package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.method.part.InfoNceTest;
import dev.bingo.torch.Engine;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressTest {
  private static final int QUEUE = 18;
  private static final int BATCH = 4;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "2, 0.9"})
  void aBlindStudentCostsTheChanceLoss(int queues, double momentum) {
    try (PointerScope scope = new PointerScope()) {
      Compress compress = compress(queues, momentum);
      assertThat(compress.chanceLoss()).isEqualTo(Math.log(QUEUE));
      Tensor s = torch.zeros(BATCH, compress.head().width());
      Tensor t = InfoNceTest.unit(BATCH, 64);
      double blind = compress.match(s, t).loss().item_double();
      assertThat(blind).isCloseTo(compress.chanceLoss(), within(1e-5));
      assertThat(compress.chanceLoss()).isBetween(0.0, Math.log(QUEUE) - 0.01);
    }
  }

  @Test
  void oneThatIsItsTeacherCostsNothing() {
    try (PointerScope scope = new PointerScope()) {
      Compress compress = compress(1, 0);
      Tensor t = InfoNceTest.unit(BATCH, 64);
      assertThat(compress.match(t, t).loss().item_double()).isCloseTo(0, within(1e-6));
    }
  }

  @Test
  void withTwoQueuesRowsOfBothAreOfTheSameImages() {
    try (PointerScope scope = new PointerScope()) {
      Compress compress = compress(2, 0);
      Map<String, Tensor> state = Tensors.named(compress.state());
      for (int step = 0; step < 6; step++) {
        Images images = images(step);
        EmbeddingNet student = net(1);
        Modules.copy(compress.encoder(), student.backbone());
        Tensor s = student.embed(images.view(0), Precision.FP32);
        Tensor t = torch.normalize(images.view(0).flatten(1, -1).narrow(1, 0, 64));
        compress.loss(images, new Progress(0, step, 10, 1, 1));
        for (int b = 0; b < BATCH; b++) {
          int row = (step * BATCH + b) % QUEUE;
          Replicas.assertClose("teacher", state.get("queue.queue").select(1, row), t.select(0, b));
          Replicas.assertClose(
              "student", state.get("queue.queue_student").select(0, row), s.select(0, b));
        }
      }
    }
  }

  @Test
  void theMomentumStudentFillsTheStudentsQueueAndFollowsAfterTheStep() {
    try (PointerScope scope = new PointerScope()) {
      Compress compress = compress(2, 0.75);
      Map<String, Tensor> state = Tensors.named(compress.state());
      Tensor leader = state.get("student.backbone.conv1.weight");
      Tensor follower = state.get("momentum_student.backbone.conv1.weight");
      assertThat(follower.equal(leader)).isTrue();
      try (AutoGradMode off = new AutoGradMode(false)) {
        leader.mul_(new Scalar(3));
      }
      Tensor before = follower.clone();
      Images images = images(0);
      EmbeddingNet same = net(1);
      same.train(true);
      Tensor expected = same.embed(images.view(0), Precision.FP32);
      compress.loss(images, new Progress(0, 0, 10, 1, 1));
      assertThat(follower.equal(before)).isTrue();
      Replicas.assertClose(
          "pushed", state.get("queue.queue_student").narrow(0, 0, BATCH), expected);
      compress.afterStep(new Progress(0, 0, 10, 1, 1));
      Replicas.assertClose("follower", follower, before.mul(new Scalar(0.75 + 0.25 * 3)));
      assertThat(Modules.trainable(compress.state()).keySet())
          .isNotEmpty()
          .allMatch(name -> name.startsWith("student."));
    }
  }

  @Test
  void withOneQueueTheStudentIsMappedToTheTeachersWidth() {
    try (PointerScope scope = new PointerScope()) {
      Compress one = compress(1, 0.999);
      assertThat(one.head().width()).isEqualTo(64);
      assertThat(Tensors.named(one.state()))
          .doesNotContainKey("queue.queue_student")
          .containsKey("student.head.0.weight");
      Compress two = compress(2, 0.999);
      assertThat(two.head().width()).isEqualTo(two.encoder().width());
      assertThat(Tensors.named(two.head())).isEmpty();
    }
  }

  @Test
  void whatFoolsItIsRefusedWithANumberThatFits() {
    try (PointerScope scope = new PointerScope()) {
      Compress compress = compress(2, 0.9);
      compress.check(1000, BATCH);
      assertThatThrownBy(() -> compress.check(QUEUE, BATCH))
          .hasMessageContaining("compress.queue")
          .hasMessageContaining("would fit");
      assertThatThrownBy(() -> compress.check(1000, 20)).hasMessageContaining("queue=20 would fit");
      assertThatThrownBy(() -> compress.check(1000, 1)).hasMessageContaining("train.batch");
      assertThatThrownBy(() -> new CompressConfig(.04, 9, 3, .9, Augmentation.CROP_FLIP, 32))
          .hasMessageContaining("compress.queues");
    }
  }

  /** The teacher's features are the first 64 pixels. */
  private static Compress compress(int queues, double momentum) {
    var teacher = new EmbeddingNet(new Pixels(), ProjectionHead.none(64));
    return new Compress(
        new CompressConfig(0.04, QUEUE, queues, momentum, Augmentation.CROP_FLIP, 16),
        () -> net(1).backbone(),
        new Teacher(teacher, BatchNormMode.RUNNING, 1),
        3);
  }

  private static EmbeddingNet net(long seed) {
    var backbone = Replicas.net(8, seed).backbone();
    return new EmbeddingNet(backbone, ProjectionHead.none(backbone.width()));
  }

  private static final class Pixels extends dev.bingo.encoder.Backbone {
    Pixels() {
      super("pixels", 64);
    }

    @Override
    public Tensor features(Tensor images) {
      return images.flatten(1, -1).narrow(1, 0, 64);
    }
  }

  private static Images images(int step) {
    torch.manual_seed(99 + step);
    Tensor indices = torch.arange(new Scalar(BATCH));
    return new Images(List.of(torch.randn(BATCH, 3, 16, 16)), indices, indices, Precision.FP32);
  }
}
