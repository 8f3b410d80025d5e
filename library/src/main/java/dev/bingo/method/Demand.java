package dev.bingo.method;

import dev.bingo.torch.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What sizes a method is set to that the number of images bounds, and the one rule by which they
 * are refused or others are advised. A size of 0 is one that the method doesn't have.
 *
 * @param leastBatch images that its loss compares
 * @param groups of batch-norm that a batch is split into
 * @param queue keys to compare with
 * @param keys of an image that enter the queue in a step: 1, or 2 where the setting is true
 * @param prototypes that images are assigned to
 * @param neighbours looked for, among the queue's keys or, without a queue, among the images
 * @param mates in an image's bag
 * @param clusters that bags are made of
 * @param cautions what is unwise about the settings, whatever the images
 */
public record Demand(
    int leastBatch,
    Size groups,
    Size queue,
    Size keys,
    Size prototypes,
    Size neighbours,
    Size mates,
    Size clusters,
    List<String> cautions) {

  /** A batch-norm in training wants two images. */
  private static final int LEAST_BATCH = 2;

  /** Prototypes so many times what is assigned at a time are used in the papers; no more. */
  private static final int PROTOTYPES_AN_IMAGE = 16;

  /** A setting's key in a recipe, or an option, and its value. */
  public record Size(String key, int value) {
    static final Size NONE = new Size("", 0);

    Size with(int other) {
      return new Size(key, other);
    }

    boolean there() {
      return value > 0;
    }

    @Override
    public String toString() {
      return key + (key.startsWith("--") ? " " : "=") + value;
    }
  }

  /** Of a batch alone. */
  public static final Demand NONE =
      new Demand(
          LEAST_BATCH,
          new Size("", 1),
          Size.NONE,
          new Size("", 1),
          Size.NONE,
          Size.NONE,
          Size.NONE,
          Size.NONE,
          List.of());

  Demand leastBatch(int images) {
    return new Demand(
        images, groups, queue, keys, prototypes, neighbours, mates, clusters, cautions);
  }

  Demand groups(String key, int value) {
    return groups(new Size(key, value));
  }

  Demand groups(Size size) {
    return new Demand(
        leastBatch, size, queue, keys, prototypes, neighbours, mates, clusters, cautions);
  }

  /** Beside a teacher, whose groups of batch-norm are the student's too. */
  public Demand teacher(int teacherGroups) {
    return groups(Teacher.GROUPS, teacherGroups);
  }

  Demand queue(String key, int value) {
    return queue(new Size(key, value));
  }

  Demand queue(Size size) {
    return new Demand(
        leastBatch, groups, size, keys, prototypes, neighbours, mates, clusters, cautions);
  }

  /** With two keys of an image where the setting of this key is true. */
  Demand twoKeys(String key, boolean two) {
    return keys(new Size(key, two ? 2 : 1));
  }

  Demand keys(Size size) {
    return new Demand(
        leastBatch, groups, queue, size, prototypes, neighbours, mates, clusters, cautions);
  }

  Demand prototypes(String key, int value) {
    return prototypes(new Size(key, value));
  }

  Demand prototypes(Size size) {
    return new Demand(leastBatch, groups, queue, keys, size, neighbours, mates, clusters, cautions);
  }

  Demand neighbours(String key, int value) {
    return neighbours(new Size(key, value));
  }

  Demand neighbours(Size size) {
    return new Demand(leastBatch, groups, queue, keys, prototypes, size, mates, clusters, cautions);
  }

  /** With bags, too, of so many mates; and made of so many clusters, or 0. */
  public Demand bags(Size mateCount, Size clusterCount) {
    return new Demand(
        leastBatch, groups, queue, keys, prototypes, neighbours, mateCount, clusterCount, cautions);
  }

  Demand caution(boolean unwise, String words) {
    List<String> all = new ArrayList<>(cautions);
    if (unwise) {
      all.add(words);
    }
    return new Demand(
        leastBatch, groups, queue, keys, prototypes, neighbours, mates, clusters, all);
  }

  /**
   * Refuses what can't work.
   *
   * @param batch images of a forward pass; 0: there is no training, bags are made alone
   * @throws UnfitException with settings that would work
   */
  public void check(int images, int batch) {
    check(images, batch, 1);
  }

  /**
   * Refuses what can't work.
   *
   * @param accumulate batches of a step
   * @throws UnfitException with settings that would work
   */
  public void check(int images, int batch, int accumulate) {
    String problem = problem(images, batch, accumulate);
    if (problem != null) {
      throw Fit.refuse(problem, new Fit(this, images, batch, accumulate));
    }
  }

  /**
   * Refuses ranks that can't share batch-norm's groups.
   *
   * @throws IllegalArgumentException with numbers that can
   */
  public void checkRanks(int ranks) {
    int parts = groups.value;
    if (parts > 1 && parts % ranks != 0) {
      throw new IllegalArgumentException(
          "train.ranks: %d ranks can't share the %d batch-norm groups of %s equally; with train.ranks=%s they can"
              .formatted(ranks, parts, groups, divisors(parts)));
    }
  }

  private static String divisors(int number) {
    return IntStream.rangeClosed(1, number)
        .filter(d -> number % d == 0)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  /** What can't work, or null. */
  String problem(int images, int batch, int accumulate) {
    String wrong = batch > 0 ? ofBatch(images, batch, accumulate) : null;
    wrong = wrong == null && batch > 0 ? ofQueue(images, batch) : wrong;
    wrong = wrong == null && batch > 0 ? ofTargets(images) : wrong;
    return wrong == null ? ofBags(images) : wrong;
  }

  private String ofBatch(int images, int batch, int accumulate) {
    String there = Names.counted(images, "image");
    if (batch > images) {
      return "train.batch: a batch of " + batch + " can't be filled from " + there;
    }
    if ((long) batch * accumulate > images) {
      return "train.accumulate: %d batches of %d a step can't be filled from %s"
          .formatted(accumulate, batch, there);
    }
    if (batch < leastBatch) {
      return leastBatch > LEAST_BATCH
          ? "train.batch: images of a batch are compared with each other, %d at least; got %d"
              .formatted(leastBatch, batch)
          : "train.batch: batch-norm needs at least %d images, got %d".formatted(leastBatch, batch);
    }
    int parts = groups.value;
    if (parts > 1 && (batch < 2L * parts || batch % parts != 0)) {
      return "train.batch: %d images can't be split into the %d batch-norm groups (of two images at least) of %s"
          .formatted(batch, parts, groups);
    }
    return null;
  }

  private String ofQueue(int images, int batch) {
    if (queue.value >= images) {
      return "%s: a queue of %s for %s: every image would meet its own older key among them"
          .formatted(queue.key, Names.counted(queue.value, "key"), Names.counted(images, "image"));
    }
    long pushed = (long) keys.value * batch;
    if (queue.there() && queue.value < pushed) {
      return "%s: a queue of %s can't take the %d of one batch%s"
          .formatted(
              queue.key,
              Names.counted(queue.value, "key"),
              pushed,
              keys.value == 2 ? " (two of an image, by " + keys.key + ")" : "");
    }
    return null;
  }

  private String ofTargets(int images) {
    if (prototypes.value > images) {
      return "%s: %d prototypes for %s: most would never be anyone's"
          .formatted(prototypes.key, prototypes.value, Names.counted(images, "image"));
    }
    int most = queue.there() ? queue.value : images - 1;
    if (neighbours.value > most) {
      return "%s: %d nearest of %s"
          .formatted(
              neighbours.key,
              neighbours.value,
              queue.there() ? Names.counted(most, "key") : Names.counted(most, "other image"));
    }
    return null;
  }

  private String ofBags(int images) {
    if (mates.value >= images) {
      return "%s: bags of %s for %s"
          .formatted(mates.key, Names.counted(mates.value, "mate"), Names.counted(images, "image"));
    }
    if (clusters.there() && (long) clusters.value * (mates.value + 1) > images) {
      return "%s: %d clusters of %s hold %.1f each on average, too few for an image and its %s"
          .formatted(
              clusters.key,
              clusters.value,
              Names.counted(images, "image"),
              (double) images / clusters.value,
              Names.counted(mates.value, "mate"));
    }
    return null;
  }

  /** What may work and is unwise, in words, none or some. */
  public List<String> cautions(int images, int batch) {
    List<String> all = new ArrayList<>(cautions);
    long assigned = (long) batch + queue.value;
    if (prototypes.value > Math.min(images / 4, PROTOTYPES_AN_IMAGE * assigned)) {
      all.add(
          "%s: %d prototypes for %s, %d of them assigned at a time: most may never be anyone's, and the loss stay at ln(%d); %s is safer"
              .formatted(
                  prototypes.key,
                  prototypes.value,
                  Names.counted(images, "image"),
                  assigned,
                  prototypes.value,
                  prototypes.with(Fit.prototypes(images, assigned))));
    }
    return all;
  }
}
