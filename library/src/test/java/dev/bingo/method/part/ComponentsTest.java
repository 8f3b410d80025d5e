package dev.bingo.method.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ComponentsTest {
  @Test
  void chainsAndPairsAreFollowedInBothDirections() {
    assertThat(Components.label(new long[] {1, 0, 1, 2})).containsExactly(0, 0, 0, 0);
    assertThat(Components.label(new long[] {3, 4, 5, 0, 1, 2})).containsExactly(0, 1, 2, 0, 1, 2);
    assertThat(Components.label(new long[] {5, 2, 1, 4, 3, 0})).containsExactly(0, 1, 1, 2, 2, 0);
  }

  @Test
  void labelsEqualThoseOfASearchThroughRandomGraphs() {
    for (int seed = 0; seed < 200; seed++) {
      Draws draws = Draws.of(seed);
      long[] nearest = new long[2 + draws.below(40)];
      for (int i = 0; i < nearest.length; i++) {
        nearest[i] = (i + 1L + draws.below(nearest.length - 1)) % nearest.length;
      }
      assertThat(Components.label(nearest)).as("seed %d", seed).isEqualTo(flooded(nearest));
    }
  }

  private static long[] flooded(long[] nearest) {
    long[] labels = new long[nearest.length];
    Arrays.fill(labels, -1);
    long next = 0;
    for (int start = 0; start < labels.length; start++) {
      if (labels[start] >= 0) {
        continue;
      }
      Deque<Integer> open = new ArrayDeque<>();
      open.add(start);
      while (!open.isEmpty()) {
        int at = open.remove();
        labels[at] = next;
        for (int i = 0; i < labels.length; i++) {
          if (labels[i] < 0 && (nearest[i] == at || nearest[at] == i)) {
            open.add(i);
          }
        }
      }
      next++;
    }
    return labels;
  }

  @Test
  void theNearestIsByCosineAndNeverTheRowItself() {
    Engine.start();
    try (PointerScope scope = new PointerScope()) {
      float[] angles = {0, 90, 5, 200, 97, 205};
      float[] rows = new float[12];
      for (int i = 0; i < angles.length; i++) {
        rows[2 * i] = (float) Math.cos(Math.toRadians(angles[i]));
        rows[2 * i + 1] = (float) Math.sin(Math.toRadians(angles[i]));
      }
      Tensor w = torch.normalize(Tensors.of(rows, 6, 2));
      assertThat(Tensors.toLongs(Components.of(w))).containsExactly(0, 1, 0, 2, 1, 2);
    }
  }
}
