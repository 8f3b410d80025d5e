package dev.bingo.look;

import dev.bingo.similar.SimilarIndex.Neighbours;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Labels to look at again, by confident learning (Northcutt et al., arXiv 1911.00068): an image
 * whose neighbours speak for another class as strongly as they do for the images of that class. The
 * neighbours' votes are each image's probabilities; no image votes for itself, nor do copies of it.
 *
 * @param suspects most suspicious first
 * @param agreement share of labelled images whose neighbours give the label that they have: the
 *     less it is, the more of the suspects are the encoder's mistakes
 * @param judged how many images have a label, and neighbours that have one
 */
public record LabelSuspects(List<Suspect> suspects, double agreement, int judged) {
  private static final double TEMPERATURE = 0.1;

  /**
   * An image.
   *
   * @param row of its vector
   * @param given its label
   * @param likely the label that its neighbours speak for
   * @param support their vote for it, 0 to 1
   * @param own their vote for the label it has
   */
  public record Suspect(int row, int given, int likely, double support, double own) {}

  /**
   * Finds them.
   *
   * @param labels of each row, −1 where unknown
   * @param digests of each row: those with equal ones are copies
   */
  public static LabelSuspects of(Neighbours near, int[] labels, IntFunction<String> digests) {
    int n = labels.length;
    int classes = 0;
    for (int label : labels) {
      classes = Math.max(classes, label + 1);
    }
    List<Map<Integer, Double>> votes = new ArrayList<>(n);
    double[] sum = new double[classes];
    int[] count = new int[classes];
    int judged = 0;
    int agreeing = 0;
    for (int row = 0; row < n; row++) {
      Map<Integer, Double> of = labels[row] < 0 ? Map.of() : votes(near, labels, digests, row);
      votes.add(of);
      if (!of.isEmpty()) {
        judged++;
        agreeing += best(of) == labels[row] ? 1 : 0;
        sum[labels[row]] += of.getOrDefault(labels[row], 0.0);
        count[labels[row]]++;
      }
    }
    List<Suspect> suspects = new ArrayList<>();
    for (int row = 0; row < n; row++) {
      int likely = -1;
      double most = 0;
      for (Map.Entry<Integer, Double> vote : votes.get(row).entrySet()) {
        int label = vote.getKey();
        boolean confident = count[label] > 0 && vote.getValue() >= sum[label] / count[label];
        if (confident && vote.getValue() > most) {
          likely = label;
          most = vote.getValue();
        }
      }
      if (likely >= 0 && likely != labels[row]) {
        double own = votes.get(row).getOrDefault(labels[row], 0.0);
        suspects.add(new Suspect(row, labels[row], likely, most, own));
      }
    }
    suspects.sort(Comparator.comparingDouble(s -> s.own() - s.support()));
    return new LabelSuspects(suspects, judged == 0 ? 0 : (double) agreeing / judged, judged);
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
