package dev.bingo.view;

import dev.bingo.torch.Draws;

/** Chooses the bag mate of an anchor. */
@FunctionalInterface
public interface Mates {
  /**
   * A mate of {@code anchor}, drawn uniformly from its bag.
   *
   * @return a position in the data set, {@code anchor} itself only where it has no mate
   */
  int mate(int anchor, Draws draws);
}
