package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.Modules;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SeedTest {
  private static final int QUEUE = 18;
  private static final int WIDTH = 8;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void studentAndTeacherSeeTheSamePixelsAndTheTeachersKeysAreEnqueued() {
    try (PointerScope scope = new PointerScope()) {
      var teacher = Replicas.net(WIDTH, 2);
      Seed seed = seed(config(0), new Teacher(teacher, BatchNormMode.RUNNING, 1));
      Tensor queue = Tensors.named(seed.state()).get("queue.queue");
      Images images = images(seed, 4);
      Tensor t = teacher.embed(images.view(0), Precision.FP32);
      seed.loss(images, progress(0));
      Replicas.assertClose("keys", queue.narrow(1, 0, 4).t(), t);
      assertThat(seed.views()).hasSize(1);
      assertThat(Modules.trainable(seed.state()).keySet())
          .isNotEmpty()
          .allMatch(name -> name.startsWith("student."));
    }
  }

  @Test
  void anUntrainedStudentsLossIsNearItsChanceAndNotBelowTheTeachersEntropy() {
    try (PointerScope scope = new PointerScope()) {
      for (int patches : new int[] {0, 2}) {
        Seed seed = seed(config(patches), teacher());
        Method.Loss loss = seed.loss(images(seed, 4), progress(0));
        double chance = (patches == 0 ? 1 : 2) * Math.log(QUEUE + 1.0);
        assertThat(seed.chanceLoss()).isEqualTo(chance);
        // one that finds all keys alike
        Tensor queue = torch.zeros(WIDTH, QUEUE);
        Tensor nowhere = torch.zeros(4, WIDTH);
        double blind = seed.match(nowhere, nowhere, queue).loss().item_double();
        assertThat(blind).isCloseTo(Math.log(QUEUE + 1.0), within(1e-5));
        assertThat(loss.value().item_double())
            .isGreaterThan(loss.figures().get("teacher_entropy").item_double());
      }
    }
  }

  @Test
  void smallPatchesCoverLessAndFillAQueueOfTheirOwn() {
    try (PointerScope scope = new PointerScope()) {
      Seed seed = seed(config(2), teacher());
      assertThat(seed.views()).extracting(View::name).containsExactly("image", "patch1", "patch2");
      assertThat(seed.views()).extracting(View::size).containsExactly(32, 16, 16);
      assertThat(seed.views().get(2).augmentation().cropMax()).isEqualTo(0.14);
      assertThat(seed.views().get(2).augmentation().jitter())
          .isEqualTo(Augmentation.MOCO2.jitter());
      seed.loss(images(seed, 4), progress(0));
      Map<String, Tensor> state = Tensors.named(seed.state());
      assertThat(state.get("small_queue.queue_ptr").item_long()).isEqualTo(4);
      assertThat(state.get("queue.queue_ptr").item_long()).isEqualTo(4);
      assertThat(state.get("small_queue.queue").equal(state.get("queue.queue"))).isFalse();
    }
  }

  @Test
  void aQueueThatTheBatchDoesNotDivideGoesRound() {
    try (PointerScope scope = new PointerScope()) {
      Seed seed = seed(config(0), teacher());
      seed.check(1000, 4);
      for (int step = 0; step < 5; step++) {
        assertThat(seed.loss(images(seed, 4), progress(step)).value().item_double()).isFinite();
      }
      assertThat(Tensors.named(seed.state()).get("queue.queue_ptr").item_long())
          .isEqualTo(20 % QUEUE);
    }
  }

  @Test
  void whatFoolsItIsRefusedWithANumberThatFits() {
    try (PointerScope scope = new PointerScope()) {
      Seed seed = seed(config(0), new Teacher(Replicas.net(WIDTH, 2), BatchNormMode.RUNNING, 2));
      assertThatThrownBy(() -> seed.check(QUEUE, 4))
          .hasMessageContaining("seed.queue")
          .hasMessageContaining("would fit");
      assertThatThrownBy(() -> seed.check(1000, 20)).hasMessageContaining("queue=20 would fit");
      assertThatThrownBy(() -> seed.check(1000, 1)).hasMessageContaining("batch=4 would fit");
      assertThatThrownBy(() -> new SeedConfig(.2, 0, 9, 0, 0, 0, 0, 0, Augmentation.MOCO2, 32))
          .hasMessageContaining("seed.teacher_temperature");
      assertThatThrownBy(
              () -> new SeedConfig(.2, .01, 9, 0, 2, 96, .3, .14, Augmentation.MOCO2, 32))
          .hasMessageContaining("seed.patch_crop_min");
    }
  }

  private static Teacher teacher() {
    return new Teacher(Replicas.net(WIDTH, 2), BatchNormMode.RUNNING, 1);
  }

  private static Seed seed(SeedConfig config, Keys teacher) {
    return new Seed(config, Replicas.net(WIDTH, 1).backbone(), teacher, 3);
  }

  private static SeedConfig config(int patches) {
    return new SeedConfig(0.2, 0.01, QUEUE, 0, patches, 16, 0.05, 0.14, Augmentation.MOCO2, 32);
  }

  private static Images images(Seed seed, int batch) {
    torch.manual_seed(99);
    List<Tensor> views = new ArrayList<>();
    for (View view : seed.views()) {
      views.add(torch.randn(batch, 3, view.size(), view.size()));
    }
    Tensor indices = torch.arange(new Scalar(batch));
    return new Images(views, indices, indices, Precision.FP32);
  }

  private static Progress progress(int step) {
    return new Progress(0, step, 10, 1, 1);
  }
}
