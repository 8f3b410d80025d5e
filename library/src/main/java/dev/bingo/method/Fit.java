package dev.bingo.method;

import dev.bingo.method.Demand.Size;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings for a number of images, tried by the rule that refuses.
 *
 * @param accumulate batches of a step
 */
record Fit(Demand demand, int images, int batch, int accumulate) {

  static UnfitException refuse(String problem, Fit wish) {
    Fit found = wish.nearest();
    if (found != null) {
      return new UnfitException(problem, "", found.changes(wish));
    }
    int least = wish.images + 1;
    while (new Fit(wish.demand, least, wish.batch, wish.accumulate).nearest() == null) {
      least++;
    }
    return new UnfitException(problem, "it takes at least " + least + " images", Map.of());
  }

  /**
   * The settings that work and change the least: a batch that fills a quarter of the images at the
   * most, where there is one, else any; batch-norm groups and second keys only go where they must.
   */
  private Fit nearest() {
    Fit kept = withBatch(demand, demand.queue().there() ? images / 2 : images);
    if (batch > 0 && kept != null && kept.batch == batch && kept.withSizes().works()) {
      return kept.withSizes();
    }
    for (int most : new int[] {images / 4, images - 1, images}) {
      for (Demand less : relaxed()) {
        Fit fit = batch == 0 ? this : withBatch(less, most);
        fit = fit == null ? null : fit.withSizes();
        if (fit != null && fit.works()) {
          return fit;
        }
      }
    }
    return null;
  }

  private boolean works() {
    return demand.problem(images, batch, accumulate) == null;
  }

  private List<Demand> relaxed() {
    Demand oneGroup = demand.groups(demand.groups().with(1));
    Size one = demand.keys().with(1);
    return List.of(demand, oneGroup, demand.keys(one), oneGroup.keys(one));
  }

  /** With the batch as it is where its keys are no more than {@code most}, else a smaller one. */
  private Fit withBatch(Demand less, int most) {
    int groups = less.groups().value();
    int least = Math.max(groups > 1 ? 2 * groups : 1, less.leastBatch());
    least += (groups - least % groups) % groups;
    int keys = less.keys().value();
    int largest = Math.min(most / keys, images);
    int fits = Math.max(batch, least) / groups * groups;
    if (fits > largest) {
      fits = Math.max(least, Integer.highestOneBit(Math.max(1, largest)) / groups * groups);
    }
    if (fits > largest) {
      return null;
    }
    return new Fit(less, images, fits, Math.min(accumulate, images / fits));
  }

  /** With what the batch and the images leave for the other sizes. */
  private Fit withSizes() {
    Size queue = demand.queue();
    if (batch > 0 && queue.there()) {
      int pushed = demand.keys().value() * batch;
      int fits = queue.value() < images ? queue.value() : Integer.highestOneBit(images / 2);
      queue = queue.with(Math.max(fits, pushed));
    }
    Size prototypes = demand.prototypes();
    if (prototypes.value() > images) {
      prototypes = prototypes.with(prototypes(images, batch + queue.value()));
    }
    Size neighbours = demand.neighbours();
    int among = queue.there() ? queue.value() : images - 1;
    if (neighbours.value() > among) {
      neighbours = neighbours.with(Math.max(1, among / 8));
    }
    Size mates = demand.mates();
    Size clusters = demand.clusters();
    if (clusters.there() && (long) clusters.value() * (mates.value() + 1) > images) {
      mates = mates.with(Math.min(mates.value(), Math.max(1, images / 4 - 1)));
      clusters = clusters.with(Math.max(2, images / (2 * (mates.value() + 1))));
    } else if (mates.value() >= images) {
      mates = mates.with(Math.max(1, Math.min(mates.value(), images / 2)));
    }
    Demand changed =
        demand.queue(queue).prototypes(prototypes).neighbours(neighbours).bags(mates, clusters);
    return new Fit(changed, images, batch, accumulate);
  }

  static int prototypes(int images, long assigned) {
    long most = Math.min(images / 16, assigned);
    return Math.max(2, Integer.highestOneBit((int) Math.max(1, most)));
  }

  /** What is not as it was wished, by key. */
  private Map<String, String> changes(Fit wish) {
    Map<String, String> changes = new LinkedHashMap<>();
    if (batch != wish.batch) {
      changes.put("train.batch", "" + batch);
    }
    if (accumulate != wish.accumulate) {
      changes.put("train.accumulate", "" + accumulate);
    }
    if (demand.keys().value() != wish.demand.keys().value()) {
      changes.put(demand.keys().key(), "false");
    }
    Demand had = wish.demand;
    put(changes, demand.groups(), had.groups());
    put(changes, demand.queue(), had.queue());
    put(changes, demand.prototypes(), had.prototypes());
    put(changes, demand.neighbours(), had.neighbours());
    put(changes, demand.mates(), had.mates());
    put(changes, demand.clusters(), had.clusters());
    return changes;
  }

  private static void put(Map<String, String> changes, Size now, Size before) {
    if (now.value() != before.value()) {
      changes.put(now.key(), "" + now.value());
    }
  }
}
