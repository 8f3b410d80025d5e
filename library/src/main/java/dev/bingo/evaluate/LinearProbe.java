package dev.bingo.evaluate;

import dev.bingo.encoder.Backbone;
import dev.bingo.image.ImageSource;
import dev.bingo.torch.BlasThreads;
import dev.bingo.torch.Names;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Batch;
import dev.bingo.view.Epoch;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.View;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The papers' linear evaluation: a linear classifier trained by SGD on random crops and flips, the
 * backbone frozen and in evaluation mode throughout.
 *
 * @param name what people call this variant
 * @param epochs over the training images
 * @param batch images a step
 * @param schedule of the learning rate
 * @param sgd its rule
 * @param scaling of the features, by the training images' own, seen without crops
 * @param seed of the start, the order and the crops
 */
public record LinearProbe(
    String name, int epochs, int batch, Schedule schedule, Sgd sgd, Scaling scaling, long seed) {

  /** MoCo's main_lincls.py, SEED's and the paper of BINGO: 30, a tenth from epochs 60 and 80. */
  public static final LinearProbe MOCO =
      new LinearProbe("MoCo", 100, 256, new Steps(30, .6, .8), Sgd.PLAIN, Scaling.NONE, 0);

  /** BINGO's scripts for ResNets: by epoch on a cosine from 30 to 0.01. */
  public static final LinearProbe BINGO =
      new LinearProbe("BINGO", 120, 256, new Cosine(30, .01), Sgd.PLAIN, Scaling.NONE, 0);

  /** BINGO's scripts for EfficientNets. */
  public static final LinearProbe BINGO_EFFICIENTNET =
      new LinearProbe(
          "BINGO EfficientNet", 120, 256, new Cosine(3, .001), Sgd.PLAIN, Scaling.NONE, 0);

  /** SwAV's eval_linear.py: 0.3, cosine to 0, weight decay 1e-6. */
  public static final LinearProbe SWAV =
      new LinearProbe(
          "SwAV", 100, 256, new Cosine(.3, 0), Sgd.PLAIN.withWeightDecay(1e-6), Scaling.NONE, 0);

  /** ReSSL's on ImageNet: 0.3, by step on a cosine to 0. */
  public static final LinearProbe RESSL =
      new LinearProbe("ReSSL", 100, 256, new StepCosine(.3), Sgd.PLAIN, Scaling.NONE, 0);

  /** WCL's: batch 4096, 0.2 · 4096 / 256, by step on a cosine to 0, Nesterov's rule. */
  public static final LinearProbe WCL =
      new LinearProbe("WCL", 80, 4096, new StepCosine(3.2), Sgd.NESTEROV, Scaling.NONE, 0);

  /** MSVQ's and ReSSL's on small sets: 1, by step on a cosine to 0, Nesterov's rule. */
  public static final LinearProbe MSVQ =
      new LinearProbe("MSVQ", 100, 256, new StepCosine(1), Sgd.NESTEROV, Scaling.NONE, 0);

  /** CompRess's: rows of length 1, then standardised; 0.01, a tenth from epochs 15 and 30 of 40. */
  public static final LinearProbe COMPRESS =
      new LinearProbe(
          "CompRess",
          40,
          256,
          new Steps(.01, .375, .75),
          Sgd.PLAIN.withWeightDecay(1e-4),
          Scaling.UNIT_STANDARDISED,
          0);

  private static final Map<String, LinearProbe> NAMED = new LinkedHashMap<>();

  static {
    NAMED.put("moco", MOCO);
    NAMED.put("seed", MOCO);
    NAMED.put("bingo", BINGO);
    NAMED.put("bingo-efficientnet", BINGO_EFFICIENTNET);
    NAMED.put("swav", SWAV);
    NAMED.put("ressl", RESSL);
    NAMED.put("wcl", WCL);
    NAMED.put("msvq", MSVQ);
    NAMED.put("compress", COMPRESS);
    NAMED.put("paper", MOCO); // Its name of before there were others.
  }

  /** What {@link #named} takes. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(NAMED.keySet());
  }

  /**
   * A protocol by its name in recipes and on the command line.
   *
   * @throws IllegalArgumentException where there is none of that name
   */
  public static LinearProbe named(String name) {
    LinearProbe probe = NAMED.get(name);
    if (probe == null) {
      throw new IllegalArgumentException(
          "unknown linear protocol '" + name + "'" + Names.didYouMean(name, names()));
    }
    return probe;
  }

  public LinearProbe {
    if (epochs < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "linear probe: expected epochs and batch of at least 1, got " + epochs + " and " + batch);
    }
  }

  /** The same with other epochs and another seed; the schedule keeps its shape. */
  public LinearProbe with(int newEpochs, long newSeed) {
    return new LinearProbe(name, newEpochs, batch, schedule, sgd, scaling, newSeed);
  }

  /** Learning rate by time. */
  public sealed interface Schedule permits Steps, Cosine, StepCosine {
    /**
     * The rate at a time.
     *
     * @param epoch from 0, with its fraction: 1.5 is the middle of the second
     */
    double rate(double epoch, int epochs);
  }

  /** A tenth from each of two points on, given as shares of the epochs. */
  public record Steps(double start, double first, double second) implements Schedule {
    @Override
    public double rate(double epoch, int epochs) {
      // Of 100 epochs, .6 and .8 are 60 and 80 on the dot: products are rounded.
      double rate = epoch >= Math.round(first * epochs) ? start * .1 : start;
      return epoch >= Math.round(second * epochs) ? rate * .1 : rate;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "rate %s, a tenth from %.0f and %.0f %% on",
          start,
          first * 100,
          second * 100);
    }
  }

  /** Half a cosine from {@code start} towards {@code end}, the same throughout an epoch. */
  public record Cosine(double start, double end) implements Schedule {
    @Override
    public double rate(double epoch, int epochs) {
      return end + (start - end) * (1 + Math.cos(Math.PI * Math.floor(epoch) / epochs)) / 2;
    }

    @Override
    public String toString() {
      return "rate " + start + ", a cosine to " + end;
    }
  }

  /** Half a cosine from {@code start} to 0, another at each step. */
  public record StepCosine(double start) implements Schedule {
    @Override
    public double rate(double epoch, int epochs) {
      return start * (1 + Math.cos(Math.PI * epoch / epochs)) / 2;
    }

    @Override
    public String toString() {
      return "rate " + start + ", a cosine to 0 by step";
    }
  }

  /**
   * An epoch's end.
   *
   * @param epoch from 0
   * @param loss mean cross-entropy over the epoch's training crops
   * @param test accuracy on the test set
   */
  public record EpochEnd(int epoch, double loss, Score test) {}

  /** Is told of each epoch's end. */
  @FunctionalInterface
  public interface Listener {
    /** Nothing is to be told. */
    Listener NONE = end -> {};

    void epochEnded(EpochEnd end);
  }

  /**
   * What came out.
   *
   * @param last score after the last epoch
   * @param best over the epochs: what the public code reports. It is chosen on the test set
   * @param confusion on the test set after the last epoch
   */
  public record Outcome(Score last, Score best, Confusion confusion) {}

  /**
   * Trains and judges; images that can't be read are left out, and classes are the same where
   * {@link ClassMatch} says so.
   *
   * @param backbone is left in the mode in which it was found
   * @param options how images get to the backbone; its batch serves the test set alone
   * @throws IllegalArgumentException where a label is missing, or no class is on both sides
   */
  public Outcome run(
      Backbone backbone,
      ImageSource train,
      ImageSource test,
      Embeddings.Options options,
      Listener listener) {
    ClassMatch match = ClassMatch.of(train, test);
    int classes = match.names().size();
    View crop =
        new View("crop", View.Source.ANCHOR, Augmentation.CROP_FLIP, options.transform().size());
    int batchNow = Math.min(batch, train.size());
    Loader loader =
        new Loader(
            train,
            List.of(crop),
            null,
            new LoaderOptions(batchNow, seed, options.threads(), 2, false));
    try (PointerScope scope = new PointerScope();
        BlasThreads.Scope one = BlasThreads.one();
        Embeddings.Frozen frozen = new Embeddings.Frozen(backbone)) {
      Features read = Embeddings.extract(backbone, test, options, ProgressListener.NONE);
      Scaling.Fitted scaled = fit(backbone, train, options);
      Features judge = read.with(scaled.apply(read.values()), match.queries(read.labels()));
      SoftmaxRegression model = SoftmaxRegression.start(1, classes, backbone.width(), seed);
      String protocol = protocol(train.size(), options);
      Score best = null;
      Score last = null;
      for (int epoch = 0; epoch < epochs; epoch++) {
        double loss =
            epoch(epoch, loader, x -> scaled.apply(frozen.features(x, options)), model, match);
        last = judge(model, judge, protocol);
        best = best == null || last.top1() > best.top1() ? last : best;
        listener.epochEnded(new EpochEnd(epoch, loss, last));
      }
      Tensor given = model.predictions(0, judge.values());
      return new Outcome(last, best, Confusion.of(judge.labels(), given, match.names()));
    }
  }

  private Scaling.Fitted fit(Backbone backbone, ImageSource train, Embeddings.Options options) {
    if (scaling == Scaling.NONE) {
      return values -> values;
    }
    return scaling.fit(
        Embeddings.extract(backbone, train, options, ProgressListener.NONE).values());
  }

  private double epoch(
      int number,
      Loader loader,
      UnaryOperator<Tensor> features,
      SoftmaxRegression model,
      ClassMatch match) {
    try (PointerScope scope = new PointerScope();
        Epoch epoch = loader.epoch(number, 0)) {
      Tensor sum = Tensors.zeros(ScalarType.Float, 1);
      double step = 0;
      int taught = 0;
      while (epoch.hasNext()) {
        try (PointerScope each = new PointerScope()) {
          double at = number + step++ / loader.batches();
          Tensor rates = model.rates(new double[] {schedule.rate(at, epochs)});
          Batch now = epoch.next();
          if (now.own().length == 0) {
            continue; // None of its images could be read: the mean of no rows is no number.
          }
          taught++;
          Tensor own = Tensors.of(now.own(), now.own().length);
          Tensor x = features.apply(now.views().get(0)).index_select(0, own);
          Tensor labels = match.bank(now.labels().index_select(0, own));
          sum.add_(model.step(x, labels, rates, sgd));
        }
      }
      return sum.item_double() / Math.max(1, taught);
    }
  }

  private static Score judge(SoftmaxRegression model, Features test, String protocol) {
    try (PointerScope scope = new PointerScope()) {
      Tensor ranks = model.ranks(0, test.values(), test.labels());
      return new Score(
          protocol, test.size(), Ranks.percentWithin(ranks, 1), Ranks.percentWithin(ranks, 5));
    }
  }

  private String protocol(int images, Embeddings.Options options) {
    return String.format(
        Locale.ROOT,
        "linear, %s protocol: %d epochs of SGD on random crops of %d images at %d px, batch %d,"
            + " %s, %sweight decay %s, %s%s",
        name,
        epochs,
        images,
        options.transform().size(),
        batch,
        schedule,
        sgd.nesterov() ? "Nesterov's rule, " : "",
        sgd.weightDecay(),
        scaling == Scaling.NONE ? "" : "features " + Names.spell(scaling) + ", ",
        options.precision());
  }
}
