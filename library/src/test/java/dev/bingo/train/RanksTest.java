package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.group.RankException;
import dev.bingo.method.Bingo;
import dev.bingo.method.BingoConfig;
import dev.bingo.method.Compress;
import dev.bingo.method.CompressConfig;
import dev.bingo.method.Cone;
import dev.bingo.method.ConeConfig;
import dev.bingo.method.Method;
import dev.bingo.method.MobyV2al;
import dev.bingo.method.MobyV2alConfig;
import dev.bingo.method.MocoConfig;
import dev.bingo.method.MocoV2;
import dev.bingo.method.Msvq;
import dev.bingo.method.MsvqConfig;
import dev.bingo.method.Progress;
import dev.bingo.method.SimReg;
import dev.bingo.method.SimRegConfig;
import dev.bingo.method.Swav;
import dev.bingo.method.SwavConfig;
import dev.bingo.method.Teacher;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.method.Wcl;
import dev.bingo.method.WclConfig;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One training, whatever the number of ranks: the same numbers, but for the order of sums. */
class RanksTest {
  private static final int BATCH = 16;
  private static final double CLOSE = 1e-5;

  @TempDir Path folder;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  /** By name, what makes a training's method and, called again, its replicas. */
  private static Map<String, Supplier<Supplier<Method>>> makers() {
    Map<String, Supplier<Supplier<Method>>> all = new LinkedHashMap<>();
    all.put("moco in groups", () -> () -> moco(4));
    all.put("moco by the whole batch", () -> () -> moco(1));
    all.put("bingo in groups", () -> bingo(BatchNormMode.BATCH, 4));
    all.put("bingo by the whole batch", () -> bingo(BatchNormMode.BATCH, 1));
    all.put("bingo, running teacher", () -> bingo(BatchNormMode.RUNNING, 4));
    all.put("seed", RanksTest::seed);
    all.put("compress, two queues", () -> compress(2));
    all.put("compress, one queue", () -> compress(1));
    all.put("simreg", RanksTest::simReg);
    all.put("msvq", () -> RanksTest::msvq);
    all.put("swav", () -> () -> swav(1));
    all.put("swav in groups", () -> () -> swav(4));
    all.put("wcl", () -> () -> wcl(1));
    all.put("wcl, gradients apart", () -> () -> wcl(4));
    all.put("cone", () -> RanksTest::cone);
    all.put("mobyv2al", () -> RanksTest::moby);
    return all;
  }

