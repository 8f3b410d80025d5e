package dev.bingo.run;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Modules;
import dev.bingo.evaluate.Collapse;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.train.TrainingException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Looks at an epoch's end whether the encoder still tells images apart, and ends the training where
 * it does not: nothing brings a collapsed encoder back.
 */
final class CollapseWatch {
  /**
   * Of {@link Collapse#spread}: a small ResNet after an epoch has some 0.3, one that has collapsed
   * 0.
   */
  private static final double LEAST_SPREAD = 0.01;

  /** Share of the start in the running statistics of batch-norm that they are judged by. */
  private static final double SETTLED = 0.01;

  private static final int MOST = 1000;
  private static final int LEAST = 64;

  private CollapseWatch() {}

  /** The images that are looked at: one in fifty, within bounds. */
  static ImageSource sample(ImageSource train) {
    int count = sampled(train.size());
    return train.size() > count ? Subset.random(train, count, 1) : train;
  }

  /** How many of so many images. */
  static int sampled(int images) {
    return Math.min(images, Math.min(MOST, Math.max(LEAST, images / 50)));
  }

  /**
   * Whether the encoder can be judged: its batch-norm runs on statistics that begin at 0 and 1, and
   * until they have moved to the images' an untrained deep network makes nearly one of them all.
   *
   * @param steps that moved them
   */
  static boolean isSettled(Backbone encoder, long steps) {
    return Math.pow(1 - Modules.batchNormMomentum(encoder), (double) steps) <= SETTLED;
  }

  /**
   * The figures to log.
   *
   * @param settled whether they can be judged, too
   * @param features {@code [N, D]} of the sample
   * @throws TrainingException where all are one
   */
  static Map<String, Double> look(int epoch, boolean settled, Tensor features) {
    Collapse c = Collapse.of(features);
    if (settled && !(c.spread() >= LEAST_SPREAD)) {
      throw new TrainingException(
          String.format(
              Locale.ROOT,
              "the encoder has collapsed in epoch %d: it makes nearly the same of all images (std times"
                  + " root of the dimensions %.4f, 1 is even, stopped below %.2f; effective rank %.1f of"
                  + " %d; mean cosine of two images %.3f). Likely causes: a learning rate or weight decay"
                  + " that is too high; views that are all alike (augmentation, data that are all alike);"
                  + " a momentum encoder that follows too fast; too few negatives (queue, batch). The last"
                  + " checkpoint is of the epoch before or earlier",
              epoch,
              c.spread(),
              LEAST_SPREAD,
              c.effectiveRank(),
              features.size(1),
              c.meanCosine()));
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("feature_spread", c.spread());
    figures.put("effective_rank", c.effectiveRank());
    figures.put("mean_cosine", c.meanCosine());
    return figures;
  }
}
