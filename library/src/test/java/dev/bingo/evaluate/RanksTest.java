package dev.bingo.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RanksTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void placesAreCountedFromZeroAndTiesGoToTheLowerClass() {
    assertThat(ranks(new float[] {3, 1, 2}, 0)).isZero();
    assertThat(ranks(new float[] {3, 1, 2}, 1)).isEqualTo(2);
    assertThat(ranks(new float[] {2, 2, 2}, 0)).isZero();
    assertThat(ranks(new float[] {2, 2, 2}, 2)).isEqualTo(2);
  }

  @Test
  void aDivergedClassifierNeverHits() {
    assertThat(ranks(new float[] {Float.NaN, Float.NaN, Float.NaN}, 0)).isEqualTo(3);
    assertThat(ranks(new float[] {1, Float.NaN, 0}, 0)).isEqualTo(1);
  }

  private static long ranks(float[] scores, long label) {
    return Ranks.of(Tensors.of(scores, 1, scores.length), Tensors.of(new long[] {label}, 1))
        .item_long();
  }
}
