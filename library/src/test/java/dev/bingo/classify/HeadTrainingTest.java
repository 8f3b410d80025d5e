package dev.bingo.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.classify.HeadTraining.Outcome;
import dev.bingo.evaluate.ConfidentLearning.Suspect;
import dev.bingo.evaluate.LogisticRegression;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HeadTrainingTest {
  private static final List<String> NAMES = List.of("a", "b", "c");

  @BeforeAll
  static void start() {
    Engine.start();
  }

  /** Clouds around a corner of a simplex each, in a large offset that scaling has to take away. */
  private static Labelled clouds(int[] sizes, int width, double distance, long seed) {
    int n = Arrays.stream(sizes).sum();
    float[] x = new float[n * width];
    int[] labels = new int[n];
    int row = 0;
    Draws draws = Draws.of(seed);
    for (int c = 0; c < sizes.length; c++) {
      for (int i = 0; i < sizes[c]; i++, row++) {
        labels[row] = c;
        for (int d = 0; d < width; d++) {
          x[row * width + d] = (float) (50 + draws.normal() + (d == c ? distance : 0));
        }
      }
    }
    int[] groups = IntStream.range(0, n).toArray();
    return new Labelled(Tensors.of(x, n, width), labels, groups, NAMES.subList(0, sizes.length));
  }

  private static Outcome train(Labelled data, Balance balance) {
    return new HeadTraining(balance, 5, 0).run(data, ProgressListener.NONE);
  }

  @Test
  void aRegressionEndsWhereNoDirectionIsBetter() {
    try (PointerScope scope = new PointerScope()) {
      Labelled data = clouds(new int[] {40, 20, 10}, 6, 2, 1);
      Tensor x = data.features().sub(new Scalar(50.0));
      Tensor labels = data.labelTensor();
      double[] weights = Balance.CLASSES.weights(data.labels(), 3);
      double l2 = 0.05;
      LogisticRegression fitted =
          LogisticRegression.fit(x, labels, HeadTraining.floats(weights), 3, l2, null);
      double least = loss(x, data, weights, l2, fitted.weight(), fitted.bias());
      Draws draws = Draws.of(3);
      for (int way = 0; way < 20; way++) {
        Tensor step = fitted.weight().clone();
        float[] noise = new float[18];
        for (int i = 0; i < noise.length; i++) {
          noise[i] = (float) (0.02 * draws.normal());
        }
        step.add_(Tensors.of(noise, 3, 6));
        assertThat(loss(x, data, weights, l2, step, fitted.bias())).isGreaterThan(least);
      }
      Tensor bias = fitted.bias().clone();
      bias.narrow(0, 0, 1).add_(new Scalar(0.05));
      assertThat(loss(x, data, weights, l2, fitted.weight(), bias)).isGreaterThan(least);
    }
  }

  private static double loss(
      Tensor x, Labelled data, double[] weights, double l2, Tensor weight, Tensor bias) {
    float[] logs = Tensors.toFloats(x.mm(weight.t()).add(bias).log_softmax(1));
    double loss = 0;
    for (int i = 0; i < weights.length; i++) {
      loss -= weights[i] * logs[3 * i + data.labels()[i]];
    }
    return loss / Arrays.stream(weights).sum() + l2 / 2 * weight.square().sum().item_double();
  }

  @Test
  void theSameLabelsGiveTheSameHead() {
    try (PointerScope scope = new PointerScope()) {
      Labelled data = clouds(new int[] {30, 30, 30}, 8, 2, 2);
      assertThat(train(data, Balance.CLASSES).head().weight())
          .isDeepEqualTo(train(data, Balance.CLASSES).head().weight());
    }
  }

  /** What the folds promise of unseen images must hold for images that nobody has seen. */
  @Test
  void whatIsExpectedHoldsForOthers() {
    try (PointerScope scope = new PointerScope()) {
      Labelled data = clouds(new int[] {150, 150, 150}, 20, 1.5, 3);
      Labelled others = clouds(new int[] {300, 300, 300}, 20, 1.5, 4);
      Outcome outcome = train(data, Balance.CLASSES);
      float[][] given = Temperature.probabilities(outcome.head().logits(others.features()), 1);
      double[] even = Balance.IMAGES.weights(others.labels(), 3);
      Judgement real = Judgement.of(others.labels(), given, even, NAMES);
      Judgement expected = outcome.unseen().after();
      assertThat(expected.confusion().accuracy())
          .isCloseTo(real.confusion().accuracy(), within(6.0));
      assertThat(real.confusion().accuracy()).isGreaterThan(65);
      assertThat(real.calibrationError()).isLessThan(0.06);
      assertThat(outcome.tried().get(outcome.l2()))
          .isEqualTo(outcome.tried().values().stream().min(Double::compare).orElseThrow());
    }
  }

  @Test
  void aRareClassIsFoundWhereClassesCountTheSame() {
    try (PointerScope scope = new PointerScope()) {
      Labelled data = clouds(new int[] {200, 12}, 4, 1.5, 5);
      double rare = train(data, Balance.CLASSES).unseen().after().confusion().recall(1);
      double asTheyAre = train(data, Balance.IMAGES).unseen().after().confusion().recall(1);
      assertThat(rare).isGreaterThan(asTheyAre + 10);
    }
  }

  @Test
  void swappedLabelsAreSuspectsAndFewOthers() {
    try (PointerScope scope = new PointerScope()) {
      Labelled clean = clouds(new int[] {60, 60, 60}, 6, 4, 6);
      int[] labels = clean.labels().clone();
      for (int row : new int[] {30, 70, 150}) {
        labels[row] = (labels[row] + 1) % 3;
      }
      List<Suspect> suspects =
          train(new Labelled(clean.features(), labels, clean.groups(), NAMES), Balance.CLASSES)
              .unseen()
              .suspects();
      assertThat(suspects.stream().limit(3).map(Suspect::row))
          .containsExactlyInAnyOrder(30, 70, 150);
      assertThat(suspects).hasSizeLessThan(8);
      assertThat(suspects.get(0).support()).isGreaterThan(suspects.get(0).own());
    }
  }

  @Test
  void oneClassAloneIsRefused() {
    try (PointerScope scope = new PointerScope()) {
      assertThatThrownBy(() -> train(clouds(new int[] {10}, 3, 1, 0), Balance.CLASSES))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("two classes");
    }
  }

  @Test
  void foldsHaveTheirShareOfEachClassAndCopiesTogether() {
    int[] labels = IntStream.range(0, 60).map(i -> i < 50 ? 0 : 1).toArray();
    int[] groups = IntStream.range(0, 60).map(i -> i < 10 ? 0 : i).toArray();
    Folds folds = Folds.stratified(labels, groups, 5, 7);
    assertThat(Arrays.stream(folds.of()).limit(10).distinct().count()).isEqualTo(1);
    for (int fold = 0; fold < 5; fold++) {
      assertThat(Arrays.stream(folds.in(fold)).filter(i -> labels[i] == 1)).hasSize(2);
      assertThat(folds.in(fold).length + folds.outside(fold).length).isEqualTo(60);
    }
    assertThat(Folds.stratified(labels, groups, 5, 7).of()).isEqualTo(folds.of());
    assertThat(Folds.stratified(labels, groups, 5, 8).of()).isNotEqualTo(folds.of());
  }

  /** Labels drawn by known probabilities, from logits that are three times too sure. */
  @Test
  void theTemperatureIsThatOfTheLabels() {
    try (PointerScope scope = new PointerScope()) {
      int n = 6000;
      float[] logits = new float[2 * n];
      long[] labels = new long[n];
      double[] weights = new double[n];
      Draws draws = Draws.of(9);
      for (int i = 0; i < n; i++) {
        double right = draws.uniform(-3, 3);
        logits[2 * i] = (float) (3 * right);
        labels[i] = draws.chance(1 / (1 + Math.exp(-right))) ? 0 : 1;
        weights[i] = 1;
      }
      Tensor given = Tensors.of(logits, n, 2);
      double temperature =
          Temperature.fit(given, Tensors.of(labels, n), HeadTraining.floats(weights));
      assertThat(temperature).isCloseTo(3, within(0.25));
      int[] of = Arrays.stream(labels).mapToInt(Math::toIntExact).toArray();
      double sure =
          Judgement.of(of, Temperature.probabilities(given, 1), weights, NAMES.subList(0, 2))
              .calibrationError();
      double cooled =
          Judgement.of(
                  of, Temperature.probabilities(given, temperature), weights, NAMES.subList(0, 2))
              .calibrationError();
      assertThat(sure).isGreaterThan(0.1);
      assertThat(cooled).isLessThan(0.03);
    }
  }

  /** By hand: two bins, 0.9 of which 1 of 2 is right, 0.6 of which 2 of 2 are. */
  @Test
  void theCalibrationErrorIsTheMeanDistanceInItsBins() {
    float[][] p = {{.9f, .1f}, {.9f, .1f}, {.6f, .4f}, {.6f, .4f}};
    Judgement judged =
        Judgement.of(new int[] {0, 1, 0, 0}, p, new double[] {1, 1, 1, 1}, List.of("x", "y"));
    assertThat(judged.calibrationError()).isCloseTo(.5 * .4 + .5 * .4, within(1e-6));
    assertThat(judged.logLoss())
        .isCloseTo(-(Math.log(.9) + Math.log(.1) + 2 * Math.log(.6)) / 4, within(1e-6));
    Judgement first =
        Judgement.of(new int[] {0, 1, 0, 0}, p, new double[] {1, 0, 0, 0}, List.of("x", "y"));
    assertThat(first.calibrationError()).isCloseTo(.1, within(1e-6));
    assertThat(first.confusion().accuracy()).isEqualTo(75);
  }

  @Test
  void aThresholdKeepsAsMuchAsTheWantedAccuracyAllows() {
    int n = 100;
    int[] labels = new int[n];
    float[][] p = new float[n][];
    for (int i = 0; i < n; i++) {
      p[i] = new float[] {1 - i / 250f, i / 250f};
      // The surest 40 are right, of the others every second.
      labels[i] = i < 40 || i % 2 == 0 ? 0 : 1;
    }
    Rejection all = Rejection.at(0, labels, p);
    assertThat(all.kept()).isEqualTo(n);
    assertThat(all.right()).isEqualTo(70);
    Rejection sure = Rejection.forAccuracy(.9, labels, p).orElseThrow();
    assertThat(sure.accuracy()).isGreaterThanOrEqualTo(.9);
    assertThat(sure.kept()).isEqualTo(51);
    assertThat(Rejection.at(sure.threshold(), labels, p)).isEqualTo(sure);
    assertThat(Rejection.forAccuracy(1, labels, p).orElseThrow().kept()).isEqualTo(41);
    assertThat(Rejection.forCoverage(.25, labels, p).kept()).isEqualTo(25);
    assertThat(Rejection.forCoverage(1, labels, p).threshold()).isZero();
    int[] wrong = new int[n];
    Arrays.fill(wrong, 1);
    assertThat(Rejection.forAccuracy(.5, wrong, p)).isEmpty();
  }

  @Test
  void ofImagesThatAreAsSureNoneIsKeptWithoutTheOthers() {
    float[][] p = new float[30][];
    Arrays.fill(p, new float[] {.8f, .2f});
    Rejection kept = Rejection.forCoverage(.1, new int[30], p);
    assertThat(kept.kept()).isEqualTo(30);
  }

  @Test
  void aClassThatIsMissingFromAFoldIsStillLearnt() {
    try (PointerScope scope = new PointerScope()) {
      Outcome outcome = train(clouds(new int[] {30, 2, 30}, 4, 5, 8), Balance.CLASSES);
      assertThat(outcome.unseen().after().logLoss()).isFinite();
      assertThat(outcome.head().classes()).hasSize(3);
      assertThat(
              torch
                  .isfinite(outcome.head().logits(Tensors.of(new float[4], 1, 4)))
                  .all()
                  .item_bool())
          .isTrue();
    }
  }
}
