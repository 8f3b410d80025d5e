package dev.bingo.view;

/** Which images the samples of an epoch are, one after another: a function of the epoch alone. */
public interface Order {
  /** Samples of an epoch. */
  int size();

  /**
   * The samples of an epoch.
   *
   * @param epoch from 0
   * @return positions of images, {@link #size} of them
   */
  int[] of(int epoch);
}