  static Stream<String> methods() {
    return makers().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("methods")
  void ranksAreNoPartOfTheMethod(String name) throws IOException {
    Path one = folder.resolve("1");
    train(one, makers().get(name).get(), 1, config(2), new Listener() {});
    for (int ranks : new int[] {2, 4}) {
      Path many = folder.resolve("" + ranks);
      train(many, makers().get(name).get(), ranks, config(2), new Listener() {});
      assertCloseRuns(many, one);
    }
  }

  @Test
  void accumulatedBatchesAreSharedToo() throws IOException {
    TrainConfig config = config(3).withAccumulate(2).withClipNorm(0.1);
    for (int ranks : new int[] {1, 2}) {
      train(folder.resolve("" + ranks), () -> moco(2), ranks, config, new Listener() {});
    }
    assertCloseRuns(folder.resolve("2"), folder.resolve("1"));
  }

  @Test
  void aRunByRanksIsExactFromRunToRunAndWhereItIsResumed() throws IOException {
    Supplier<Method> method = () -> moco(4);
    Path whole = folder.resolve("whole");
    train(whole, method, 2, config(4), new Listener() {});
    Path again = folder.resolve("again");
    stopped(again, method, 2, config(4), 3);
    train(again, method, 2, config(4), new Listener() {});
    States.assertEqualRuns(again, whole);
  }

  @Test
  void aRunIsGoneOnWithByAnotherNumberOfRanks() throws IOException {
    Supplier<Method> method = () -> moco(4);
    Path whole = folder.resolve("whole");
    train(whole, method, 1, config(4), new Listener() {});
    Path rest = folder.resolve("rest");
    stopped(rest, method, 2, config(4), 2);
    stopped(rest, method, 1, config(4), 4);
    train(rest, method, 4, config(4), new Listener() {});
    assertCloseRuns(rest, whole);
  }

  @Test
  void replicasShareWeightsAndQueues() throws IOException {
    Method first = moco(2);
    Method second = moco(2);
    try (Replicas replicas = new Replicas(List.of(first, second));
        PointerScope scope = new PointerScope()) {
      Map<String, Tensor> its = Tensors.named(second.state());
      Tensors.named(first.state())
          .forEach(
              (name, tensor) ->
                  assertThat(tensor.data_ptr().address() == its.get(name).data_ptr().address())
                      .as(name)
                      .isEqualTo(!name.matches(".*norm[.](running|num_).*")));
    }
  }

  @Test
  void aRanksFailureEndsTheTrainingAndLeavesTheCheckpointBefore() throws IOException {
    Iterator<Method> methods = List.<Method>of(new Sharing(), new Sharing()).iterator();
    Setup setup = setup(methods::next, 2, config(2));
    ((Sharing) setup.replicas().get(0)).failsAt = 3;
    try (RunDirectory run = new RunDirectory(folder)) {
      Trainer trainer = new Trainer(setup, run, ToyRun.identity(), new Listener() {});
      assertThatThrownBy(trainer::train)
          .isInstanceOf(RankException.class)
          .hasMessage("rank 1 of 2: the disk is on fire");
    }
    assertThat(ToyRun.checkpoints(folder)).hasSize(1);
    assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
        .noneMatch(name -> name.startsWith("bingo-rank"));
  }

  @Test
  void aLossThatIsNotFiniteOnOneRankEndsAllOfThem() {
    Iterator<Method> methods = List.<Method>of(new Sharing(), new Sharing()).iterator();
    Setup setup = setup(methods::next, 2, config(2));
    ((Sharing) setup.replicas().get(0)).toy.broken = 1;
    assertThatThrownBy(
            () -> {
              try (RunDirectory run = new RunDirectory(folder)) {
                new Trainer(setup, run, ToyRun.identity(), new Listener() {}).train();
              }
            })
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the loss is NaN at step 1");
  }

  @Test
  void whatRanksCannotShareIsRefused() {
    assertThatThrownBy(() -> setup(ToyMethod::new, 2, config(1)))
        .hasMessageContaining("train.ranks: toy does not say that ranks can share its batches");
    assertThatThrownBy(() -> setup(() -> moco(4), 8, config(1)))
        .hasMessageContaining("8 ranks can't share the 4 batch-norm groups of moco.groups=4")
        .hasMessageContaining("train.ranks=1, 2, 4");
    assertThatThrownBy(() -> setup(() -> moco(1), 3, config(1)))
        .hasMessageContaining("train.ranks: 3 ranks can't share a batch of 16 equally");
    assertThatThrownBy(() -> setup(() -> wcl(4), 8, config(1))).hasMessageContaining("wcl.groups");
  }

  @Test
  void stepsOfRanksLeaveNothingNativeBehind() throws IOException {
    long[] counts = new long[12];
    Listener count =
        new Listener() {
          @Override
          public void onStepTaken(int epoch, int epochs, long step, long totalSteps) {
            counts[(int) step - 1] = Pointer.totalCount();
          }
        };
    train(folder, makers().get("bingo by the whole batch").get(), 2, config(6), count);
    assertThat(counts[11]).isPositive().isLessThanOrEqualTo(counts[1]);
  }

  private static TrainConfig config(int epochs) {
    return new TrainConfig(epochs, BATCH, 1, 0, Precision.FP32, 3, 2, 1, 0, 1, 9);
  }

  private static void train(
      Path directory, Supplier<Method> method, int ranks, TrainConfig config, Listener listener)
      throws IOException {
    try (RunDirectory run = new RunDirectory(directory)) {
      new Trainer(setup(method, ranks, config), run, ToyRun.identity(), listener).train();
    }
  }

  /** Until a step was taken; a checkpoint is written then. */
  private static void stopped(
      Path directory, Supplier<Method> method, int ranks, TrainConfig config, int after)
      throws IOException {
    Trainer[] trainer = new Trainer[1];
    Listener stop =
        new Listener() {
          @Override
          public void onStepTaken(int epoch, int epochs, long step, long totalSteps) {
            if (step == after) {
              trainer[0].requestStop();
            }
          }
        };
    try (RunDirectory run = new RunDirectory(directory)) {
      trainer[0] = new Trainer(setup(method, ranks, config), run, ToyRun.identity(), stop);
      assertThat(trainer[0].train()).isEqualTo(Trainer.Outcome.STOPPED);
    }
  }

  private static Setup setup(Supplier<Method> method, int ranks, TrainConfig config) {
    Setup one = ToyRun.setup(method.get(), ToyRun.SGD, config);
    return new Setup(
        one.method(),
        IntStream.range(1, ranks).mapToObj(r -> method.get()).toList(),
        one.loader(),
        one.normalisation(),
        one.device(),
        one.optimiser(),
        Schedule.cosine(0.005),
        config);
  }

  private static void assertCloseRuns(Path actual, Path expected) throws IOException {
    List<JsonNode> lines = ToyRun.metrics(actual);
    List<JsonNode> wanted = ToyRun.metrics(expected);
    assertThat(lines).hasSameSizeAs(wanted);
    for (int i = 0; i < lines.size(); i++) {
      JsonNode line = lines.get(i);
      for (Map.Entry<String, JsonNode> value : wanted.get(i).properties()) {
        double w = value.getValue().asDouble();
        assertThat(Math.abs(line.get(value.getKey()).asDouble() - w))
            .as("%s of %s, not %s", value.getKey(), line, wanted.get(i))
            .isLessThan(CLOSE * Math.max(1, Math.abs(w)));
      }
    }
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> a = SafeTensors.read(States.newest(actual)).tensors();
      Map<String, Tensor> e = SafeTensors.read(States.newest(expected)).tensors();
      assertThat(a.keySet()).isEqualTo(e.keySet());
      a.forEach((name, t) -> assertClose(name, t, e.get(name)));
    }
  }

