package dev.bingo.app.command;

import dev.bingo.image.ImageSource;
import dev.bingo.look.Clusters.Cluster;
import dev.bingo.look.LabelSuspects;
import dev.bingo.look.Outliers;
import dev.bingo.look.Survey;
import dev.bingo.similar.SimilarIndex;
import dev.bingo.similar.SimilarIndex.Pairs;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What was found in a set of images.
 *
 * @param source the images, bad ones too
 * @param labels of each, −1 where unknown
 * @param byVectors what takes an encoder; null without one
 */
record Looked(ImageSource source, int[] labels, Survey survey, ByVectors byVectors) {
  /**
   * What takes an encoder.
   *
   * @param rowLabels of each row of the index, −1 where unknown
   * @param threshold cosine from which on two images count as near duplicates
   * @param measured whether the threshold was measured, and not given
   * @param suspects null where the images have no labels, or but one class
   */
  record ByVectors(
      SimilarIndex index,
      int[] rowLabels,
      double threshold,
      boolean measured,
      Pairs pairs,
      Outliers outliers,
      List<Cluster> clusters,
      LabelSuspects suspects) {
    String id(int row) {
      return index.entry(row).id();
    }
  }

  static Looked of(ImageSource source, Survey survey, ByVectors byVectors) {
    int[] labels = IntStream.range(0, source.size()).map(source::label).toArray();
    return new Looked(source, labels, survey, byVectors);
  }

  String name(int label) {
    return label < 0 ? "" : source.classes().get(label);
  }

  /** Readable images of each class. */
  int[] classSizes() {
    int[] sizes = new int[source.classes().size()];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= 0 && !survey.bad().containsKey(i)) {
        sizes[labels[i]]++;
      }
    }
    return sizes;
  }

  /** Groups of copies of which at most one label can be right. */
  List<int[]> contradictions() {
    return survey.contradictions(labels);
  }

  /** The classes of most of a cluster's images, with their shares. */
  String mostly(Cluster cluster) {
    int[] sizes = new int[source.classes().size()];
    for (int row : cluster.rows()) {
      int label = byVectors.rowLabels[row];
      if (label >= 0) {
        sizes[label]++;
      }
    }
    List<String> top =
        IntStream.range(0, sizes.length)
            .boxed()
            .filter(c -> sizes[c] * 10 >= cluster.rows().size())
            .sorted((a, b) -> Integer.compare(sizes[b], sizes[a]))
            .limit(3)
            .map(c -> name(c) + " " + Math.round(100.0 * sizes[c] / cluster.rows().size()) + " %")
            .toList();
    return top.isEmpty() && Arrays.stream(sizes).sum() > 0 ? "mixed" : String.join(", ", top);
  }
}
