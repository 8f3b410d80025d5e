package dev.bingo.classify;

import java.util.Arrays;

/** What an image counts, in learning and in calibration, where classes are of unlike sizes. */
public enum Balance {
  /** Each class counts the same: probabilities are those of a set with as many images of each. */
  CLASSES,
  /** Each image counts the same: probabilities are those of a set like the labelled one. */
  IMAGES;

  /** Of each image; their mean is 1. */
  public double[] weights(int[] labels, int classes) {
    double[] ofClass = ofClasses(labels, classes);
    return Arrays.stream(labels).mapToDouble(label -> ofClass[label]).toArray();
  }

  /** Of an image of each class; 0 where it has none. */
  public double[] ofClasses(int[] labels, int classes) {
    int[] count = new int[classes];
    Arrays.stream(labels).forEach(label -> count[label]++);
    double present = Arrays.stream(count).filter(n -> n > 0).count();
    return Arrays.stream(count)
        .mapToDouble(n -> n == 0 ? 0 : this == IMAGES ? 1 : labels.length / (present * n))
        .toArray();
  }
}