  private static void assertClose(String name, Tensor actual, Tensor expected) {
    Tensor wide = expected.to(ScalarType.Double);
    double largest = wide.abs().max().item_double();
    double error = actual.to(ScalarType.Double).sub(wide).abs().max().item_double();
    assertThat(error).as("%s, largest %s", name, largest).isLessThan(CLOSE * Math.max(1, largest));
  }

  /** A loss that knows nothing of ranks, and fails when it is told to. */
  private static final class Sharing implements Method {
    final ToyMethod toy = new ToyMethod();
    long failsAt = -1;

    @Override
    public String name() {
      return toy.name();
    }

    @Override
    public List<View> views() {
      return toy.views();
    }

    @Override
    public Layer state() {
      return toy.state();
    }

    @Override
    public Backbone encoder() {
      return toy.encoder();
    }

    @Override
    public ProjectionHead head() {
      return toy.head();
    }

    @Override
    public Loss loss(Images images, Progress progress) {
      if (progress.step() == failsAt) {
        throw new IllegalStateException("the disk is on fire");
      }
      return toy.loss(images, progress);
    }

    @Override
    public double chanceLoss() {
      return toy.chanceLoss();
    }

    @Override
    public void checkRanks(int ranks) {}
  }

  private static Method moco(int groups) {
    MocoConfig config =
        new MocoConfig(0.2, 34, 0.9, 6, 8, true, groups, Augmentation.MOCO2_SMALL, 12);
    return new MocoV2(config, () -> new ToyBackbone(5), 5);
  }

  private static Supplier<Method> bingo(BatchNormMode mode, int groups) {
    Teacher teacher = ToyRun.teacher(mode, groups);
    BingoConfig config =
        new BingoConfig(
            0.2,
            34,
            8,
            BingoConfig.LossForm.PUBLIC_CODE,
            0.5,
            0.5,
            1,
            true,
            true,
            true,
            Augmentation.MOCO2_SMALL,
            12);
    return () -> new Bingo(config, new ToyBackbone(5), teacher, 5);
  }

  private static Supplier<Method> seed() {
    Teacher teacher = ToyRun.teacher(BatchNormMode.RUNNING, 1);
    return () -> ToyRun.seed(teacher);
  }

  private static Supplier<Method> compress(int queues) {
    Teacher teacher = ToyRun.teacher(BatchNormMode.RUNNING, 4);
    CompressConfig config = new CompressConfig(0.04, 18, queues, 0.9, Augmentation.CROP_FLIP, 12);
    return () -> new Compress(config, () -> new ToyBackbone(5), teacher, 5);
  }

  private static Supplier<Method> simReg() {
    Teacher teacher = ToyRun.teacher(BatchNormMode.RUNNING, 1);
    SimRegConfig config =
        new SimRegConfig(
            SimRegConfig.Head.MLP4, true, Augmentation.MOCO2_SMALL, Augmentation.CROP_FLIP, 12);
    return () -> new SimReg(config, new ToyBackbone(5), teacher, 5);
  }

  private static Method msvq() {
    MsvqConfig config =
        new MsvqConfig(
            0.1, 0.04, 18, 0.9, 0.7, 6, 8, 4, Augmentation.MOCO2_SMALL, MsvqConfig.WEAK, 12);
    return new Msvq(config, () -> new ToyBackbone(5), 5);
  }

  private static Method swav(int groups) {
    SwavConfig config =
        new SwavConfig(
            0.1, 0.05, 3, 6, 18, 1, 3, 6, 8, groups, 2, 8, 0.1, 0.4, Augmentation.SWAV, 12);
    return new Swav(config, new ToyBackbone(5), 5);
  }

  private static Method wcl(int groups) {
    WclConfig config =
        new WclConfig(
            0.5,
            6,
            16,
            1,
            groups,
            Augmentation.MOCO2_SMALL,
            1,
            2,
            3,
            8,
            0.1,
            0.4,
            Augmentation.SIMCLR,
            12);
    return new Wcl(config, ToyRun.IMAGES, new ToyBackbone(5), 7);
  }

  private static Method cone() {
    ConeConfig config =
        new ConeConfig(0.1, 0.07, 7, 0.7, 0.4, 0.1, 18, 0.9, 1, 6, 8, Augmentation.CROP_FLIP, 12);
    return new Cone(config, ToyRun.CLASSES, () -> new ToyBackbone(5), 5);
  }

  private static Method moby() {
    MobyV2alConfig config =
        new MobyV2alConfig(
            0.2, 18, 0.9, 0.5, 1, 6, 8, true, Augmentation.MOCO2_SMALL, MobyV2alConfig.WEAK, 12);
    return new MobyV2al(config, ToyRun.CLASSES, () -> new ToyBackbone(5), 5);
  }
}
