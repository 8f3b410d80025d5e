package dev.bingo.neighbour;

import java.nio.IntBuffer;
import java.util.Arrays;

/** The M best scores so far of each of some queries. Used for block after block. */
final class Shortlist {
  /** Scores of a group are looked at only where their maximum promises anything. */
  static final int GROUP = 32;

  private final int most;
  private final int[] scores;
  private final int[] positions;
  private final int[] count;
  private final int[] threshold;
  private final int[] weakest;

  /**
   * @param queries at most
   * @param most M
   */
  Shortlist(int queries, int most) {
    this.most = most;
    scores = new int[queries * most];
    positions = new int[queries * most];
    count = new int[queries];
    threshold = new int[queries];
    weakest = new int[queries];
  }

  void clear() {
    Arrays.fill(count, 0);
    Arrays.fill(threshold, Integer.MIN_VALUE);
  }

  /** How many candidates a query has: M, or all there were. */
  int count(int query) {
    return count[query];
  }

  /** No candidate that is left out scored above this. */
  int missed(int query) {
    return threshold[query];
  }

  int position(int query, int candidate) {
    return positions[query * most + candidate];
  }

  /**
   * Looks through a tile.
   *
   * @param tile scores, {@code [queries, width]}
   * @param maxima of its groups, {@code [queries, groups]}: group g is columns g, g + groups, …
   * @param first position of the tile's first column
   */
  void scan(IntBuffer tile, int[] maxima, int queries, int width, int groups, int first) {
    for (int q = 0; q < queries; q++) {
      if (count[q] == 0 && groups >= most) {
        begin(q, maxima, groups);
      }
      int row = q * width;
      for (int g = 0; g < groups; g++) {
        if (maxima[q * groups + g] > threshold[q]) {
          for (int c = g; c < groups * GROUP; c += groups) {
            offer(q, tile.get(row + c), first + c);
          }
        }
      }
      for (int c = groups * GROUP; c < width; c++) {
        offer(q, tile.get(row + c), first + c);
      }
    }
  }

  /** At least M scores reach the M-th largest maximum: what is below it needn't be kept. */
  private void begin(int query, int[] maxima, int groups) {
    for (int g = 0; g < groups; g++) {
      offer(query, maxima[query * groups + g], 0);
    }
    if (count[query] == most) {
      threshold[query]--;
    }
    count[query] = 0;
  }

  private void offer(int query, int score, int position) {
    if (score <= threshold[query]) {
      return;
    }
    int base = query * most;
    int at = count[query] < most ? count[query]++ : weakest[query];
    scores[base + at] = score;
    positions[base + at] = position;
    if (count[query] == most) {
      int least = 0;
      for (int i = 1; i < most; i++) {
        least = scores[base + i] < scores[base + least] ? i : least;
      }
      weakest[query] = least;
      threshold[query] = scores[base + least];
    }
  }
}
