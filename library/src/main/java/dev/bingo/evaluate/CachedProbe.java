package dev.bingo.evaluate;

import dev.bingo.torch.BlasThreads;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Names;
import dev.bingo.torch.Workers;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The fast linear probe: a linear classifier on features that were extracted once. Several learning
 * rates are tried at once on a part of the training set, judged on the rest of it, and the best is
 * trained again on all. The test set is looked at once.
 *
 * <p>How far it is from the papers' protocol, {@link LinearProbe}: {@link #DIFFERENCE}.
 *
 * @param learningRates to choose from; each falls to 0 by a half cosine
 * @param epochs over the training features
 * @param batch features at once
 * @param sgd its rule
 * @param heldOut share of the training set that chooses the learning rate
 * @param scaling of the features
 * @param seed of the start, the order and the share
 */
public record CachedProbe(
    double[] learningRates,
    int epochs,
    int batch,
    Sgd sgd,
    double heldOut,
    Scaling scaling,
    long seed) {

  /** Seconds for 40,000 x 512 features on two cores. */
  public static final CachedProbe DEFAULT =
      new CachedProbe(
          new double[] {.001, .003, .01, .03, .1}, 20, 512, Sgd.PLAIN, .1, Scaling.STANDARDISED, 0);

  /** What makes its numbers others than those of the papers' protocol, one sentence. */
  public static final String DIFFERENCE =
      "The fast probe is trained on one centre crop of each image, where the papers' protocol draws"
          + " a new crop and flip in each of its 100 epochs; it standardises the features and"
          + " chooses its learning rate on a held-out part of the training set, where the papers fix"
          + " it.";

  public CachedProbe {
    learningRates = learningRates.clone();
    if (learningRates.length == 0 || Arrays.stream(learningRates).anyMatch(r -> !(r > 0))) {
      throw new IllegalArgumentException(
          "probe learning rates: expected positive numbers, got " + Arrays.toString(learningRates));
    }
    if (epochs < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "probe: expected epochs and batch of at least 1, got " + epochs + " and " + batch);
    }
    if (!(heldOut > 0 && heldOut < 1)) {
      throw new IllegalArgumentException("probe held-out share: expected 0 to 1, got " + heldOut);
    }
  }

  /**
   * What came out.
   *
   * @param score on the test set
   * @param confusion on the test set
   * @param learningRate that was chosen
   * @param heldOutTop1 of each learning rate, percent on the held-out part
   */
  public record Outcome(
      Score score, Confusion confusion, double learningRate, double[] heldOutTop1) {}

  /**
   * Trains on one set of features and judges on another; classes are the same where {@link
   * ClassMatch} says so.
   *
   * @throws IllegalArgumentException where labels are missing, widths differ, no class is on both
   *     sides, or the training set has fewer than two images
   */
  public Outcome run(Features train, Features test) {
    if (train.width() != test.width()) {
      throw new IllegalArgumentException(
          "training features have " + train.width() + " numbers, test features " + test.width());
    }
    if (train.size() < 2) {
      throw new IllegalArgumentException("a probe needs at least 2 training images");
    }
    try (PointerScope scope = new PointerScope()) {
      ClassMatch match = ClassMatch.of(train, test);
      int classes = match.names().size();
      Scaling.Fitted fitted = scaling.fit(train.values());
      Features scaled =
          train.labelled(match.bank(train.labels())).with(fitted.apply(train.values()));
      double[] heldOutTop1 = sweep(scaled, classes);
      int best = 0;
      for (int i = 1; i < heldOutTop1.length; i++) {
        best = heldOutTop1[i] > heldOutTop1[best] ? i : best;
      }
      double rate = learningRates[best];
      SoftmaxRegression model;
      try (BlasThreads.Scope one = Workers.one()) {
        model = train(rate, scaled, classes);
      }
      Tensor testX = fitted.apply(test.values());
      Tensor labels = match.queries(test.labels());
      Tensor ranks = model.ranks(0, testX, labels);
      Score score =
          new Score(
              protocol(train, rate),
              test.size(),
              Ranks.percentWithin(ranks, 1),
              Ranks.percentWithin(ranks, 5));
      Tensor given = model.predictions(0, testX);
      return new Outcome(score, Confusion.of(labels, given, match.names()), rate, heldOutTop1);
    }
  }

  /** Top-1 on the held-out part, by learning rate. */
  private double[] sweep(Features all, int classes) {
    if (learningRates.length == 1) {
      return new double[] {Double.NaN};
    }
    long[] order =
        Arrays.stream(Draws.of(seed, -1).permutation(all.size())).asLongStream().toArray();
    int out = (int) Math.max(1, Math.min(all.size() - 1L, Math.round(heldOut * all.size())));
    Features judge = all.rows(Arrays.copyOf(order, out));
    Features rest = all.rows(Arrays.copyOfRange(order, out, order.length));
    double[] top1 = new double[learningRates.length];
    Workers.run(
        top1.length,
        () ->
            i -> {
              try (PointerScope scope = new PointerScope()) {
                SoftmaxRegression model = train(learningRates[i], rest, classes);
                top1[i] = Ranks.percentWithin(model.ranks(0, judge.values(), judge.labels()), 1);
              }
            });
    return top1;
  }

  private SoftmaxRegression train(double rate, Features on, int classes) {
    SoftmaxRegression model = SoftmaxRegression.start(1, classes, on.width(), seed);
    int batches = (on.size() + batch - 1) / batch;
    for (int epoch = 0; epoch < epochs; epoch++) {
      try (PointerScope scope = new PointerScope()) {
        long[] order =
            Arrays.stream(Draws.of(seed, epoch).permutation(on.size())).asLongStream().toArray();
        for (int b = 0; b < batches; b++) {
          try (PointerScope step = new PointerScope()) {
            int end = Math.min(on.size(), (b + 1) * batch);
            Features part = on.rows(Arrays.copyOfRange(order, b * batch, end));
            double progress = (epoch + (double) b / batches) / epochs;
            double now = rate * (1 + Math.cos(Math.PI * progress)) / 2;
            model.step(part.values(), part.labels(), model.rates(new double[] {now}), sgd);
          }
        }
      }
    }
    return model;
  }

  private String protocol(Features train, double rate) {
    return String.format(
        Locale.ROOT,
        "fast linear probe, %d epochs of SGD on cached centre-crop features of %d images%s, scaling"
            + " %s, learning rate %s of %d tried",
        epochs,
        train.size(),
        train.imageSize() > 0 ? " at " + train.imageSize() + " px" : "",
        Names.spell(scaling),
        rate,
        learningRates.length);
  }
}
