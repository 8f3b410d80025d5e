package dev.bingo.select;

import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/**
 * k-centre greedy: again and again the candidate that is farthest from its nearest centre, which
 * then is a centre itself. Of two as far, the first row.
 *
 * <p>A distance to the nearest centre can only fall: the last one measured is a bound. So only
 * candidates at the top are measured again, against the centres that they have not met; what comes
 * out is what measuring all of them would give.
 */
final class KCentre {
  /** Candidates that are read together: a row of a file costs more to find than to read. */
  private static final int TOGETHER = 64;

  private final Rows points;
  private final int[] candidates;
  private final double[] bound;
  private final int[] met;
  private final int[] heap;
  private int heaped;
  private final List<float[]> chosen = new ArrayList<>();

  private KCentre(Rows points, int[] candidates, double[] bound) {
    this.points = points;
    this.candidates = candidates;
    this.bound = bound;
    met = new int[candidates.length];
    heap = new int[candidates.length];
    for (int i = 0; i < candidates.length; i++) {
      push(i);
    }
  }

  /**
   * The choice, in its order.
   *
   * @param candidates ascending
   * @param centres at least one
   * @param apart the least distance is above it: there may be fewer than {@code budget}
   */
  static List<Pick> choose(Rows points, int[] candidates, int[] centres, int budget, double apart) {
    double[] bound = Distances.nearest(points, candidates, centres).squared();
    return new KCentre(points, candidates, bound).choose(budget, apart);
  }

  private List<Pick> choose(int budget, double apart) {
    List<Pick> picks = new ArrayList<>();
    while (picks.size() < budget && heaped > 0) {
      if (met[heap[0]] < chosen.size()) {
        refresh();
        continue;
      }
      int top = pop();
      double distance = Math.sqrt(bound[top]);
      if (distance <= apart) {
        break;
      }
      picks.add(Pick.of(candidates[top], distance));
      try (PointerScope scope = new PointerScope()) {
        chosen.add(Tensors.toFloats(points.gather(new long[] {candidates[top]})));
      }
    }
    return picks;
  }

  /** Measures those at the top, as long as they have not met all centres. */
  private void refresh() {
    List<Integer> stale = new ArrayList<>();
    while (heaped > 0 && stale.size() < TOGETHER && met[heap[0]] < chosen.size()) {
      stale.add(pop());
    }
    int width = points.width();
    float[] values;
    try (PointerScope scope = new PointerScope()) {
      values =
          Tensors.toFloats(points.gather(stale.stream().mapToLong(i -> candidates[i]).toArray()));
    }
    for (int s = 0; s < stale.size(); s++) {
      int i = stale.get(s);
      for (; met[i] < chosen.size(); met[i]++) {
        double d = Distances.squared(values, s * width, chosen.get(met[i]), 0, width, bound[i]);
        bound[i] = Math.min(bound[i], d);
      }
      push(i);
    }
  }

  private boolean before(int i, int j) {
    return bound[i] > bound[j] || (bound[i] == bound[j] && i < j);
  }

  private void push(int i) {
    int at = heaped++;
    while (at > 0 && before(i, heap[(at - 1) / 2])) {
      heap[at] = heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    heap[at] = i;
  }

  private int pop() {
    int top = heap[0];
    int last = heap[--heaped];
    int at = 0;
    for (int child = 1; child < heaped; child = 2 * at + 1) {
      if (child + 1 < heaped && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], last)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
