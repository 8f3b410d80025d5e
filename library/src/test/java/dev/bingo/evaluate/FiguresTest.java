package dev.bingo.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void evenlySpreadEmbeddingsShowNoCollapse() {
    Collapse figures = Collapse.of(noise(3000, 16));
    assertThat(figures.spread()).isCloseTo(1, within(.02));
    assertThat(figures.effectiveRank()).isGreaterThan(15.9);
    assertThat(figures.meanCosine()).isCloseTo(0, within(.01));
  }

  @Test
  void oneDirectionIsCollapse() {
    Tensor one = torch.ones(50, 16);
    Collapse figures = Collapse.of(one);
    assertThat(figures.spread()).isCloseTo(0, within(1e-5));
    assertThat(figures.effectiveRank()).isCloseTo(1, within(1e-4));
    assertThat(figures.meanCosine()).isCloseTo(1, within(1e-5));
  }

  @Test
  void figuresAreThoseOfPlainLoops() {
    Tensor rows = noise(6, 3);
    float[] v = Tensors.toFloats(rows);
    double cosines = 0;
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 6; j++) {
        cosines += i == j ? 0 : cosine(v, i, j) / 30;
      }
    }
    assertThat(Collapse.of(rows).meanCosine()).isCloseTo(cosines, within(1e-6));
    // Two orthogonal directions, one of them held by three of four rows: singular values √3 and 1.
    Tensor two = Tensors.of(new float[] {1, 0, 1, 0, 1, 0, 0, 1}, 4, 2);
    double p = Math.sqrt(3) / (Math.sqrt(3) + 1);
    double rank = Math.exp(-p * Math.log(p) - (1 - p) * Math.log(1 - p));
    assertThat(Collapse.of(two).effectiveRank()).isCloseTo(rank, within(1e-9));
  }

  private static double cosine(float[] v, int i, int j) {
    double dot = 0;
    double a = 0;
    double b = 0;
    for (int d = 0; d < 3; d++) {
      dot += v[i * 3 + d] * v[j * 3 + d];
      a += v[i * 3 + d] * v[i * 3 + d];
      b += v[j * 3 + d] * v[j * 3 + d];
    }
    return dot / Math.sqrt(a * b);
  }

  @Test
  void pcaFindsTheLongDirectionFirst() {
    Features blobs = Toy.blobs(200, 6, 2, .01, 1);
    double[][] map = Projection2d.pca(blobs.values());
    // Two classes a point each: the first coordinate tells them apart, the second is noise.
    for (int i = 2; i < 200; i++) {
      assertThat(Math.signum(map[i][0])).isEqualTo(Math.signum(map[i % 2][0]));
      assertThat(Math.abs(map[i][1])).isLessThan(.1);
    }
  }

  @Test
  void theMapKeepsNeighboursTogetherAndRepeatsItself() {
    Features blobs = Toy.blobs(150, 20, 5, .4, 1);
    double[][] map = Projection2d.tsne(blobs.values());
    int right = 0;
    for (int i = 0; i < 150; i++) {
      int nearest = -1;
      for (int j = 0; j < 150; j++) {
        if (j != i && (nearest < 0 || distance(map, i, j) < distance(map, i, nearest))) {
          nearest = j;
        }
      }
      right += nearest % 5 == i % 5 ? 1 : 0;
    }
    assertThat(right).isGreaterThan(145);
    assertThat(Projection2d.tsne(blobs.values())).isDeepEqualTo(map);
  }

  @Test
  void equalPointsMakeNoNumbersThatAreNone() {
    for (double[] point : Projection2d.tsne(torch.ones(20, 4))) {
      assertThat(point).doesNotContain(Double.NaN);
    }
  }

  @Test
  void tooManyPointsAreRefusedAndSamplesAreDistinct() {
    assertThatThrownBy(() -> Projection2d.tsne(torch.ones(Projection2d.MOST_POINTS + 1, 2)))
        .hasMessageContaining("sample()");
    assertThat(Projection2d.sample(100, 30, 1)).hasSize(30).doesNotHaveDuplicates().isSorted();
    assertThat(Projection2d.sample(5, 30, 1)).containsExactly(0, 1, 2, 3, 4);
  }

  private static double distance(double[][] map, int i, int j) {
    return Math.hypot(map[i][0] - map[j][0], map[i][1] - map[j][1]);
  }

  private static Tensor noise(int n, int d) {
    float[] values = new float[n * d];
    Draws draws = Draws.of(n, d);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) draws.normal();
    }
    return Tensors.of(values, n, d);
  }
}
