package dev.bingo.look;

import dev.bingo.neighbour.Centroids;
import dev.bingo.neighbour.Rows;
import dev.bingo.similar.Hit;
import dev.bingo.similar.SimilarIndex;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/** Groups of images that resemble one another, by spherical k-means. */
public final class Clusters {
  private static final int MOST = 24;
  private static final int SPREAD_OUT = 20_000;

  private Clusters() {}

  /**
   * A group.
   *
   * @param rows of its images
   * @param examples those nearest to its middle, nearest first
   */
  public record Cluster(List<Integer> rows, List<Hit> examples) {}

  /** How many groups are useful to look at among so many images. */
  public static int count(int images) {
    return Math.max(1, Math.min(MOST, (int) Math.sqrt(images / 2.0)));
  }

  /**
   * Finds groups, largest first; empty ones are left out.
   *
   * @param count at most as many as there are images
   * @param examples of each
   */
  public static List<Cluster> of(SimilarIndex index, int count, int examples, long seed)
      throws IOException {
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope scope = new PointerScope()) {
      Rows rows = index.rows();
      Tensor centres = Centroids.spread(rows, count, SPREAD_OUT, seed);
      int[] of = Centroids.assign(rows, centres);
      List<Cluster> clusters = new ArrayList<>();
      for (int c = 0; c < count; c++) {
        int cluster = c;
        List<Integer> members =
            IntStream.range(0, of.length).filter(row -> of[row] == cluster).boxed().toList();
        if (!members.isEmpty()) {
          List<Hit> near =
              index.search(Tensors.toFloats(centres.select(0, c)), 4 * examples).stream()
                  .filter(hit -> of[hit.row()] == cluster)
                  .limit(examples)
                  .toList();
          clusters.add(new Cluster(members, near));
        }
      }
      clusters.sort(Comparator.comparingInt((Cluster c) -> c.rows().size()).reversed());
      return clusters;
    }
  }
}
