package dev.bingo.select;

import java.util.List;
import java.util.Locale;

/**
 * When labelling more is no longer worth it. Each round's model is judged by images that were drawn
 * at random before anybody knew their labels: what a strategy chose says nothing of the rest.
 *
 * <p>Enough: the accuracy of the last {@link #ROUNDS} rounds is known within {@code width}, and is
 * less than {@code gain} above that of the rounds before.
 *
 * @param width of the 95 % interval, share; 0.1 is ten points
 * @param gain share
 */
public record StoppingRule(double width, double gain) {
  /** Rounds that are judged together. */
  public static final int ROUNDS = 3;

  /** Ten points, one point. */
  public static final StoppingRule DEFAULT = new StoppingRule(.1, .01);

  /**
   * An audit.
   *
   * @param right images that the round's model had told the class of
   * @param of how many
   */
  public record Round(int right, int of) {}

  /**
   * What follows.
   *
   * @param enough whether to stop
   * @param seen for people, a sentence
   * @param advice what to do, and why; another
   */
  public record Verdict(boolean enough, String seen, String advice) {}

  /**
   * Judges.
   *
   * @param rounds from the first on; those without an audit have an {@code of} of 0
   */
  public Verdict of(List<Round> rounds) {
    List<Round> judged = rounds.stream().filter(r -> r.of > 0).toList();
    if (judged.isEmpty()) {
      return new Verdict(false, "Audit: none of a round before has labels yet.", "Go on.");
    }
    int from = Math.max(0, judged.size() - ROUNDS);
    Wilson last = pooled(judged.subList(from, judged.size()));
    String seen =
        String.format(
            Locale.ROOT,
            "Audit: %d of %d right in the last %s: %.1f %%, between %.1f and %.1f (95 %%).",
            last.right(),
            last.of(),
            judged.size() - from == 1 ? "round" : judged.size() - from + " rounds",
            100 * last.share(),
            100 * last.low(),
            100 * last.high());
    if (last.width() > width) {
      return new Verdict(
          false,
          seen,
          String.format(
              Locale.ROOT,
              "Go on: the interval is %.1f points wide, more than %.1f.",
              100 * last.width(),
              100 * width));
    }
    if (from == 0) {
      return new Verdict(false, seen, "Go on: there are no rounds before those to compare with.");
    }
    double before = pooled(judged.subList(Math.max(0, from - ROUNDS), from)).share();
    double gained = last.share() - before;
    boolean enough = gained < gain;
    return new Verdict(
        enough,
        seen,
        String.format(
            Locale.ROOT,
            enough
                ? "Stop: that is %+.1f points beside the rounds before, less than %.1f."
                : "Go on: that is %+.1f points beside the rounds before, %.1f or more.",
            100 * gained,
            100 * gain));
  }

  private static Wilson pooled(List<Round> rounds) {
    return Wilson.of(
        rounds.stream().mapToInt(Round::right).sum(), rounds.stream().mapToInt(Round::of).sum());
  }
}
