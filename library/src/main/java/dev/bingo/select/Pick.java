package dev.bingo.select;

/**
 * An image that was chosen to be labelled next, and why.
 *
 * @param row its features'
 * @param audit whether it was drawn at random, to judge by, whatever the strategy
 * @param score by which it was chosen: {@link Strategy#score()} says of what; NaN where it was
 *     drawn
 * @param nearest row of the nearest image that is labelled already; −1 where none is
 * @param distance to it; NaN where there is none
 * @param cluster that it stands for; −1 where the strategy makes none
 */
public record Pick(
    int row, boolean audit, double score, int nearest, double distance, int cluster) {
  static Pick of(int row, double score) {
    return new Pick(row, false, score, -1, Double.NaN, -1);
  }

  Pick ofCluster(int other) {
    return new Pick(row, audit, score, nearest, distance, other);
  }

  Pick near(int labelled, double far) {
    return new Pick(row, audit, score, labelled, far, cluster);
  }

  Pick asAudit() {
    return new Pick(row, true, score, nearest, distance, cluster);
  }
}
