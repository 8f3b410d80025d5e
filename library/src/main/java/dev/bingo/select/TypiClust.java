package dev.bingo.select;

import dev.bingo.neighbour.KMeans;
import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * TypiClust (Hacohen, Dekel and Weinshall, ICML 2022, arXiv 2202.02794, algorithm 1), by directions
 * of features:
 *
 * <pre>
 * clusters = k-means(all rows, K = min(labelled + budget, 500))
 * go round the clusters of more than 5, those with fewest labelled first, then the largest:
 *   take the most typical unlabelled row,  typicality = 1 / mean distance to its k nearest,
 *   k = min(20, half of the cluster's unlabelled rows)
 * </pre>
 *
 * <p>As in the public code (avihu111/TypiClust); k-means is spherical here. Clusters of up to 5
 * come last, so that any budget can be met. Above 65,536 rows centres are found by so many, drawn
 * by the seed, and above 8,192 of a cluster typicality is that among so many: memory is bounded.
 */
final class TypiClust {
  static final int MOST_CLUSTERS = 500;
  static final int SMALL = 5;
  static final int NEIGHBOURS = 20;

  private static final int CENTRES_FROM = 1 << 16;
  private static final int TYPICAL_AMONG = 1 << 13;
  private static final int ITERATIONS = 50;
  private static final int BLOCK = 4096;
  private static final long SAMPLE = 0x7c1;

  private final Rows points;
  private final long seed;
  private final Spacing spacing;

  TypiClust(Rows points, long seed, Spacing spacing) {
    this.points = points;
    this.seed = seed;
    this.spacing = spacing;
  }

  List<Pick> choose(int[] labelled, int[] unlabelled, int budget) {
    int[] all = new int[labelled.length + unlabelled.length];
    System.arraycopy(labelled, 0, all, 0, labelled.length);
    System.arraycopy(unlabelled, 0, all, labelled.length, unlabelled.length);
    int clusters =
        (int) Math.min(Math.min((long) labelled.length + budget, MOST_CLUSTERS), all.length);
    return choose(clusters(all, clusters), labelled.length, all, clusters, budget);
  }

  private record Cluster(int id, int labelled, List<Integer> left) {
    int size() {
      return labelled + left.size();
    }
  }

  private List<Pick> choose(int[] of, int labelled, int[] rows, int clusters, int budget) {
    int[] known = new int[clusters];
    List<List<Integer>> left = new ArrayList<>();
    for (int c = 0; c < clusters; c++) {
      left.add(new ArrayList<>());
    }
    for (int i = 0; i < rows.length; i++) {
      if (i < labelled) {
        known[of[i]]++;
      } else {
        left.get(of[i]).add(rows[i]);
      }
    }
    List<Cluster> large = new ArrayList<>();
    List<Cluster> small = new ArrayList<>();
    for (int c = 0; c < clusters; c++) {
      Cluster cluster = new Cluster(c, known[c], left.get(c));
      (cluster.size() > SMALL ? large : small).add(cluster);
    }
    List<Pick> picks = new ArrayList<>();
    goRound(large, budget, picks);
    goRound(small, budget, picks);
    return picks;
  }

  private void goRound(List<Cluster> clusters, int budget, List<Pick> picks) {
    List<Cluster> order = new ArrayList<>(clusters);
    order.sort(
        Comparator.comparingInt(Cluster::labelled)
            .thenComparing(Comparator.comparingInt(Cluster::size).reversed())
            .thenComparingInt(Cluster::id));
    while (!order.isEmpty() && picks.size() < budget) {
      List<Cluster> spent = new ArrayList<>();
      for (Cluster cluster : order) {
        Pick pick = picks.size() < budget ? mostTypical(cluster) : null;
        if (pick != null) {
          picks.add(pick);
        } else {
          spent.add(cluster);
        }
      }
      order.removeAll(spent);
    }
  }

  /** Null where none is left that is far enough from those labelled and taken. */
  private Pick mostTypical(Cluster cluster) {
    int[] rows = cluster.left.stream().mapToInt(r -> r).toArray();
    if (rows.length > TYPICAL_AMONG) {
      int[] order = Draws.of(seed, SAMPLE, cluster.id, rows.length).permutation(rows.length);
      rows = Arrays.stream(order).limit(TYPICAL_AMONG).sorted().map(cluster.left::get).toArray();
    }
    float[] typicality = typicality(rows);
    int[] order = Uncertainty.ranked(typicality, true);
    int[] ranked = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      ranked[i] = rows[order[i]];
    }
    List<Integer> taken = spacing.take(ranked, 1);
    if (taken.isEmpty()) {
      return null;
    }
    int row = taken.get(0);
    cluster.left.remove(Integer.valueOf(row));
    return Pick.of(row, typicality[Arrays.binarySearch(rows, row)]).ofCluster(cluster.id);
  }

  /** Of each row among these; 0 for one that is alone. */
  private float[] typicality(int[] rows) {
    int k = Math.min(NEIGHBOURS, rows.length / 2);
    float[] all = new float[rows.length];
    if (k == 0) {
      return all;
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Tensor unit = unit(rows);
      for (int from = 0; from < rows.length; from += BLOCK) {
        int count = Math.min(BLOCK, rows.length - from);
        try (PointerScope inner = new PointerScope()) {
          Tensor cosines = unit.narrow(0, from, count).matmul(unit.t());
          cosines.narrow(1, from, count).fill_diagonal_(new Scalar(Double.NEGATIVE_INFINITY));
          Tensor near = cosines.topk(k, 1, true, false).get0();
          Tensor squared = near.mul_(new Scalar(-2.0)).add_(new Scalar(2.0));
          float[] means = Tensors.toFloats(squared.clamp_min_(new Scalar(0.0)).sqrt_().mean(1));
          for (int i = 0; i < count; i++) {
            // The public code's guard against copies.
            all[from + i] = (float) (1 / (means[i] + 1e-5));
          }
        }
      }
    }
    return all;
  }

  private Tensor unit(int[] rows) {
    return torch.normalize(points.gather(Arrays.stream(rows).asLongStream().toArray()));
  }

  /** The cluster of each of these rows. */
  int[] clusters(int[] rows, int clusters) {
    int[] of = new int[rows.length];
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      int[] some = rows;
      if (rows.length > CENTRES_FROM) {
        int[] order = Draws.of(seed, SAMPLE).permutation(rows.length);
        some = Arrays.stream(order).limit(CENTRES_FROM).sorted().map(i -> rows[i]).toArray();
      }
      Tensor centres = KMeans.spreadCentres(unit(some), clusters, ITERATIONS, seed).t();
      for (int from = 0; from < rows.length; from += BLOCK) {
        int count = Math.min(BLOCK, rows.length - from);
        try (PointerScope inner = new PointerScope()) {
          Tensor block = unit(Arrays.copyOfRange(rows, from, from + count));
          long[] nearest =
              Tensors.toLongs(block.matmul(centres).argmax(new LongOptional(1), false));
          for (int i = 0; i < count; i++) {
            of[from + i] = (int) nearest[i];
          }
        }
      }
    }
    return of;
  }
}
