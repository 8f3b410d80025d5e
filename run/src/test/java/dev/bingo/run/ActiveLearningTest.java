package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.evaluate.Confusion;
import dev.bingo.evaluate.Features;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.SourceOptions;
import dev.bingo.image.SourceOptions.Kind;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.Curves.Point;
import dev.bingo.select.Strategy;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActiveLearningTest {
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Engine.start();
  }

  /** Four classes, one of them with a tenth of the others' images. */
  private static Features blobs(int each, long seed) {
    List<float[]> rows = new ArrayList<>();
    List<Long> labels = new ArrayList<>();
    Draws draws = Draws.of(seed);
    for (int c = 0; c < 4; c++) {
      for (int i = 0; i < (c == 3 ? each / 10 : each); i++) {
        float[] row = new float[8];
        for (int d = 0; d < 8; d++) {
          row[d] = (float) (.3 * draws.normal() + (d == c ? 1 : 0));
        }
        rows.add(row);
        labels.add((long) c);
      }
    }
    float[] all = new float[rows.size() * 8];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i), 0, all, i * 8, 8);
    }
    long[] of = labels.stream().mapToLong(l -> l).toArray();
    return new Features(Tensors.of(all, rows.size(), 8), Tensors.of(of, of.length), 0);
  }

  @Test
  void whatIsChosenFindsARareClassSoonerThanADraw() throws IOException {
    try (PointerScope scope = new PointerScope()) {
      FixedLearner learner = new FixedLearner(blobs(200, 1), blobs(100, 2), true);
      ActiveLearning plan = new ActiveLearning(8, 6, 2, List.of(Strategy.CORE_SET), 2, 0, 10);
      Curves curves = plan.run(learner, Console.SILENT);
      assertThat(curves.points()).hasSize(2 * 2 * 3);
      assertThat(curves.againstRandom()).contains("core-set").contains("above random");
      // All start from the same images.
      assertThat(
              curves.points().stream()
                  .filter(p -> p.round() == 0 && p.seed() == 1)
                  .map(Point::macroF1)
                  .distinct())
          .hasSize(1);
      assertThat(curves.table(Point::macroF1).lines().map(String::length))
          .allMatch(length -> length <= 80);
      assertThat(curves.csv()).contains("core-set,1,2,20,");
      ActiveLearning once = new ActiveLearning(8, 6, 1, List.of(), 1, 0, 10);
      assertThat(once.run(learner, Console.SILENT).points())
          .isEqualTo(curves.points().subList(0, 2));
    }
  }

  @Test
  void aSetThatIsTooSmallIsRefused() {
    ActiveLearning plan = new ActiveLearning(100, 50, 4, List.of(), 1, 0, 10);
    assertThatThrownBy(() -> plan.check(299))
        .hasMessageContaining("100 images at first and 4 rounds of 50 are 300");
    assertThat(plan.strategies()).containsExactly(Strategy.RANDOM);
  }

  @Test
  void theJointLearnerIsTrainedAnewInEachRoundAndLeavesNothing() throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 120, 40);
    SourceOptions options = SourceOptions.DEFAULT.withKind(Kind.IDX);
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    try (ImageSource pool = ImageSources.open(data, options.withSplit(Split.TRAIN));
        ImageSource test = ImageSources.open(data, options.withSplit(Split.TEST))) {
      JointLearner learner =
          new JointLearner(recipe(), pool, test, scratch, false, false, Console.SILENT);
      ActiveLearning plan =
          new ActiveLearning(24, 8, 1, List.of(Strategy.MARGIN_CORE_SET), 1, 0, 10);
      Curves curves = plan.run(learner, Console.SILENT);
      assertThat(curves.points()).extracting(Point::labels).containsExactly(24, 32, 24, 32);
      assertThat(curves.points()).allMatch(p -> p.accuracy() >= 0 && p.accuracy() <= 100);
      // The second round's training is another one.
      assertThat(curves.points().get(0).macroF1()).isEqualTo(curves.points().get(2).macroF1());
      assertThatThrownBy(() -> learner.check(10)).hasMessageContaining("mobyv2al.queue");
      JointLearner leaking =
          new JointLearner(recipe(), pool, test, scratch, false, true, Console.SILENT);
      try (PointerScope scope = new PointerScope()) {
        int[] labelled = IntStream.range(0, 24).toArray();
        assertThat(features(leaking.learn(labelled, 0)))
            .isNotEqualTo(features(learner.learn(labelled, 0)));
      }
    }
    try (Stream<Path> left = Files.list(scratch)) {
      assertThat(left).isEmpty();
    }
  }

  private static float[] features(Learner.Learnt learnt) {
    return Tensors.toFloats(learnt.pool().block(0, 1));
  }

  private static Recipe recipe() {
    return Recipes.read(
        "mobyv2al-cifar10",
        List.of(
            "mobyv2al.queue=24",
            "mobyv2al.hidden=16",
            "data.size=16",
            "data.normalise=half",
            "student.arch=cifar_resnet20",
            "train.batch=16",
            "train.epochs=1",
            "train.precision=fp32"));
  }

  @Test
  void macroF1CountsARareClassAsMuchAsACommonOne() {
    // 8 of 10 of the first right; the second, of two, once taken for the first.
    Confusion confusion = new Confusion(new long[][] {{8, 2}, {1, 1}}, List.of("a", "b"));
    assertThat(confusion.accuracy()).isEqualTo(75);
    double f1 = (16.0 / 19 + 2.0 / 5) / 2;
    assertThat(confusion.macroF1()).isCloseTo(100 * f1, within(1e-9));
  }

  @Test
  void rareClassesKeepAShareAndTheOthersAll() throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 200, 20);
    try (ImageSource all = ImageSources.open(data, SourceOptions.DEFAULT.withKind(Kind.IDX));
        ImageSource cut = RareClasses.cut(all, .1)) {
      int[] counts = new int[10];
      IntStream.range(0, cut.size()).forEach(i -> counts[cut.label(i)]++);
      assertThat(counts).containsExactly(2, 2, 2, 2, 2, 20, 20, 20, 20, 20);
      assertThatThrownBy(() -> RareClasses.cut(all, 0)).hasMessageContaining("--rare");
    }
  }
}
