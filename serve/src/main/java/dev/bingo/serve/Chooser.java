package dev.bingo.serve;

import java.util.List;

/** Says which images to label next; what it takes to know is behind it. */
public interface Chooser {
  /**
   * An image that was chosen.
   *
   * @param row in the index
   * @param audit whether it was drawn at random, to judge by
   * @param predicted what a classifier takes it for, or null
   * @param why for people, a line
   */
  record Pick(int row, boolean audit, String predicted, String why) {}

  /**
   * A choice.
   *
   * @param strategy by which it was made
   */
  record Choice(String strategy, List<Pick> picks) {}

  /**
   * How often a classifier was right on images that had been drawn at random.
   *
   * @param seen for people, a sentence
   * @param advice whether to go on, another
   */
  record Verdict(
      boolean enough, String seen, String advice, double share, double low, double high) {}

  /**
   * An audit of one round.
   *
   * @param right images that had been told right
   * @param of how many
   */
  record Audit(int right, int of) {}

  /** Names of strategies, the one that is taken unless another is asked for first. */
  List<String> strategies();

  /**
   * Chooses.
   *
   * @param labels of each row; null where it has none
   * @param left whether a row may be chosen
   * @param strategy one of {@link #strategies}
   * @param budget images; fewer may come where no more are left
   * @param round from 1, which draws go by
   * @throws IllegalArgumentException where nothing can be chosen, with what would work
   */
  Choice choose(String[] labels, boolean[] left, String strategy, int budget, int round);

  /** What the audits say, a round each. */
  Verdict judge(List<Audit> audits);
}
