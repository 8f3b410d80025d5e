package dev.bingo.method.part;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.HashSet;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class NeighboursTest {
  private static final int IMAGES = 2500; // more than two blocks
  private static final int K = 3;

  @Test
  void matesAreTheNearestOnceSearchedAndPublished() {
    Engine.start();
    try (PointerScope scope = new PointerScope()) {
      Neighbours neighbours = new Neighbours(IMAGES, 2, K);
      // on a circle, in shuffled order: the nearest are next to each other
      int[] order = Draws.of(5).permutation(IMAGES);
      float[] rows = new float[2 * IMAGES];
      for (int i = 0; i < IMAGES; i++) {
        // gaps grow, so that no two are equally near
        double angle = 1.5 * Math.PI * Math.pow((double) order[i] / IMAGES, 1.5);
        rows[2 * i] = (float) Math.cos(angle);
        rows[2 * i + 1] = (float) Math.sin(angle);
      }
      Tensor all = torch.arange(new Scalar(IMAGES));
      neighbours.keep(all, Tensors.of(rows, IMAGES, 2));
      assertThat(mates(neighbours, 7)).as("before the first search").containsExactly(7);
      neighbours.search(1024);
      assertThat(mates(neighbours, 7)).as("before it is published").containsExactly(7);
      neighbours.publish();
      for (int image : new int[] {0, 7, 1023, 1024, 2047, 2048, IMAGES - 1}) {
        if (order[image] < 1000 || order[image] > IMAGES - 10) {
          continue; // float32 can't tell the nearest apart at the start; the end has one side
        }
        assertThat(mates(neighbours, image))
            .hasSize(K)
            .allMatch(m -> m != image && Math.abs(order[m] - order[image]) <= 2);
      }
    }
  }

  private static Set<Integer> mates(Neighbours neighbours, int image) {
    Set<Integer> found = new HashSet<>();
    for (int d = 0; d < 60; d++) {
      found.add(neighbours.mate(image, Draws.of(d)));
    }
    return found;
  }
}
