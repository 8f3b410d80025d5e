package dev.bingo.select;

import org.bytedeco.pytorch.Tensor;

/** What is known of the classes so far. */
@FunctionalInterface
public interface Classifier {
  /**
   * Probabilities of the classes.
   *
   * @param features {@code float32 [B, D]}, rows as the images' are
   * @return {@code float32 [B, C]}, rows that sum to 1, C of at least 2
   */
  Tensor probabilities(Tensor features);
}
