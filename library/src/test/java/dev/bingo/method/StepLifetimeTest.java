package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.method.BingoConfig.LossForm;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.view.Augmentation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StepLifetimeTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  static Stream<Supplier<Method>> methods() {
    return Stream.of(
        StepLifetimeTest::bingo,
        StepLifetimeTest::moco,
        StepLifetimeTest::swav,
        StepLifetimeTest::wcl,
        StepLifetimeTest::cone,
        StepLifetimeTest::mobyv2al,
        StepLifetimeTest::seed,
        StepLifetimeTest::compressTwoQueues,
        StepLifetimeTest::compressOneQueue,
        StepLifetimeTest::msvq);
  }

  static Stream<Supplier<Method>> methodsThatDraw() {
    return Stream.of(StepLifetimeTest::bingo, StepLifetimeTest::moco, StepLifetimeTest::msvq);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void aStepInAScopeLeavesNothingNativeBehind(Supplier<Method> fresh) {
    Method method = fresh.get();
    step(method, 0, Precision.FP32);
    long before = Pointer.totalCount();
    for (int s = 1; s <= 5; s++) {
      step(method, s, Precision.FP32);
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void bfloat16ChangesTheLossLittleAndAutocastEndsWithIt(Supplier<Method> fresh) {
    double full = step(fresh.get(), 0, Precision.FP32);
    double half = step(fresh.get(), 0, Precision.BF16);
    assertThat(half).isNotEqualTo(full).isCloseTo(full, within(0.05 + 0.1 * full));
    assertThat(torch.is_autocast_enabled(torch.DeviceType.CPU)).isFalse();
  }

  @ParameterizedTest
  @MethodSource("methods")
  void theSameStepGivesTheSameLossToTheBit(Supplier<Method> fresh) {
    double first = step(fresh.get(), 3, Precision.FP32);
    assertThat(step(fresh.get(), 3, Precision.FP32)).isEqualTo(first);
  }

  @ParameterizedTest
  @MethodSource("methodsThatDraw")
  void anotherStepHasOtherDraws(Supplier<Method> fresh) {
    double first = step(fresh.get(), 3, Precision.FP32);
    assertThat(step(fresh.get(), 4, Precision.FP32)).isNotEqualTo(first);
  }

  private static double step(Method method, int step, Precision precision) {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(1);
      List<Tensor> views = new ArrayList<>();
      for (int v = 0; v < method.views().size(); v++) {
        views.add(torch.randn(4, 3, 16, 16));
      }
      Tensor indices = torch.arange(new Scalar(4));
      method.state().zero_grad(true);
      Method.Loss loss =
          method.loss(
              new Images(views, indices, indices, precision), new Progress(1, step, 10, 2, 5));
      loss.value().backward();
      method.afterStep(new Progress(1, step, 10, 2, 5));
      return loss.value().item_double();
    }
  }

  private static Method bingo() {
    BingoConfig config =
        new BingoConfig(
            0.2,
            32,
            16,
            LossForm.PUBLIC_CODE,
            0.5,
            0.5,
            0,
            true,
            true,
            true,
            Augmentation.MOCO2_SMALL,
            16);
    return new Bingo(
        config,
        Replicas.net(8, 1).backbone(),
        new Teacher(Replicas.net(8, 2), BatchNormMode.BATCH, 2),
        3);
  }

  private static Method moco() {
    MocoConfig config = new MocoConfig(0.2, 32, 0.9, 8, 0, true, 2, Augmentation.MOCO2_SMALL, 16);
    return new MocoV2(config, Replicas.net(8, 1), Replicas.net(8, 2), 3);
  }

  private static Method swav() {
    SwavConfig config =
        new SwavConfig(0.1, 0.05, 3, 6, 8, 0, 0, 8, 16, 2, 2, 8, 0.1, 0.4, Augmentation.SWAV, 16);
    return new Swav(config, Replicas.net(8, 1).backbone(), 3);
  }

  private static Method wcl() {
    WclConfig config =
        new WclConfig(
            0.1, 8, 16, 1, 2, Augmentation.MOCO2, 0, 2, 3, 8, 0.1, 0.4, Augmentation.SIMCLR, 16);
    return new Wcl(config, 40, Replicas.net(8, 1).backbone(), 3);
  }

  private static Method cone() {
    ConeConfig config =
        new ConeConfig(0.1, 0.07, 6, 0.7, 0.4, 0, 32, 0.9, 1, 8, 16, Augmentation.CROP_FLIP, 16);
    return new Cone(config, 5, () -> Replicas.net(8, 1).backbone(), 3);
  }

  private static Method mobyv2al() {
    return MobyV2alTest.moby(true);
  }

  private static Method seed() {
    SeedConfig config = new SeedConfig(0.2, 0.01, 32, 0, 2, 16, 0.05, 0.14, Augmentation.MOCO2, 16);
    return new Seed(
        config,
        Replicas.net(8, 1).backbone(),
        new Teacher(Replicas.net(8, 2), BatchNormMode.RUNNING, 2),
        3);
  }

  private static Method compressTwoQueues() {
    return compress(2);
  }

  private static Method compressOneQueue() {
    return compress(1);
  }

  private static Method compress(int queues) {
    CompressConfig config = new CompressConfig(0.04, 32, queues, 0.9, Augmentation.CROP_FLIP, 16);
    return new Compress(
        config,
        () -> Replicas.net(8, 1).backbone(),
        new Teacher(Replicas.net(8, 2), BatchNormMode.RUNNING, 1),
        3);
  }

  private static Method msvq() {
    MsvqConfig config =
        new MsvqConfig(0.1, 0.04, 32, 0.9, 0.7, 8, 0, 2, Augmentation.MOCO2, MsvqConfig.WEAK, 16);
    return new Msvq(config, () -> Replicas.net(8, 1).backbone(), 3);
  }
}
