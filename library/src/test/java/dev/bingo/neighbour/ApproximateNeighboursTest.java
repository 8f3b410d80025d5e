package dev.bingo.neighbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.torch.Engine;
import dev.bingo.weights.MappedRows;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApproximateNeighboursTest {
  private static final int K = 5;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  /** Clusters that overlap: no cell has all the neighbours of its rows. */
  private static Tensor overlapping(int n) {
    torch.manual_seed(21);
    Tensor centres = torch.randn(n / 40, 24);
    return torch.normalize(centres.repeat(40, 1).add(torch.randn(n, 24).mul(new Scalar(0.9))));
  }

  @Test
  void findsWhatItAimsAtAndSaysHowMuch() {
    try (PointerScope scope = new PointerScope()) {
      Rows rows = Rows.of(overlapping(6000));
      int[][] truth = NearestNeighbours.inFloat32(rows, K, done -> {}, 1024, 6000).members();
      var some = ApproximateNeighbours.search(rows, K, 0.8, 3, done -> {});
      var most = ApproximateNeighbours.search(rows, K, 0.97, 3, done -> {});
      for (var found : List.of(some, most)) {
        assertThat(found.recall())
            .isBetween(recall(found, truth) - 0.03, recall(found, truth) + 0.03);
        for (int i = 0; i < 6000; i++) {
          assertThat(found.neighbours().members()[i])
              .hasSize(K)
              .doesNotContain(i)
              .doesNotHaveDuplicates();
        }
      }
      assertThat(recall(some, truth)).isBetween(0.75, 0.95);
      assertThat(recall(most, truth)).isGreaterThan(0.95);
      assertThat(most.searched()).isGreaterThan(some.searched()).isLessThan(most.cells());
    }
  }

  private static double recall(ApproximateNeighbours.Found found, int[][] truth) {
    double hits = 0;
    for (int i = 0; i < truth.length; i++) {
      int row = i;
      hits +=
          Arrays.stream(truth[i])
              .filter(m -> IntStream.of(found.neighbours().members()[row]).anyMatch(f -> f == m))
              .count();
    }
    return hits / truth.length / K;
  }

  @Test
  void theSameSeedFindsTheSame() {
    try (PointerScope scope = new PointerScope()) {
      Rows rows = Rows.of(overlapping(2000));
      var once = ApproximateNeighbours.search(rows, K, 0.9, 1, done -> {});
      var again = ApproximateNeighbours.search(rows, K, 0.9, 1, done -> {});
      assertThat(again.neighbours().members()).isDeepEqualTo(once.neighbours().members());
    }
  }

  @Test
  void duplicatesThatFillACellStillHaveMates() {
    try (PointerScope scope = new PointerScope()) {
      Tensor rows = overlapping(2000);
      rows.narrow(0, 0, 1500).copy_(rows.narrow(0, 1999, 1).repeat(1500, 1));
      var found = ApproximateNeighbours.search(Rows.of(rows), K, 0.9, 1, done -> {});
      for (int i = 0; i < 2000; i++) {
        assertThat(found.neighbours().members()[i]).doesNotContain(i).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void searchesHalfPrecisionRowsOfAFile(@TempDir Path folder) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Tensor values = overlapping(2000).mul(new Scalar(3));
      Path file = folder.resolve("features.npy");
      Npy.write(file, values.to(ScalarType.Half));
      List<Long> told = new ArrayList<>();
      Rows mapped = Rows.of(MappedRows.open(file));
      Rows held = Rows.of(torch.normalize(values.to(ScalarType.Half).to(ScalarType.Float)));
      var found = ApproximateNeighbours.search(mapped, K, 0.9, 1, told::add);
      var expected = ApproximateNeighbours.search(held, K, 0.9, 1, done -> {});
      assertThat(found.neighbours().members()).isDeepEqualTo(expected.neighbours().members());
      assertThat(told).isSorted().endsWith(2000L);
    }
  }

  @Test
  void tooFewRowsAreRefused() {
    try (PointerScope scope = new PointerScope()) {
      Rows rows = Rows.of(overlapping(80));
      assertThatThrownBy(() -> ApproximateNeighbours.search(rows, K, 0.9, 1, done -> {}))
          .hasMessageContaining("too few rows");
    }
  }
}
