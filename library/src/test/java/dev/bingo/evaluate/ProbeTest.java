package dev.bingo.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.Golden;
import dev.bingo.image.ImageSource;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ProbeTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void goldenStepsOfTheClassifier() {
    Golden golden = Golden.load("15-eval/linear");
    Tensor x = golden.tensor("features");
    Tensor labels = golden.tensor("labels");
    SoftmaxRegression model =
        new SoftmaxRegression(1, golden.tensor("weight"), golden.tensor("bias"));
    Tensor rates = model.rates(new double[] {golden.scalar("lr")});
    int batch = (int) golden.scalar("batch");
    for (int s = 0; s < golden.scalar("steps"); s++) {
      long[] rows = new long[batch];
      for (int i = 0; i < batch; i++) {
        rows[i] = ((long) s * batch + i) % x.size(0);
      }
      Features part = new Features(x, labels, 0).rows(rows);
      Tensor ranks = model.ranks(0, part.values(), part.labels());
      golden.assertClose("step" + s + ".acc1", Ranks.percentWithin(ranks, 1));
      golden.assertClose("step" + s + ".acc5", Ranks.percentWithin(ranks, 5));
      Tensor loss =
          model.step(
              part.values(),
              part.labels(),
              rates,
              new Sgd(golden.scalar("momentum"), false, golden.scalar("weight_decay")));
      golden.assertClose("step" + s + ".loss", loss.item_double());
    }
    golden.assertClose("weight_after", model.weight());
    golden.assertClose("bias_after", model.bias());
    Tensor test = golden.tensor("test_features");
    golden.assertClose("test_logits", model.logits(test).squeeze(1));
    Tensor ranks = model.ranks(0, test, golden.tensor("test_labels"));
    golden.assertClose("test_acc1", Ranks.percentWithin(ranks, 1));
    golden.assertClose("test_acc5", Ranks.percentWithin(ranks, 5));
  }

  @Test
  void modelsTrainedTogetherAreThoseTrainedAlone() {
    Features data = Toy.blobs(64, 5, 3, 1, 1);
    double[] rates = {.01, .5};
    Sgd decayed = Sgd.PLAIN.withWeightDecay(1e-3);
    SoftmaxRegression both = SoftmaxRegression.start(2, 3, 5, 4);
    for (int s = 0; s < 5; s++) {
      both.step(data.values(), data.labels(), both.rates(rates), decayed);
    }
    for (int m = 0; m < 2; m++) {
      SoftmaxRegression one = SoftmaxRegression.start(1, 3, 5, 4);
      for (int s = 0; s < 5; s++) {
        one.step(data.values(), data.labels(), one.rates(new double[] {rates[m]}), decayed);
      }
      double apart =
          both.logits(data.values())
              .select(1, m)
              .sub(one.logits(data.values()).select(1, 0))
              .abs()
              .max()
              .item_double();
      assertThat(apart).isLessThan(1e-5);
    }
  }

  @Test
  void weightDecayPullsTheWeightsIn() {
    SoftmaxRegression model =
        new SoftmaxRegression(
            1, Tensors.of(new float[] {1, 1}, 2, 1), Tensors.of(new float[] {0, 0}, 2));
    Tensor rates = model.rates(new double[] {.1});
    // The feature is 0, so the decay is all the gradient: 1 - 0.1 * 0.5.
    model.step(
        Tensors.of(new float[] {0}, 1, 1),
        Tensors.of(new long[] {0}, 1),
        rates,
        new Sgd(0, false, .5));
    assertThat(model.weight().min().item_double()).isCloseTo(.95, within(1e-6));
  }

  @Test
  void theFastProbeSeparatesWhatIsSeparable() {
    Features train = Toy.blobs(300, 16, 6, .3, 1);
    CachedProbe.Outcome outcome = CachedProbe.DEFAULT.run(train, Toy.blobs(90, 16, 6, .3, 2));
    assertThat(outcome.score().top1()).isGreaterThan(98);
    assertThat(outcome.heldOutTop1()).hasSize(CachedProbe.DEFAULT.learningRates().length);
    assertThat(outcome.confusion().recall(2)).isGreaterThan(90);
    assertThat(outcome.score().protocol()).contains("fast linear probe");
  }

  @Test
  void theFastProbeIsAtChanceOnNoise() {
    Features train = Toy.blobs(400, 8, 4, 1e6, 1);
    double top1 = CachedProbe.DEFAULT.run(train, Toy.blobs(400, 8, 4, 1e6, 2)).score().top1();
    assertThat(top1).isBetween(15.0, 36.0);
  }

  @Test
  void theFastProbeRepeatsItself() {
    Features train = Toy.blobs(200, 9, 3, 2, 1);
    Features test = Toy.blobs(100, 9, 3, 2, 2);
    CachedProbe.Outcome first = CachedProbe.DEFAULT.run(train, test);
    CachedProbe.Outcome second = CachedProbe.DEFAULT.run(train, test);
    assertThat(second.score()).isEqualTo(first.score());
    assertThat(second.heldOutTop1()).isEqualTo(first.heldOutTop1());
    assertThat(second.confusion().counts()).isDeepEqualTo(first.confusion().counts());
  }

  @Test
  void scalingUsesTheTrainingSetAlone() {
    Tensor train = Tensors.of(new float[] {1, 5, 3, 5}, 2, 2);
    Scaling.Fitted fitted = Scaling.STANDARDISED.fit(train);
    assertThat(Tensors.toFloats(fitted.apply(train))).containsExactly(-1, 0, 1, 0);
    assertThat(Tensors.toFloats(fitted.apply(Tensors.of(new float[] {5, 5}, 1, 2))))
        .containsExactly(3, 0);
    Scaling.Fitted unit = Scaling.UNIT_STANDARDISED.fit(train);
    Tensor longer = Tensors.of(new float[] {10, 50}, 1, 2);
    Tensor shorter = Tensors.of(new float[] {1, 5}, 1, 2);
    assertThat(unit.apply(longer).allclose(unit.apply(shorter))).isTrue();
  }

  @Test
  void schedulesAreThePapers() {
    LinearProbe.Schedule moco = LinearProbe.MOCO.schedule();
    assertThat(moco.rate(59, 100)).isEqualTo(30);
    assertThat(moco.rate(60, 100)).isCloseTo(3, within(1e-9));
    assertThat(moco.rate(79, 100)).isCloseTo(3, within(1e-9));
    assertThat(moco.rate(80, 100)).isCloseTo(.3, within(1e-9));
    LinearProbe.Schedule bingo = LinearProbe.BINGO.schedule();
    assertThat(bingo.rate(0, 120)).isEqualTo(30);
    assertThat(bingo.rate(60, 120)).isCloseTo(15.005, within(1e-9));
    assertThat(bingo.rate(60.9, 120)).isCloseTo(15.005, within(1e-9));
    LinearProbe.Schedule msvq = LinearProbe.MSVQ.schedule();
    assertThat(msvq.rate(0, 100)).isEqualTo(1);
    assertThat(msvq.rate(25.5, 100)).isCloseTo((1 + Math.cos(.255 * Math.PI)) / 2, within(1e-9));
    LinearProbe.Schedule compress = LinearProbe.COMPRESS.schedule();
    assertThat(compress.rate(14, 40)).isEqualTo(.01);
    assertThat(compress.rate(15, 40)).isCloseTo(.001, within(1e-9));
    assertThat(compress.rate(30, 40)).isCloseTo(.0001, within(1e-9));
  }

  @Test
  void nesterovsRuleIsPyTorchs() {
    Features data = Toy.blobs(16, 5, 3, 1, 1);
    SoftmaxRegression own = SoftmaxRegression.start(1, 3, 5, 4);
    Tensor weight = own.weight().clone().set_requires_grad(true);
    Tensor bias = own.bias().clone().set_requires_grad(true);
    SGDOptions options = new SGDOptions(.1);
    options.momentum().put(.9);
    options.nesterov().put(true);
    options.weight_decay().put(1e-3);
    SGD theirs = new SGD(new TensorVector(weight, bias), options);
    for (int step = 0; step < 4; step++) {
      Tensor rates = own.rates(new double[] {.1});
      own.step(data.values(), data.labels(), rates, Sgd.NESTEROV.withWeightDecay(1e-3));
      theirs.zero_grad();
      torch
          .cross_entropy_loss(
              torch.linear(data.values(), weight, new TensorOptional(bias)), data.labels())
          .backward();
      theirs.step();
    }
    assertThat(own.weight().sub(weight).abs().max().item_double()).isLessThan(1e-6);
    assertThat(own.bias().sub(bias).abs().max().item_double()).isLessThan(1e-6);
  }

  @Test
  void everyNamedProtocolLearnsAndSaysWhichItIs() {
    Toy.MeanColour backbone = new Toy.MeanColour();
    Embeddings.Options options = Embeddings.Options.of(8, Normalisation.HALF);
    Toy.Colours train = new Toy.Colours(50, 1);
    Toy.Colours test = new Toy.Colours(20, 2);
    for (String name : LinearProbe.names()) {
      LinearProbe probe = LinearProbe.named(name).with(6, 1);
      LinearProbe.Outcome outcome =
          probe.run(backbone, train, test, options, LinearProbe.Listener.NONE);
      assertThat(outcome.last().top1()).as(name).isGreaterThan(60);
      assertThat(outcome.last().protocol()).contains(probe.name() + " protocol: 6 epochs");
    }
    assertThatThrownBy(() -> LinearProbe.named("swaw")).hasMessageContaining("did you mean 'swav'");
  }

  @Test
  void theProbeOfThePapersLearnsColoursAndLeavesTheBackboneAsItWas() {
    Toy.MeanColour backbone = new Toy.MeanColour();
    backbone.train(true);
    backbone.norm.train(false);
    List<LinearProbe.EpochEnd> ends = new ArrayList<>();
    Embeddings.Options options = Embeddings.Options.of(8, Normalisation.HALF);
    LinearProbe probe =
        new LinearProbe("toy", 4, 16, new LinearProbe.Steps(1, .6, .8), Sgd.PLAIN, Scaling.NONE, 3);
    LinearProbe.Outcome outcome =
        probe.run(backbone, new Toy.Colours(50, 1), new Toy.Colours(20, 2), options, ends::add);
    assertThat(outcome.last().top1()).isEqualTo(100);
    assertThat(ends).hasSize(4);
    assertThat(ends.get(3).loss()).isLessThan(ends.get(0).loss());
    assertThat(backbone.is_training()).isTrue();
    assertThat(backbone.norm.is_training()).isFalse();
    assertThat(Tensors.named(backbone.norm).get("num_batches_tracked").item_long()).isZero();
  }

  @Test
  void aBatchOfUnreadableImagesTeachesNothing() {
    List<LinearProbe.EpochEnd> ends = new ArrayList<>();
    Embeddings.Options options = Embeddings.Options.of(8, Normalisation.HALF);
    LinearProbe probe =
        new LinearProbe("toy", 4, 1, new LinearProbe.Steps(1, .6, .8), Sgd.PLAIN, Scaling.NONE, 3);
    ImageSource train = Toy.withBad(new Toy.Colours(30, 1), 4, 17);
    LinearProbe.Outcome outcome =
        probe.run(new Toy.MeanColour(), train, new Toy.Colours(20, 2), options, ends::add);
    assertThat(ends).allSatisfy(end -> assertThat(end.loss()).isFinite());
    assertThat(outcome.last().top1()).isEqualTo(100);
  }

  @Test
  void aSetWithoutLabelsIsRefused() {
    Features data =
        new Features(Tensors.of(new float[] {1, 2}, 2, 1), Tensors.of(new long[] {-1, 0}, 2), 0);
    assertThatThrownBy(() -> CachedProbe.DEFAULT.run(data, data))
        .hasMessageContaining("image 0 has no label");
  }
}
