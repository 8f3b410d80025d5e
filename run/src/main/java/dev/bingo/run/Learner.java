package dev.bingo.run;

import dev.bingo.evaluate.Confusion;
import dev.bingo.neighbour.Rows;
import dev.bingo.select.Classifier;
import java.io.IOException;

/** What is taught, round after round, in a simulation of active learning. */
public interface Learner {
  /** Images to choose from, those that are labelled among them: the rows of {@link Learnt#pool}. */
  int size();

  /**
   * Learns from the labels of these rows, from the start.
   *
   * @param labelled ascending
   * @return good as long as the caller's native scope
   */
  Learnt learn(int[] labelled, long seed) throws IOException;

  /**
   * What came out.
   *
   * @param pool features of all images
   * @param classifier of such features
   * @param test what it made of the images to judge by
   */
  record Learnt(Rows pool, Classifier classifier, Confusion test) {}
}
