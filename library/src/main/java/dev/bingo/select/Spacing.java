package dev.bingo.select;

import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/**
 * Takes rows in an order of preference and leaves out those that are too near to a labelled one or
 * to one that was taken: near-duplicates teach once.
 */
final class Spacing {
  private final Rows points;
  private final int[] labelled;
  private final double apart;
  private final List<float[]> taken = new ArrayList<>();

  /**
   * @param apart the least distance is above it; 0 leaves out copies alone
   */
  Spacing(Rows points, int[] labelled, double apart) {
    this.points = points;
    this.labelled = labelled;
    this.apart = apart;
  }

  /** The first {@code count} of {@code rows} that are far enough apart, or fewer. */
  List<Integer> take(int[] rows, int count) {
    List<Integer> all = new ArrayList<>();
    for (int from = 0; from < rows.length && all.size() < count; ) {
      int some = Math.min(rows.length - from, Math.max(64, count - all.size()));
      takeOf(Arrays.copyOfRange(rows, from, from + some), count, all);
      from += some;
    }
    return all;
  }

  private void takeOf(int[] rows, int count, List<Integer> all) {
    int width = points.width();
    double limit = apart * apart;
    double[] known = Distances.nearest(points, rows, labelled).squared();
    float[] values;
    try (PointerScope scope = new PointerScope()) {
      values = Tensors.toFloats(points.gather(Arrays.stream(rows).asLongStream().toArray()));
    }
    for (int i = 0; i < rows.length && all.size() < count; i++) {
      if (known[i] > limit && isApart(values, i * width, limit)) {
        all.add(rows[i]);
        taken.add(Arrays.copyOfRange(values, i * width, (i + 1) * width));
      }
    }
  }

  private boolean isApart(float[] values, int at, double limit) {
    for (float[] other : taken) {
      if (!(Distances.squared(values, at, other, 0, other.length, limit) > limit)) {
        return false;
      }
    }
    return true;
  }
}
