package dev.bingo.evaluate;

import dev.bingo.torch.BlasThreads;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import dev.bingo.torch.Workers;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A linear classifier of features with few labels: softmax regression with weight decay on
 * directions, standardised by images that need no labels. What an encoder is worth, {@link
 * CachedProbe} says.
 */
public final class LinearClassifier {
  private static final Sgd RULE = new Sgd(.9, false, 1e-2);
  private static final double RATE = 0.01;
  private static final int BATCH = 256;

  /** Images that say how features are spread; more change nothing. */
  private static final int SAMPLE = 10_000;

  private static final int LEAST_STEPS = 300;
  private static final int LEAST_EPOCHS = 20;

  private final Scaling.Fitted scaling;
  private final SoftmaxRegression model;

  private LinearClassifier(Scaling.Fitted scaling, SoftmaxRegression model) {
    this.scaling = scaling;
    this.model = model;
  }

  /**
   * Learns.
   *
   * @param sample {@code float32 [M, D]}, features of any images of the kind, at least two
   * @param features {@code float32 [N, D]}
   * @param labels {@code int64 [N]}, 0 to C − 1
   * @param classes C, at least 2
   * @return good as long as the caller's native scope
   */
  public static LinearClassifier train(
      Tensor sample, Tensor features, Tensor labels, int classes, long seed) {
    if (classes < 2 || features.size(0) == 0 || sample.size(0) < 2) {
      throw new IllegalArgumentException(
          "a classifier takes labelled images of two classes at least, got "
              + features.size(0)
              + " of "
              + classes);
    }
    try (BlasThreads.Scope one = Workers.one();
        NoGradGuard off = new NoGradGuard()) {
      Scaling.Fitted scaling = Scaling.UNIT_STANDARDISED.fit(sample);
      Tensor x = scaling.apply(features);
      int n = Math.toIntExact(x.size(0));
      SoftmaxRegression model =
          SoftmaxRegression.start(1, classes, Math.toIntExact(x.size(1)), seed);
      int batches = (n + BATCH - 1) / BATCH;
      int epochs = Math.max(LEAST_EPOCHS, (LEAST_STEPS + batches - 1) / batches);
      for (int epoch = 0; epoch < epochs; epoch++) {
        double rate = RATE * (1 + Math.cos(Math.PI * epoch / epochs)) / 2;
        long[] order = Arrays.stream(Draws.of(seed, epoch).permutation(n)).asLongStream().toArray();
        for (int from = 0; from < n; from += BATCH) {
          try (PointerScope step = new PointerScope()) {
            long[] some = Arrays.copyOfRange(order, from, Math.min(n, from + BATCH));
            Tensor at = Tensors.of(some, some.length);
            model.step(
                x.index_select(0, at),
                labels.index_select(0, at),
                model.rates(new double[] {rate}),
                RULE);
          }
        }
      }
      return new LinearClassifier(scaling, model);
    }
  }

  /** Which of {@code n} images to standardise by, drawn: a folder's come class by class. */
  public static long[] sample(Draws draws, int n) {
    return Arrays.stream(draws.permutation(n)).limit(SAMPLE).asLongStream().toArray();
  }

  /** {@code float32 [B, D] → [B, C]}, rows that sum to 1. */
  public Tensor probabilities(Tensor features) {
    try (NoGradGuard off = new NoGradGuard()) {
      return model.logits(scaling.apply(features)).squeeze(1).softmax(1);
    }
  }
}
