package dev.bingo.select;

import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Chooses images to be labelled next.
 *
 * <p>Features are read in blocks, from memory or a mapped file: beside them a choice takes some 40
 * bytes an image, and the rows of what is labelled and chosen.
 *
 * @param strategy by what
 * @param budget how many, those of the audit among them
 * @param audit how many of them are drawn at random, to judge by
 * @param apart what is chosen is farther than this from all that is labelled or chosen; 0 leaves
 *     out copies alone
 * @param shortlist of {@link Strategy#MARGIN_CORE_SET}, times the budget
 * @param seed of all that is drawn
 */
public record Selection(
    Strategy strategy, int budget, int audit, double apart, int shortlist, long seed) {
  private static final long DRAWN = 0x5e1ec7;
  private static final long AUDITED = 0xa0d17;
  private static final int BLOCK = 4096;

  public Selection {
    if (budget < 1) {
      throw new IllegalArgumentException("budget: expected at least 1 image, got " + budget);
    }
    if (audit < 0 || audit > budget) {
      throw new IllegalArgumentException(
          "audit: expected 0 to " + budget + " images of the budget, got " + audit);
    }
    if (!(apart >= 0) || Double.isInfinite(apart)) {
      throw new IllegalArgumentException("apart: expected a distance of at least 0, got " + apart);
    }
    if (shortlist < 1) {
      throw new IllegalArgumentException("shortlist: expected at least 1, got " + shortlist);
    }
  }

  /** By a strategy alone: no audit, copies alone left out, a shortlist of ten times the budget. */
  public static Selection of(Strategy strategy, int budget, long seed) {
    return new Selection(strategy, budget, 0, 0, 10, seed);
  }

  /**
   * Refuses what can't work, before anything takes time.
   *
   * @param unlabelled how many images there are to choose from
   * @param labelled how many have a label
   * @param classes of those labels
   * @throws IllegalArgumentException with what would work
   */
  public void check(int unlabelled, int labelled, int classes) {
    if (budget > unlabelled) {
      throw new IllegalArgumentException(
          "a budget of "
              + budget
              + ", but only "
              + Names.counted(unlabelled, "image")
              + " without a label");
    }
    if (strategy.needsLabels() && labelled == 0) {
      throw new IllegalArgumentException(
          Names.spell(strategy)
              + " goes by what is labelled, and no image is; begin with typiclust or random");
    }
    if (strategy.needsClassifier() && classes < 2) {
      throw new IllegalArgumentException(
          Names.spell(strategy)
              + " asks a classifier, which takes labels of two classes at least; all that are given"
              + " are of one. typiclust, core-set and random can do without");
    }
  }

  /**
   * The choice, in its order, the audit first. Fewer than the budget where not enough are far
   * enough apart.
   *
   * @param points all features, whose rows are finite
   * @param labelled rows, ascending
   * @param unlabelled rows to choose from, ascending
   * @param classifier may be null where the strategy asks none
   * @throws IllegalArgumentException where {@link #check} would refuse
   */
  public List<Pick> choose(Rows points, int[] labelled, int[] unlabelled, Classifier classifier) {
    check(unlabelled.length, labelled.length, classifier == null ? 0 : 2);
    requireFinite(points, labelled);
    requireFinite(points, unlabelled);
    // A sample of all that is left, near-duplicates too: what is left out would not be judged.
    List<Pick> picks = new ArrayList<>();
    Arrays.stream(order(unlabelled, AUDITED))
        .limit(audit)
        .forEach(row -> picks.add(Pick.of(row, Double.NaN).asAudit()));
    int[] audited = picks.stream().mapToInt(Pick::row).sorted().toArray();
    int[] known =
        IntStream.concat(IntStream.of(labelled), IntStream.of(audited)).sorted().toArray();
    int[] rest =
        IntStream.of(unlabelled).filter(r -> Arrays.binarySearch(audited, r) < 0).toArray();
    picks.addAll(byStrategy(points, known, rest, budget - audit, classifier));
    return withNearest(points, labelled, picks);
  }

  private List<Pick> byStrategy(
      Rows points, int[] labelled, int[] rows, int wanted, Classifier classifier) {
    if (wanted == 0 || rows.length == 0) {
      return List.of();
    }
    return switch (strategy) {
      case RANDOM ->
          new Spacing(points, labelled, apart)
              .take(order(rows, DRAWN), wanted).stream()
                  .map(row -> Pick.of(row, Double.NaN))
                  .toList();
      case CORE_SET -> KCentre.choose(points, rows, labelled, wanted, apart);
      case TYPICLUST ->
          new TypiClust(points, seed, new Spacing(points, labelled, apart))
              .choose(labelled, rows, wanted);
      case MARGIN -> {
        float[] margin = Uncertainty.of(points, rows, classifier).margin();
        yield ranked(points, labelled, rows, margin, Uncertainty.ranked(margin, false), wanted);
      }
      case ENTROPY -> {
        float[] entropy = Uncertainty.of(points, rows, classifier).entropy();
        yield ranked(points, labelled, rows, entropy, Uncertainty.ranked(entropy, true), wanted);
      }
      case MARGIN_CORE_SET -> {
        float[] margin = Uncertainty.of(points, rows, classifier).margin();
        int[] order = Uncertainty.ranked(margin, false);
        int[] near =
            Arrays.stream(order)
                .limit((long) shortlist * wanted)
                .map(i -> rows[i])
                .sorted()
                .toArray();
        yield KCentre.choose(points, near, labelled, wanted, apart);
      }
    };
  }

  private List<Pick> ranked(
      Rows points, int[] labelled, int[] rows, float[] scores, int[] order, int wanted) {
    int[] ranked = Arrays.stream(order).map(i -> rows[i]).toArray();
    return new Spacing(points, labelled, apart)
        .take(ranked, wanted).stream()
            .map(row -> Pick.of(row, scores[Arrays.binarySearch(rows, row)]))
            .toList();
  }

  /** These rows in an order that is drawn. */
  private int[] order(int[] rows, long purpose) {
    return Arrays.stream(Draws.of(seed, purpose).permutation(rows.length))
        .map(i -> rows[i])
        .toArray();
  }

  /** A distance that is no number is neither near nor far, and would be chosen first. */
  private static void requireFinite(Rows points, int[] rows) {
    for (int from = 0; from < rows.length; from += BLOCK) {
      try (PointerScope scope = new PointerScope()) {
        int[] some = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + BLOCK));
        Tensor block = points.gather(Arrays.stream(some).asLongStream().toArray());
        Tensor finite = block.isfinite().all(1);
        if (!finite.all().item_bool()) {
          int bad = some[(int) finite.to(ScalarType.Float).argmin().item_long()];
          throw new IllegalArgumentException(
              "the features of row " + bad + " are not finite: the encoder is broken");
        }
      }
    }
  }

  private static List<Pick> withNearest(Rows points, int[] labelled, List<Pick> picks) {
    if (labelled.length == 0) {
      return picks;
    }
    int[] rows = picks.stream().mapToInt(Pick::row).toArray();
    Distances.Nearest nearest = Distances.nearest(points, rows, labelled);
    return IntStream.range(0, rows.length)
        .mapToObj(i -> picks.get(i).near(nearest.row()[i], Math.sqrt(nearest.squared()[i])))
        .toList();
  }
}
