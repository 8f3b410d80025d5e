package dev.bingo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.method.CachedKeys;
import dev.bingo.method.Keys;
import dev.bingo.method.Method;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Progress;
import dev.bingo.method.Teacher;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.view.Normalisation;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCacheTest {
  private static final int N = ToyRun.IMAGES;
  private static final List<View> BINGO = ToyRun.BINGO.views();

  @TempDir Path folder;
  private Path keys;
  private PointerScope scope;

  @BeforeEach
  void openScope() {
    Engine.start();
    scope = new PointerScope();
    keys = folder.resolve("keys");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private CachedKeys make(Teacher teacher, List<View> views, int epochs, int accumulate, String of)
      throws IOException {
    TrainConfig config = ToyRun.config(epochs);
    return KeyCache.make(
        keys,
        teacher,
        new ToyImages(N, ToyRun.CLASSES),
        ToyRun.MATES,
        Normalisation.HALF,
        new Device("cpu"),
        Precision.FP32,
        new KeyCache.Plan(views, epochs, config.batch(), accumulate, config.seed(), 2),
        Map.of("teacher", of),
        (done, total) -> {});
  }

  private CachedKeys make(int epochs) throws IOException {
    return make(ToyRun.teacher(BatchNormMode.BATCH, 2), BINGO, epochs, 1, "a");
  }

  private List<Double> losses(Method method, TrainConfig config, String name) throws IOException {
    Path out = folder.resolve(name);
    try (RunDirectory run = new RunDirectory(out)) {
      ToyRun.trainer(method, ToyRun.SGD, config, run, new Listener() {}).train();
    }
    return ToyRun.metrics(out).stream()
        .map(line -> line.get("loss"))
        .filter(Objects::nonNull)
        .map(JsonNode::doubleValue)
        .toList();
  }

  private static void assertAlike(List<Double> actual, List<Double> expected) {
    assertThat(actual).isNotEmpty().hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      // Half precision: eleven bits.
      assertThat(actual.get(i)).as("step " + i).isCloseTo(expected.get(i), within(1e-3));
    }
  }

  @Test
  void trainingOnRecordedEpochsIsTrainingBesideTheTeacher() throws IOException {
    TrainConfig config = ToyRun.config(2);
    List<Double> online = losses(ToyRun.bingo(), config, "online");
    assertAlike(losses(ToyRun.bingo(make(2)), config, "cached"), online);
  }

  @Test
  void soItIsWhereAStepHasSeveralBatches() throws IOException {
    TrainConfig c = ToyRun.config(2);
    TrainConfig two = new TrainConfig(2, c.batch(), 2, 0, Precision.FP32, 3, 2, 1, 4, 1, 3);
    List<Double> online = losses(ToyRun.bingo(), two, "online");
    Keys cached = make(ToyRun.teacher(BatchNormMode.BATCH, 2), BINGO, 2, 2, "a");
    assertAlike(losses(ToyRun.bingo(cached), two, "cached"), online);
  }

  @Test
  void soItIsForKeysOfSmallCropsByRunningStatistics() throws IOException {
    TrainConfig config = ToyRun.config(2);
    List<Double> online = losses(ToyRun.seed(), config, "online");
    Teacher teacher = ToyRun.teacher(BatchNormMode.RUNNING, 1);
    Keys cached = make(teacher, ToyRun.SEED.views(), 2, 1, "a");
    assertThat(cached.recording()).isEqualTo(new Recording(2, false));
    assertAlike(losses(ToyRun.seed(cached), config, "cached"), online);
  }

  @Test
  void laterEpochsRepeatTheRecordedKeys() throws IOException {
    List<Double> online = losses(ToyRun.bingo(), ToyRun.config(2), "online");
    Keys cached = make(1);
    assertThat(cached.recording()).isEqualTo(new Recording(1, true));
    List<Double> repeated = losses(ToyRun.bingo(cached), ToyRun.config(2), "cached");
    int steps = ToyRun.STEPS_PER_EPOCH;
    assertThat(repeated).hasSize(2 * steps).allMatch(Double::isFinite);
    // Both were under way with the same rate for as long as the first epoch lasts.
    assertAlike(repeated.subList(0, steps), online.subList(0, steps));
    assertThat(repeated.get(steps)).isNotCloseTo(online.get(steps), within(1e-3));
  }

  @Test
  void rowsOfADroppedBatchHoldNoKeyAndAllOthersDo() throws IOException {
    Keys cached = make(1);
    Tensor all = torch.arange(new Scalar(N));
    Images images = new Images(List.of(), all, all, Precision.FP32);
    for (Tensor rows : cached.keys(images, new Progress(0, 0, 1, 1, 0), 1, 3)) {
      long whole = rows.isfinite().all(1).sum().item_long();
      assertThat(whole).isEqualTo(ToyRun.STEPS_PER_EPOCH * ToyRun.BATCH).isLessThan(N);
      assertThat(rows.isnan().all(1).sum().item_long()).isEqualTo(N - whole);
    }
  }

  @Test
  void anInterruptedCacheIsGoneOnWithAndMoreEpochsAreAdded() throws IOException {
    make(1);
    Path first = CachedKeys.file(keys, 0, BINGO.get(1));
    Object before = Files.getLastModifiedTime(first);
    make(2);
    Path last = CachedKeys.file(keys, 1, BINGO.get(3));
    byte[] whole = Files.readAllBytes(last);
    Files.delete(last);
    make(2);
    assertThat(Files.readAllBytes(last)).isEqualTo(whole);
    assertThat(Files.getLastModifiedTime(first)).isEqualTo(before);
  }

  @Test
  void keysOfAnotherTeacherOrSettingAreRefusedByName() throws IOException {
    Teacher teacher = ToyRun.teacher(BatchNormMode.BATCH, 2);
    make(teacher, BINGO, 1, 1, "a");
    assertThatThrownBy(() -> make(teacher, BINGO, 1, 1, "b"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another teacher")
        .hasMessageContaining("delete the folder");
    assertThatThrownBy(() -> make(teacher, ToyRun.SEED.views(), 1, 1, "a"))
        .hasMessageContaining("another views");
    assertThatThrownBy(() -> make(teacher, BINGO, 1, 2, "a"))
        .hasMessageContaining("another accumulate");
    assertThatThrownBy(() -> new CachedKeys(keys, BINGO, new Recording(1, true), N + 1, 2))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("[" + (N + 1) + ", 6]");
  }

  @Test
  void aTrainingOnRepeatedKeysResumesExactly() throws IOException {
    TrainConfig config = ToyRun.config(3);
    losses(ToyRun.bingo(make(1)), config, "whole");
    Path cut = folder.resolve("cut");
    try (RunDirectory run = new RunDirectory(cut)) {
      Trainer[] trainer = new Trainer[1];
      Listener stop =
          new Listener() {
            @Override
            public void onStep(Step step) {
              if (step.step() == ToyRun.STEPS_PER_EPOCH + 5) {
                trainer[0].requestStop();
              }
            }
          };
      trainer[0] = ToyRun.trainer(ToyRun.bingo(make(1)), ToyRun.SGD, config, run, stop);
      assertThat(trainer[0].train()).isEqualTo(Trainer.Outcome.STOPPED);
    }
    losses(ToyRun.bingo(make(1)), config, "cut");
    assertThat(ToyRun.metrics(cut)).isEqualTo(ToyRun.metrics(folder.resolve("whole")));
  }
}
