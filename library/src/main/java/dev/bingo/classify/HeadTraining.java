package dev.bingo.classify;

import dev.bingo.evaluate.LogisticRegression;
import dev.bingo.evaluate.Scaling.Moments;
import dev.bingo.export.ClassifierHead;
import dev.bingo.torch.Draws;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Trains a linear head on features that were extracted once. Cross-validation chooses the penalty
 * and gives every image the logits of a head that has not seen it; those say how far the head is to
 * be trusted, and its temperature. The head itself is then trained on all.
 *
 * @param balance what an image counts
 * @param folds of the cross-validation
 * @param seed of the folds
 */
public record HeadTraining(Balance balance, int folds, long seed) {
  /** Penalties that are tried, the strongest first, until they get worse. */
  private static final double[] PENALTIES = {
    100, 30, 10, 3, 1, .3, .1, .03, .01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6
  };

  /** So many worse ones in a row end the search. */
  private static final int PATIENCE = 2;

  /** Numbers of features that a penalty is chosen by; of more images, some are drawn. */
  private static final long MOST_NUMBERS = 20_000L * 512;

  private static final long PURPOSE = 0x4EAD;

  public HeadTraining {
    if (folds < 2) {
      throw new IllegalArgumentException("folds: expected 2 or more, got " + folds);
    }
  }

  /**
   * What came out.
   *
   * @param head with the temperature in its weights, that rejects nothing
   * @param l2 the penalty
   * @param tried cross-entropy on images that were not learnt from, by penalty
   * @param temperature in it
   * @param unseen what is to be expected of images that it has not seen
   */
  public record Outcome(
      ClassifierHead head,
      double l2,
      Map<Double, Double> tried,
      double temperature,
      Unseen unseen) {}

  /**
   * Trains.
   *
   * @throws IllegalArgumentException where there are fewer than two classes, or one without two
   *     unlike images
   */
  public Outcome run(Labelled data, ProgressListener listener) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      int classes = data.classes().size();
      Map<Double, Double> tried = new TreeMap<>();
      Progress progress = new Progress(listener, PENALTIES.length + 2);
      double l2 = choose(sample(data), tried, progress);
      Tensor logits = unseen(data, l2);
      progress.at(PENALTIES.length + 1);
      double[] weights = balance.weights(data.labels(), classes);
      Unseen unseen = Unseen.of(logits, data, split(data), weights);
      double temperature = Temperature.fit(logits, data.labelTensor(), floats(weights));
      Moments moments = Moments.of(data.features());
      LogisticRegression whole =
          LogisticRegression.fit(
              moments.apply(data.features()),
              data.labelTensor(),
              floats(weights),
              classes,
              l2,
              null);
      progress.at(PENALTIES.length + 2);
      Tensor weight = whole.weight().div(moments.spread());
      Tensor bias = whole.bias().sub(weight.mv(moments.mean()));
      ClassifierHead head = ClassifierHead.of(weight, bias, data.classes()).cooled(temperature);
      return new Outcome(head, l2, tried, temperature, unseen);
    }
  }

  /** Tells how far the search has come. */
  private record Progress(ProgressListener listener, int total) {
    void at(int done) {
      listener.progressed(done, total);
    }
  }

  private Folds split(Labelled data) {
    int images = (int) Arrays.stream(data.groups()).distinct().count();
    return Folds.stratified(data.labels(), data.groups(), Math.min(folds, images), seed);
  }

  /** The whole, or as many rows as the choice is made by, of every class as many as there are. */
  private Labelled sample(Labelled data) {
    long most = Math.max(MOST_NUMBERS / data.features().size(1), 100L * data.classes().size());
    if (data.size() <= most) {
      return data;
    }
    int parts = (int) Math.ceil((double) data.size() / most);
    return data.rows(
        Folds.stratified(data.labels(), data.groups(), parts, Draws.of(seed, PURPOSE).nextLong())
            .in(0));
  }

  private double choose(Labelled data, Map<Double, Double> tried, Progress progress) {
    Folds split = split(data);
    Part[] parts = parts(data, split);
    Tensor weights = floats(balance.weights(data.labels(), data.classes().size()));
    Tensor labels = data.labelTensor();
    double best = PENALTIES[0];
    int worse = 0;
    for (int i = 0; i < PENALTIES.length && worse < PATIENCE; i++) {
      Tensor logits = unseen(data, parts, PENALTIES[i]);
      double loss =
          Temperature.loss(logits, labels, weights, Temperature.fit(logits, labels, weights));
      worse = !tried.isEmpty() && loss >= tried.get(best) ? worse + 1 : 0;
      best = worse == 0 ? PENALTIES[i] : best;
      tried.put(PENALTIES[i], loss);
      progress.at(i + 1);
    }
    return best;
  }

  /** A fold: what is learnt from, scaled by itself, and what is judged. */
  private static final class Part {
    final Tensor x;
    final Tensor labels;
    final Tensor weights;
    final Tensor judged;
    final Tensor at;
    LogisticRegression last;

    Part(Labelled data, Folds split, int fold, Balance balance) {
      Labelled learnt = data.rows(split.outside(fold));
      Moments moments = Moments.of(learnt.features());
      x = moments.apply(learnt.features());
      labels = learnt.labelTensor();
      weights = floats(balance.weights(learnt.labels(), data.classes().size()));
      at = Labelled.index(split.in(fold));
      judged = moments.apply(data.features().index_select(0, at));
    }

    void judge(double l2, int classes, Tensor logits) {
      last = LogisticRegression.fit(x, labels, weights, classes, l2, last);
      logits.index_copy_(0, at, last.logits(judged));
    }
  }

  private Part[] parts(Labelled data, Folds split) {
    return IntStream.range(0, split.count())
        .mapToObj(fold -> new Part(data, split, fold, balance))
        .toArray(Part[]::new);
  }

  /** As below, of one part after the other: of many images each is a copy of most. */
  private Tensor unseen(Labelled data, double l2) {
    int classes = data.classes().size();
    Folds split = split(data);
    Tensor all = Tensors.empty(ScalarType.Float, data.size(), classes);
    for (int fold = 0; fold < split.count(); fold++) {
      try (PointerScope scope = new PointerScope()) {
        new Part(data, split, fold, balance).judge(l2, classes, all);
      }
    }
    return all;
  }

  /** {@code float32 [N, C]}: of each row the logits by those that have not seen it. */
  private static Tensor unseen(Labelled data, Part[] parts, double l2) {
    int classes = data.classes().size();
    Tensor all = Tensors.empty(ScalarType.Float, data.size(), classes);
    for (Part part : parts) {
      part.judge(l2, classes, all);
    }
    return all;
  }

  static Tensor floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensors.of(floats, floats.length);
  }
}
