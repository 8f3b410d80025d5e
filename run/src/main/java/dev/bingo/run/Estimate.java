package dev.bingo.run;

import dev.bingo.recipe.Methods;
import dev.bingo.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;

/**
 * What a training will take on this machine: counts of its parts times what one of each was
 * measured to take.
 *
 * @param parts in their order; those of no time are left out
 * @param epochs of the recipe
 * @param step seconds of an optimiser step, as measured
 * @param timed steps that were timed
 * @param stepsPerEpoch optimiser steps
 * @param memory bytes that the process will have at its most
 * @param available bytes of the machine or the container
 */
public record Estimate(
    List<Part> parts,
    int epochs,
    double step,
    int timed,
    int stepsPerEpoch,
    long memory,
    long available) {
  /** Products of a search of neighbours in a second, of one number each. */
  private static final double EXACT_PRODUCTS = 2e11;

  /** Seconds an image of an approximate search. */
  private static final double APPROXIMATE = 4e-5;

  /** Numbers that the fast probe moves in a second: rows times width times its passes. */
  private static final double PROBE = 1.2e9;

  private static final int PROBE_PASSES = 20 * 6;

  /**
   * Bytes that four trainings took more than while they were tried: compiled code, a heap that has
   * grown, the networks of the report.
   */
  private static final long GROWTH = 300_000_000;

  /** Share of the machine's memory that a training may be planned to take. */
  private static final double MOST_MEMORY = 0.9;

  public Estimate {
    parts = List.copyOf(parts);
  }

  /**
   * A part of a training.
   *
   * @param everyEpoch whether its time grows with the number of epochs
   */
  public record Part(String name, double seconds, boolean everyEpoch) {}

  /** All of it, seconds. */
  public double seconds() {
    return parts.stream().mapToDouble(Part::seconds).sum();
  }

  /** What doesn't grow with the number of epochs, seconds. */
  double once() {
    return parts.stream().filter(part -> !part.everyEpoch).mapToDouble(Part::seconds).sum();
  }

  /** How many epochs fit into so many seconds; below 1 not even one does. */
  double often(double seconds) {
    return epochs * (seconds - once()) / (seconds() - once());
  }

  /** Whether it fits the machine's memory, with some left for the rest of it. */
  public boolean fits() {
    return memory <= MOST_MEMORY * available;
  }

  /** Whether a recipe has its teacher's keys computed before the training. */
  static boolean caches(Recipe recipe) {
    int views = recipe.teacher().cachedViews();
    return Methods.hasTeacher(recipe)
        && views > 0
        && (views < recipe.train().epochs() || !recipe.teacher().cache().isEmpty());
  }

  /**
   * Of a recipe.
   *
   * @param images to train with
   * @param val images that are judged; 0 where none are
   * @param kept bytes of decoded images that are held; 0 where they are decoded each time
   */
  static Estimate of(Recipe recipe, Pace pace, int images, int val, long kept) {
    List<Part> parts = new ArrayList<>();
    int epochs = recipe.train().epochs();
    int steps = stepsPerEpoch(recipe, images);
    int size = recipe.data().size();
    int width = pace.width();
    add(parts, "read images", kept > 0 ? images * pace.read() : 0, false);
    if (Methods.hasTeacher(recipe)) {
      boolean checked = recipe.teacher().check().equals("yes");
      add(parts, "check the teacher", checked ? passes(images, size) * pace.teach() : 0, false);
    }
    if (Methods.usesBags(recipe)
        && recipe.bags().file().isEmpty()
        && !recipe.bags().kind().equals("labels")) {
      boolean exact = images <= BagMaker.EXACT_UP_TO;
      double search =
          exact ? (double) images * images * width / EXACT_PRODUCTS : images * APPROXIMATE;
      add(parts, "bags", images * pace.teach() + search, false);
    }
    if (caches(recipe)) {
      double keys = 2.0 * Math.min(epochs, recipe.teacher().cachedViews()) * images;
      add(parts, "the teacher's keys", keys * pace.teach(), false);
    }
    add(parts, "steps", (double) epochs * steps * pace.step(), true);
    double looks = (double) epochs * CollapseWatch.sampled(images) * pace.embed();
    int bank = Math.min(images, Monitor.BANK);
    double scores = val == 0 ? 0 : (double) scores(recipe) * (bank + val) * pace.embed();
    add(parts, "scores on the way", looks + scores, true);
    if (val > 0) {
      boolean probe = recipe.evaluate().linear().equals("fast");
      double last = (double) ((probe ? images : bank) + val) * pace.embed();
      last += probe ? (double) images * width * PROBE_PASSES / PROBE : 0;
      add(parts, "score and probe at the end", last, false);
    }
    add(parts, "report", 2.0 * passes(images, size) * pace.embed(), false);
    long features = val == 0 ? 0 : 4L * width * (images + val) * 2;
    long searched = Methods.usesBags(recipe) ? 8L * width * Math.min(images, 100_000) : 0;
    return new Estimate(
        parts,
        epochs,
        pace.step(),
        pace.timed(),
        steps,
        pace.memory() + GROWTH + kept + Math.max(features, searched),
        ProcessMemory.total());
  }

  private static void add(List<Part> parts, String name, double seconds, boolean everyEpoch) {
    if (seconds > 0) {
      parts.add(new Part(name, seconds, everyEpoch));
    }
  }

  /** Images that are embedded to set an encoder beside random weights, one of the two. */
  private static double passes(int images, int size) {
    return 3.0 * Math.min(images, ForeignWeights.judged(size));
  }

  /** Scores before the last epoch's. */
  private static int scores(Recipe recipe) {
    int every = recipe.evaluate().everyEpochs();
    return every == 0 ? 0 : (recipe.train().epochs() - 1) / every;
  }

  static int stepsPerEpoch(Recipe recipe, int images) {
    return images / recipe.train().batch() / recipe.train().accumulate();
  }
}
