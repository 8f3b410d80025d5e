package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.encoder.Backbone;
import dev.bingo.method.Method;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.train.OptimiserConfig.Kind;
import dev.bingo.train.OptimiserConfig.Scaling;
import dev.bingo.train.Trainer.Outcome;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Normalisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final OptimiserConfig PLAIN = OptimiserConfig.sgd(0, 0);
  private static final OptimiserConfig ADAMW =
      new OptimiserConfig(Kind.ADAMW, 0.9, false, 0.05, true, Scaling.NONE, 0.001);
  private static final Listener SILENT = new Listener() {};

  @TempDir Path folder;

  @Test
  void theSameSeedGivesTheSameRunBitForBit() throws IOException {
    ToyRun.train(dir("a"), ToyRun.config(2), SILENT);
    ToyRun.train(dir("b"), ToyRun.config(2), SILENT);
    States.assertEqualRuns(dir("a"), dir("b"));

    TrainConfig other = new TrainConfig(2, ToyRun.BATCH, 1, 0, Precision.FP32, 4, 2, 1, 4, 1, 3);
    ToyRun.train(dir("c"), other, SILENT);
    assertThat(losses(dir("c"))).isNotEqualTo(losses(dir("a")));
  }

  @Test
  void aStoppedRunGoesOnAsIfNothingHadBeen() throws IOException {
    stopAndGoOn("moco", ToyRun::moco, ToyRun.SGD);
    stopAndGoOn("moco-adamw", ToyRun::moco, ADAMW);
    stopAndGoOn("bingo", ToyRun::bingo, ToyRun.SGD);
    stopAndGoOn("swav", ToyRun::swav, ToyRun.SGD);
    stopAndGoOn("wcl", ToyRun::wcl, ToyRun.SGD);
    stopAndGoOn("cone", ToyRun::cone, ToyRun.SGD);
    stopAndGoOn("seed", ToyRun::seed, ToyRun.SGD);
    stopAndGoOn("compress", ToyRun::compress, ToyRun.SGD);
    stopAndGoOn("msvq", ToyRun::msvq, ToyRun.SGD);
  }

  private void stopAndGoOn(String name, Supplier<Method> method, OptimiserConfig optimiser)
      throws IOException {
    Path stopped = dir("stopped-" + name);
    // In mid-epoch; at the last step of an epoch; once more at once.
    for (long at : new long[] {7, ToyRun.STEPS_PER_EPOCH, ToyRun.STEPS_PER_EPOCH + 1}) {
      assertThat(run(method.get(), optimiser, stopped, at)).isEqualTo(Outcome.STOPPED);
      String file = "step-%09d.safetensors".formatted(at);
      assertThat(States.newest(stopped)).hasFileName(file);
    }
    assertThat(run(method.get(), optimiser, stopped, -1)).isEqualTo(Outcome.DONE);
    Path whole = dir("whole-" + name);
    assertThat(run(method.get(), optimiser, whole, -1)).isEqualTo(Outcome.DONE);
    States.assertEqualRuns(stopped, whole);
  }

  @Test
  void aMethodThatLearnsFromLabelsRefusesImagesWithoutAny() {
    Method cone = ToyRun.cone();
    Loader loader =
        new Loader(
            new ToyImages(ToyRun.IMAGES),
            cone.views(),
            null,
            new LoaderOptions(ToyRun.BATCH, 3, 1, 2, true));
    assertThatThrownBy(
            () ->
                new Setup(
                    cone,
                    loader,
                    Normalisation.HALF,
                    new Device("cpu"),
                    ToyRun.SGD,
                    Schedule.cosine(0.1, 0, true),
                    ToyRun.config(1)))
        .hasMessageContaining("cone learns from labels")
        .hasMessageContaining("46 of 46 images have none, 'noise-0' for one");
  }

  @Test
  void aFinishedRunIsLeftAsItIs() throws IOException {
    ToyRun.train(dir("a"), ToyRun.config(1), SILENT);
    String before = Files.readString(dir("a").resolve("metrics.jsonl"));
    assertThat(ToyRun.train(dir("a"), ToyRun.config(1), SILENT)).isEqualTo(Outcome.DONE);
    assertThat(Files.readString(dir("a").resolve("metrics.jsonl"))).isEqualTo(before);
  }

  @Test
  void aDamagedCheckpointIsSaidAndTheOneBeforeItTaken() throws IOException {
    ToyRun.train(dir("whole"), ToyRun.config(2), SILENT);
    run(ToyRun.moco(), ToyRun.SGD, dir("a"), 10);
    Path newest = States.newest(dir("a"));
    byte[] bytes = Files.readAllBytes(newest);
    bytes[bytes.length - 5] ^= 1;
    Files.write(newest, bytes);

    List<String> notices = new ArrayList<>();
    ToyRun.train(dir("a"), ToyRun.config(2), new Notices(notices));

    assertThat(notices).hasSize(2);
    assertThat(notices.get(0)).contains("step-000000010.safetensors", "damaged", "falling back");
    assertThat(notices.get(1)).contains("resumed from step-000000008", "epoch 1", "step 8");
    assertThat(dir("a").resolve("checkpoints/step-000000010.safetensors.damaged")).exists();
    States.assertEqualRuns(dir("a"), dir("whole"));
  }

  @Test
  void whereNoCheckpointIsWholeNothingIsOverwritten() throws IOException {
    run(ToyRun.moco(), ToyRun.SGD, dir("a"), 6);
    for (Path file : ToyRun.checkpoints(dir("a"))) {
      Files.write(file, new byte[100]);
    }
    String metrics = Files.readString(dir("a").resolve("metrics.jsonl"));
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> ToyRun.train(dir("a"), ToyRun.config(2), SILENT))
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("none of its checkpoints is whole (2 tried)");
    }
    assertThat(Files.readString(dir("a").resolve("metrics.jsonl"))).isEqualTo(metrics);
  }

  @Test
  void aCheckpointOfAnotherOptimiserIsRefusedByName() throws IOException {
    run(ToyRun.moco(), ToyRun.SGD, dir("a"), 2);
    assertThatThrownBy(() -> run(ToyRun.moco(), ADAMW, dir("a"), -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the optimiser's state does not fit")
        .hasMessageContaining("missing 'variance/encoder_q/");
  }

  @Test
  void onlySoManyCheckpointsAreKept() throws IOException {
    // Every 4 steps of 22, and at the end of both epochs.
    ToyRun.train(dir("a"), ToyRun.config(2), SILENT);
    assertThat(ToyRun.checkpoints(dir("a")))
        .extracting(f -> f.getFileName().toString())
        .containsExactly(
            "step-000000016.safetensors",
            "step-000000020.safetensors",
            "step-000000022.safetensors");
  }

  @Test
  void aCheckpointDueAtAnEpochsEndIsWrittenThereAfterTheEvaluation() throws IOException {
    TrainConfig config =
        new TrainConfig(
            3, ToyRun.BATCH, 1, 0, Precision.FP32, 3, 1, 1, ToyRun.STEPS_PER_EPOCH, 100, 9);
    ToyRun.train(dir("a"), config, SILENT);
    assertThat(ToyRun.checkpoints(dir("a"))).hasSize(3);
  }

  @Test
  void aLossThatIsNotFiniteStopsAtOnceAndSaysWhere() throws IOException {
    ToyMethod method = new ToyMethod();
    method.broken = 5;
    float[][] before = new float[1][];
    Listener listener =
        new Listener() {
          @Override
          public void onStep(Step step) {
            before[0] = Tensors.toFloats(method.weight());
          }
        };
    try (RunDirectory run = new RunDirectory(dir("a"))) {
      Trainer trainer = ToyRun.trainer(method, PLAIN, ToyRun.config(2), run, listener);
      assertThatThrownBy(trainer::train)
          .isInstanceOf(TrainingException.class)
          .hasMessageContainingAll(
              "the loss is NaN at step 5",
              "epoch 1",
              "learning rate 0.04",
              "images of the batch [");
    }
    assertThat(Tensors.toFloats(method.weight())).isEqualTo(before[0]);
    assertThat(States.newest(dir("a"))).hasFileName("step-000000004.safetensors");

    Capture capture = Capture.read(dir("a").resolve("captures/step-000000005"));
    assertThat(capture.step()).isEqualTo(5);
    assertThat(capture.loss()).isNaN();
    assertThat(capture.indices()).hasSize(ToyRun.BATCH).doesNotHaveDuplicates();
    for (boolean fromCheckpoint : new boolean[] {true, false}) {
      if (!fromCheckpoint) {
        Files.delete(capture.folder().resolve("before.safetensors"));
      }
      // Not broken, to see that it is the very step: the weights before it are those of the run.
      ToyMethod again = new ToyMethod();
      Replay replay = replay(again, capture);
      assertThat(replay.loss()).isFinite();
      assertThat(replay.indices())
          .isEqualTo(java.util.Arrays.stream(capture.indices()).boxed().toList());
      assertThat(replay.badWeights()).isEmpty();
      assertThat(replay.badGradients()).isEmpty();
      assertThat(replay.figures()).containsKey("half");
      assertThat(Tensors.toFloats(again.weight())).isEqualTo(before[0]);
    }
    ToyMethod broken = new ToyMethod();
    broken.broken = 5;
    Replay replay = replay(broken, capture);
    assertThat(replay.loss()).isNaN();
    assertThat(replay.badGradients()).containsExactly("encoder.weight");

    ToyMethod sooner = new ToyMethod();
    sooner.broken = 2;
    assertThatThrownBy(() -> replay(sooner, capture))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the loss of step 2 is NaN already");
  }

  private static Replay replay(Method method, Capture capture) throws IOException {
    Setup setup = ToyRun.setup(method, PLAIN, ToyRun.config(2));
    return Replay.of(setup, Identity.of(ToyRun.IDENTITY), capture, Precision.FP32);
  }

  @Test
  void aLossThatIsReadLateStopsBeforeTheNextCheckpointAndNamesItsOwnStep() throws IOException {
    ToyMethod method = new ToyMethod();
    method.broken = 5;
    TrainConfig config = new TrainConfig(2, ToyRun.BATCH, 1, 0, Precision.FP32, 3, 2, 99, 4, 1, 3);
    try (RunDirectory run = new RunDirectory(dir("a"))) {
      Trainer trainer = ToyRun.trainer(method, PLAIN, config, run, SILENT);
      trainer.readLosses(100);
      assertThatThrownBy(trainer::train)
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("the loss is NaN at step 5 (epoch 1, learning rate 0.04");
    }
    assertThat(method.calls).as("steps 0 to 7").filteredOn("afterStep"::equals).hasSize(8);
    assertThat(States.newest(dir("a"))).hasFileName("step-000000004.safetensors");
    assertThat(Capture.read(dir("a").resolve("captures/step-000000005")).step()).isEqualTo(5);
  }

  @Test
  void lossesThatAreReadLateAreLoggedAllTheSame() throws IOException {
    for (int together : new int[] {1, 3, 100}) {
      TrainConfig config = new TrainConfig(2, 4, 2, 1, Precision.FP32, 3, 2, 2, 0, 1, 3);
      try (RunDirectory run = new RunDirectory(dir("by" + together))) {
        Trainer trainer = ToyRun.trainer(ToyRun.moco(), ToyRun.SGD, config, run, SILENT);
        trainer.readLosses(together);
        trainer.train();
      }
      assertThat(ToyRun.metrics(dir("by" + together))).isEqualTo(ToyRun.metrics(dir("by1")));
    }
  }

  @Test
  void accumulatedBatchesEqualOneLargeBatch() throws IOException {
    ToyMethod large = new ToyMethod();
    ToyMethod small = new ToyMethod();
    train(large, dir("large"), new TrainConfig(1, 8, 1, 0, Precision.FP32, 3, 1, 1, 0, 1, 1));
    train(small, dir("small"), new TrainConfig(1, 4, 2, 0, Precision.FP32, 3, 1, 1, 0, 1, 1));

    assertThat(Tensors.toFloats(small.weight()))
        .containsExactly(Tensors.toFloats(large.weight()), within(1e-5f))
        .doesNotContain(1f);
    List<Double> losses = losses(dir("small"));
    assertThat(losses).hasSize(ToyRun.IMAGES / 8);
    for (int i = 0; i < losses.size(); i++) {
      assertThat(losses.get(i)).isCloseTo(losses(dir("large")).get(i), within(1e-5));
    }
    assertThat(small.calls.subList(0, 5))
        .containsExactly("loss", "loss", "afterBackward", "afterStep", "loss");
  }

  @Test
  void clippingBoundsTheStep() throws IOException {
    double clip = 0.01;
    ToyMethod method = new ToyMethod();
    List<float[]> weights = new ArrayList<>();
    List<Double> rates = new ArrayList<>();
    Listener listener =
        new Listener() {
          @Override
          public void onStep(Step step) {
            weights.add(Tensors.toFloats(method.weight()));
            rates.add(step.learningRate());
          }
        };
    TrainConfig config = new TrainConfig(1, 4, 1, clip, Precision.FP32, 3, 1, 1, 0, 1, 1);
    try (RunDirectory run = new RunDirectory(dir("a"))) {
      ToyRun.trainer(method, PLAIN, config, run, listener).train();
    }
    for (int i = 1; i < weights.size(); i++) {
      double moved = 0;
      for (int d = 0; d < 3; d++) {
        moved += Math.pow(weights.get(i)[d] - weights.get(i - 1)[d], 2);
      }
      assertThat(Math.sqrt(moved)).isCloseTo(clip * rates.get(i), within(1e-6));
    }
  }

  @Test
  void evaluationsAreLoggedAndTheModeIsRestored() throws IOException {
    Method method = ToyRun.moco();
    List<Boolean> training = new ArrayList<>();
    Listener listener =
        new Listener() {
          @Override
          public void onStep(Step step) {
            training.add(method.encoder().is_training());
          }

          @Override
          public Map<String, Double> onEpochEnd(int epoch, Backbone encoder) {
            encoder.train(false);
            return Map.of("knn_top1", epoch / 10.0);
          }
        };
    try (RunDirectory run = new RunDirectory(dir("a"))) {
      ToyRun.trainer(method, ToyRun.SGD, ToyRun.config(2), run, listener).train();
    }
    assertThat(training).hasSize(2 * ToyRun.STEPS_PER_EPOCH).containsOnly(true);
    assertThat(ToyRun.metrics(dir("a")).stream().filter(l -> l.has("knn_top1")))
        .extracting(l -> l.path("step").asInt() + " " + l.path("knn_top1").asDouble())
        .containsExactly("11 0.1", "22 0.2");
  }

  @Test
  void aReportSaysHowItGoes() throws IOException {
    List<Listener.Step> steps = new ArrayList<>();
    TrainConfig config = new TrainConfig(2, 4, 1, 0, Precision.FP32, 3, 1, 4, 0, 1, 1);
    Listener listener =
        new Listener() {
          @Override
          public void onStep(Step step) {
            steps.add(step);
          }
        };
    ToyMethod method = new ToyMethod();
    try (RunDirectory run = new RunDirectory(dir("a"))) {
      ToyRun.trainer(method, PLAIN, config, run, listener).train();
    }
    // Every fourth step, and an epoch's last.
    assertThat(steps)
        .extracting(Listener.Step::step)
        .containsExactly(4L, 8L, 11L, 12L, 16L, 20L, 22L);
    Listener.Step one = steps.get(3);
    assertThat(one.epoch()).isEqualTo(1);
    assertThat(one.totalSteps()).isEqualTo(22);
    assertThat(one.chanceLoss()).isEqualTo(1);
    // One step since the last report: mean and latest are the same.
    assertThat(one.figures().get("half")).isCloseTo(one.loss() / 2, within(1e-6));
    assertThat(one.imagesPerSecond()).isPositive();
    assertThat(one.waitShare()).isBetween(0.0, 1.0);
  }

  @Test
  void moreAccumulationThanAnEpochHasIsRefused() throws IOException {
    TrainConfig config = new TrainConfig(1, 4, 12, 0, Precision.FP32, 3, 1, 1, 0, 1, 1);
    try (RunDirectory run = new RunDirectory(dir("a"))) {
      assertThatThrownBy(() -> ToyRun.trainer(new ToyMethod(), PLAIN, config, run, SILENT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("train.accumulate: 12 batches a step, but an epoch has only 11");
    }
  }

  @Test
  void acceleratedArithmeticTrainsToo() throws IOException {
    TrainConfig config = new TrainConfig(1, ToyRun.BATCH, 1, 1, Precision.BF16, 3, 1, 1, 0, 1, 1);
    ToyRun.train(dir("bf16"), config, SILENT);
    ToyRun.train(
        dir("fp32"),
        new TrainConfig(1, ToyRun.BATCH, 1, 1, Precision.FP32, 3, 1, 1, 0, 1, 1),
        SILENT);
    double bf16 = losses(dir("bf16")).get(0);
    double fp32 = losses(dir("fp32")).get(0);
    assertThat(bf16).isNotEqualTo(fp32).isCloseTo(fp32, within(0.05 * fp32));
  }

  private static void train(ToyMethod method, Path directory, TrainConfig config)
      throws IOException {
    try (RunDirectory run = new RunDirectory(directory)) {
      ToyRun.trainer(method, PLAIN, config, run, SILENT).train();
    }
  }

  /** Two epochs, stopped after a step; −1 for never. */
  private static Outcome run(Method method, OptimiserConfig optimiser, Path directory, long stopAt)
      throws IOException {
    Trainer[] trainer = new Trainer[1];
    Listener listener =
        new Listener() {
          @Override
          public void onStep(Step step) {
            if (step.step() == stopAt) {
              trainer[0].requestStop();
            }
          }
        };
    try (RunDirectory run = new RunDirectory(directory)) {
      trainer[0] = ToyRun.trainer(method, optimiser, ToyRun.config(2), run, listener);
      return trainer[0].train();
    }
  }

  private record Notices(List<String> said) implements Listener {
    @Override
    public void onNotice(String message) {
      said.add(message);
    }
  }

  private static List<Double> losses(Path directory) throws IOException {
    return ToyRun.metrics(directory).stream()
        .filter(l -> l.has("loss"))
        .map(l -> l.path("loss").asDouble())
        .toList();
  }

  private Path dir(String name) {
    return folder.resolve(name);
  }
}
