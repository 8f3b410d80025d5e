package dev.bingo.evaluate;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/** What is done to features before a linear classifier, with figures of the training set alone. */
public enum Scaling {
  /** As they are: the papers' protocol. */
  NONE,
  /** Each feature to mean 0 and variance 1. */
  STANDARDISED,
  /** Rows to length 1, then each feature to mean 0 and variance 1, as CompRess does. */
  UNIT_STANDARDISED;

  private static final double TINY = 1e-12;

  /** The same change, for any features. */
  public interface Fitted {
    /** {@code [B, D]}, changed. */
    Tensor apply(Tensor values);
  }

  Fitted fit(Tensor train) {
    if (this == NONE) {
      return values -> values;
    }
    Moments moments = Moments.of(lengthened(train));
    return values -> moments.apply(lengthened(values));
  }

  /**
   * Mean and standard deviation of each feature, {@code [D]}.
   *
   * @param spread where a feature is constant it is small, so that the feature stays 0
   */
  public record Moments(Tensor mean, Tensor spread) implements Fitted {
    /** Of rows {@code [N, D]}. */
    public static Moments of(Tensor rows) {
      return new Moments(
          rows.mean(0), rows.std(new long[] {0}, false, false).clamp_min_(new Scalar(1e-6)));
    }

    @Override
    public Tensor apply(Tensor values) {
      return values.sub(mean).div_(spread);
    }
  }

  private Tensor lengthened(Tensor values) {
    if (this != UNIT_STANDARDISED) {
      return values;
    }
    return values.div(
        values
            .norm(new ScalarOptional(new Scalar(2)), new long[] {1}, true)
            .clamp_min_(new Scalar(TINY)));
  }
}
