package dev.bingo.select;

/** By what images are chosen. */
public enum Strategy {
  /** By a draw: what every other one is to be held against. */
  RANDOM(false, false, "none: drawn at random"),

  /**
   * k-centre greedy (Sener and Savarese, arXiv 1708.00489; MoBYv2AL's choice): again and again the
   * image farthest from all that are labelled or chosen.
   */
  CORE_SET(true, false, "distance to the nearest image labelled or chosen before; larger first"),

  /** Where the two likeliest classes are nearly as likely. */
  MARGIN(true, true, "probability of the likeliest class less the second's; smaller first"),

  /** Where the classifier's probabilities are spread out. */
  ENTROPY(true, true, "entropy of the classes' probabilities, nats; larger first"),

  /**
   * The most typical image of each cluster that has fewest labels (Hacohen, Dekel and Weinshall,
   * arXiv 2202.02794): for a start without labels, or with few.
   */
  TYPICLUST(false, false, "typicality: 1 / mean distance to the nearest of its cluster"),

  /** {@link #CORE_SET} among the images of the smallest margins. */
  MARGIN_CORE_SET(
      true, true, "distance to the nearest image labelled or chosen before; larger first");

  private final boolean labels;
  private final boolean classes;
  private final String score;

  Strategy(boolean labels, boolean classes, String score) {
    this.labels = labels;
    this.classes = classes;
    this.score = score;
  }

  /** Whether some images must be labelled. */
  public boolean needsLabels() {
    return labels;
  }

  /** Whether it asks a classifier, which takes labels of two classes. */
  public boolean needsClassifier() {
    return classes;
  }

  /** What {@link Pick#score} is, for people. */
  public String score() {
    return score;
  }
}
