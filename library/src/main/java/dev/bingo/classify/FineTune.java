package dev.bingo.classify;

import dev.bingo.torch.Names;
import dev.bingo.train.Schedule;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a whole encoder is trained on labels: by SGD with momentum 0.9 and no weight decay, on random
 * crops and flips, batch-norm in training mode.
 *
 * @param name what it is called
 * @param epochs over the labelled images
 * @param batch images a step
 * @param rate of the encoder at the start
 * @param headRate of the linear head on it
 * @param steps a fifth of the rate from 60 and from 80 % of the epochs; else a cosine to 0 by step
 * @param fromHead the head starts as the regression on the encoder's features, else at random
 */
public record FineTune(
    String name,
    int epochs,
    int batch,
    double rate,
    double headRate,
    boolean steps,
    boolean fromHead) {
  /** Our own, for few images: the head is right already when the encoder begins to move. */
  public static final FineTune SHORT = new FineTune("short", 20, 32, .01, .01, false, true);

  /** SwAV's semi-supervised protocol with 1 % of the labels (eval_semisup.py). */
  public static final FineTune SWAV_1 = new FineTune("swav-1", 20, 256, .02, 5, true, false);

  /** The same with 10 %. */
  public static final FineTune SWAV_10 = new FineTune("swav-10", 20, 256, .01, .2, true, false);

  /** For a network that knows nothing yet. */
  public static final FineTune SCRATCH = new FineTune("scratch", 100, 32, .05, .05, false, false);

  private static final Map<String, FineTune> NAMED = new LinkedHashMap<>();

  static {
    List.of(SHORT, SWAV_1, SWAV_10, SCRATCH).forEach(one -> NAMED.put(one.name, one));
  }

  public FineTune {
    if (epochs < 1 || batch < 2 || !(rate > 0) || !(headRate > 0)) {
      throw new IllegalArgumentException(
          "fine-tuning: expected epochs of 1 or more, a batch of 2 or more and rates above 0, got "
              + epochs
              + ", "
              + batch
              + ", "
              + rate
              + " and "
              + headRate);
    }
  }

  /** What {@link #named} takes. */
  public static Set<String> names() {
    return Collections.unmodifiableSet(NAMED.keySet());
  }

  /**
   * A protocol by its name.
   *
   * @throws IllegalArgumentException where there is none of that name
   */
  public static FineTune named(String name) {
    FineTune one = NAMED.get(name);
    if (one == null) {
      throw new IllegalArgumentException(
          "unknown way to fine-tune '" + name + "'" + Names.didYouMean(name, names()));
    }
    return one;
  }

  /** The same for so many epochs; the schedule keeps its shape. */
  public FineTune withEpochs(int count) {
    return new FineTune(name, count, batch, rate, headRate, steps, fromHead);
  }

  /**
   * Fitted to so many images: a smaller batch of our own protocols; a paper's stays as it is.
   *
   * @throws IllegalArgumentException where a paper's batch can't be filled
   */
  public FineTune forImages(int images) {
    if (images >= batch) {
      return this;
    }
    if (steps) {
      throw new IllegalArgumentException(
          "'%s' takes batches of %d images, and %d are learnt from; take '%s', or label more"
              .formatted(name, batch, images, SHORT.name));
    }
    return new FineTune(name, epochs, images, rate, headRate, false, fromHead);
  }

  /** Of the encoder's rate. */
  public Schedule schedule() {
    return steps
        ? Schedule.step(
            rate, .2, List.of((int) Math.round(.6 * epochs), (int) Math.round(.8 * epochs)))
        : Schedule.cosine(rate, 0, true);
  }
}
