package dev.bingo.look;

import dev.bingo.evaluate.ConfidentLearning;
import dev.bingo.evaluate.ConfidentLearning.Suspect;
import dev.bingo.similar.SimilarIndex.Neighbours;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Labels to look at again, by {@link ConfidentLearning}: an image whose neighbours speak for
 * another class as strongly as they do for the images of that class. The neighbours' votes are each
 * image's probabilities; no image votes for itself, nor do copies of it.
 *
 * @param suspects most suspicious first
 * @param agreement share of labelled images whose neighbours give the label that they have: the
 *     less it is, the more of the suspects are the encoder's mistakes
 * @param judged how many images have a label, and neighbours that have one
 */
public record LabelSuspects(List<Suspect> suspects, double agreement, int judged) {
  private static final double TEMPERATURE = 0.1;

  /**
   * Finds them.
   *
   * @param labels of each row, −1 where unknown
   * @param digests of each row: those with equal ones are copies
   */
  public static LabelSuspects of(Neighbours near, int[] labels, IntFunction<String> digests) {
    List<Map<Integer, Double>> votes = new ArrayList<>(labels.length);
    int judged = 0;
    int agreeing = 0;
    for (int row = 0; row < labels.length; row++) {
      Map<Integer, Double> of = labels[row] < 0 ? Map.of() : votes(near, labels, digests, row);
      votes.add(of);
      if (!of.isEmpty()) {
        judged++;
        agreeing += best(of) == labels[row] ? 1 : 0;
      }
    }
    return new LabelSuspects(
        ConfidentLearning.suspects(labels, votes::get),
        judged == 0 ? 0 : (double) agreeing / judged,
        judged);
  }

  private static Map<Integer, Double> votes(
      Neighbours near, int[] labels, IntFunction<String> digests, int row) {
    Map<Integer, Double> votes = new TreeMap<>();
    double all = 0;
    for (int j = 0; j < near.members()[row].length; j++) {
      int member = near.members()[row][j];
      if (labels[member] >= 0 && !digests.apply(member).equals(digests.apply(row))) {
        double weight = Math.exp((near.cosine(row, j) - 1) / TEMPERATURE);
        votes.merge(labels[member], weight, Double::sum);
        all += weight;
      }
    }
    double whole = all;
    votes.replaceAll((label, weight) -> weight / whole);
    return votes;
  }

  private static int best(Map<Integer, Double> votes) {
    return votes.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }
}
