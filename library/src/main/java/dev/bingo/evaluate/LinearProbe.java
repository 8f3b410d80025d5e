package dev.bingo.evaluate;

import dev.bingo.encoder.Backbone;
import dev.bingo.image.ImageSource;
import dev.bingo.torch.BlasThreads;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Batch;
import dev.bingo.view.Epoch;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.View;
import java.util.List;
import java.util.Locale;
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
 * @param momentum of SGD
 * @param weightDecay of SGD
 * @param seed of the start, the order and the crops
 */
public record LinearProbe(
    String name,
    int epochs,
    int batch,
    Schedule schedule,
    double momentum,
    double weightDecay,
    long seed) {

  /** MoCo's main_lincls.py: 30, a tenth from epochs 60 and 80 of 100. */
  public static final LinearProbe MOCO =
      new LinearProbe("MoCo", 100, 256, new Steps(30, .6, .8), .9, 0, 0);

  /** BINGO's scripts for ResNets: by epoch on a cosine from 30 to 0.01. */
  public static final LinearProbe BINGO =
      new LinearProbe("BINGO", 120, 256, new Cosine(30, .01), .9, 0, 0);

  /** BINGO's scripts for EfficientNets. */
  public static final LinearProbe BINGO_EFFICIENTNET =
      new LinearProbe("BINGO EfficientNet", 120, 256, new Cosine(3, .001), .9, 0, 0);

  /** SwAV's eval_linear.py: 0.3, cosine to 0, weight decay 1e-6. */
  public static final LinearProbe SWAV =
      new LinearProbe("SwAV", 100, 256, new Cosine(.3, 0), .9, 1e-6, 0);

  public LinearProbe {
    if (epochs < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "linear probe: expected epochs and batch of at least 1, got " + epochs + " and " + batch);
    }
  }

  /** The same with other epochs and another seed; the schedule keeps its shape. */
  public LinearProbe with(int newEpochs, long newSeed) {
    return new LinearProbe(name, newEpochs, batch, schedule, momentum, weightDecay, newSeed);
  }

  /** Learning rate by epoch. */
  public sealed interface Schedule permits Steps, Cosine {
    double rate(int epoch, int epochs);
  }

  /** A tenth from each of two points on, given as shares of the epochs. */
  public record Steps(double start, double first, double second) implements Schedule {
    @Override
    public double rate(int epoch, int epochs) {
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

  /** Half a cosine from {@code start} towards {@code end}. */
  public record Cosine(double start, double end) implements Schedule {
    @Override
    public double rate(int epoch, int epochs) {
      return end + (start - end) * (1 + Math.cos(Math.PI * epoch / epochs)) / 2;
    }

    @Override
    public String toString() {
      return "rate " + start + ", a cosine to " + end;
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
      Features read = Embeddings.extract(backbone, test, options, Embeddings.Listener.NONE);
      Features judge = read.labelled(match.queries(read.labels()));
      SoftmaxRegression model = SoftmaxRegression.start(1, classes, backbone.width(), seed);
      String protocol = protocol(train.size(), options);
      Score best = null;
      Score last = null;
      for (int epoch = 0; epoch < epochs; epoch++) {
        double loss = epoch(epoch, loader, frozen, options, model, match);
        last = judge(model, judge, protocol);
        best = best == null || last.top1() > best.top1() ? last : best;
        listener.epochEnded(new EpochEnd(epoch, loss, last));
      }
      Tensor given = model.predictions(0, judge.values());
      return new Outcome(last, best, Confusion.of(judge.labels(), given, match.names()));
    }
  }

  private double epoch(
      int number,
      Loader loader,
      Embeddings.Frozen frozen,
      Embeddings.Options options,
      SoftmaxRegression model,
      ClassMatch match) {
    try (PointerScope scope = new PointerScope();
        Epoch epoch = loader.epoch(number, 0)) {
      Tensor sum = Tensors.zeros(ScalarType.Float, 1);
      Tensor rates = model.rates(new double[] {schedule.rate(number, epochs)});
      while (epoch.hasNext()) {
        try (PointerScope step = new PointerScope()) {
          Batch now = epoch.next();
          Tensor own = Tensors.of(now.own(), now.own().length);
          Tensor x = frozen.features(now.views().get(0), options).index_select(0, own);
          Tensor labels = match.bank(now.labels().index_select(0, own));
          sum.add_(model.step(x, labels, rates, momentum, weightDecay));
        }
      }
      return sum.item_double() / loader.batches();
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
            + " %s, weight decay %s, %s",
        name,
        epochs,
        images,
        options.transform().size(),
        batch,
        schedule,
        weightDecay,
        options.precision());
  }
}
