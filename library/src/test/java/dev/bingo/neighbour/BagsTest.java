package dev.bingo.neighbour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.bag.Bags;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Int8Product;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BagsTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void neighboursAndDistancesEqualTheOfficialSearch() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("03-bingo-bags/bags");
      for (JsonNode size : golden.json().path("scalars").path("K")) {
        int k = size.asInt();
        var found = NearestNeighbours.exact(Rows.of(golden.tensor("features")), k, done -> {});
        long[] expected = Tensors.toLongs(golden.tensor("bag_k" + k));
        float[] distances = Tensors.toFloats(golden.tensor("dist_k" + k));
        for (int i = 0; i < found.members().length; i++) {
          for (int j = 0; j < k; j++) {
            assertThat((long) found.members()[i][j]).isEqualTo(expected[i * k + j]);
            assertThat(found.squaredDistances()[i][j])
                .isCloseTo(distances[i * k + j], org.assertj.core.api.Assertions.within(2e-6f));
          }
        }
      }
    }
  }

  @Test
  void aDuplicatedImageIsNotInItsOwnBag() {
    try (PointerScope scope = new PointerScope()) {
      Tensor rows = Tensors.of(new float[] {1, 0, 1, 0, 1, 0, 0, 1}, 4, 2);
      int[][] members = NearestNeighbours.exact(Rows.of(rows), 2, done -> {}).members();
      for (int i = 0; i < 4; i++) {
        assertThat(members[i]).doesNotContain(i).doesNotHaveDuplicates();
      }
      assertThatThrownBy(() -> NearestNeighbours.exact(Rows.of(rows), 4, done -> {}))
          .hasMessageContaining("1 to 3");
    }
  }

  @Test
  void anImageThatCannotBeReadIsAloneAndNobodysMate() {
    Bags read = Bags.of(new int[][] {{1, 2}, {0, 2}, {1, 0}});
    Bags bags = read.among(new int[] {0, 2, 3}, 5);
    assertThat(bags.of(0)).containsExactly(2, 3);
    assertThat(bags.of(1)).containsExactly(1, 1);
    assertThat(bags.of(3)).containsExactly(2, 0);
    assertThat(bags.of(4)).containsExactly(4, 4);
    assertThat(bags.mate(1, Draws.of(1))).isEqualTo(1);
    assertThat(bags.purity(new int[] {7, 7, 7, 8, 7})).isEqualTo(2 / 6.);
    assertThatThrownBy(() -> Bags.of(new int[][] {{1, 0}, {0, 0}}))
        .hasMessageContaining("the image itself");
  }

  @Test
  void someOfTheRowsAreAsIfThereWereNoOthers() {
    try (PointerScope scope = new PointerScope()) {
      Tensor all = torch.randn(9, 4);
      Rows some = Rows.of(all).at(new long[] {0, 1, 4, 5, 8});
      Tensor expected = all.index_select(0, Tensors.of(new long[] {0, 1, 4, 5, 8}, 5));
      assertThat(some.size()).isEqualTo(5);
      assertThat(some.block(0, 5).equal(expected)).isTrue();
      assertThat(some.block(1, 3).equal(expected.narrow(0, 1, 3))).isTrue();
      assertThat(
              some.gather(new long[] {4, 2})
                  .equal(all.index_select(0, Tensors.of(new long[] {8, 4}, 2))))
          .isTrue();
    }
  }

  @Test
  void blocksGiveWhatOneSearchGives() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(3);
      Tensor rows = torch.normalize(torch.randn(1500, 8));
      int[][] members = NearestNeighbours.exact(Rows.of(rows), 3, done -> {}).members();
      float[] flat = Tensors.toFloats(rows);
      for (int i : new int[] {0, 1023, 1024, 1499}) {
        int best = -1;
        double most = -2;
        for (int j = 0; j < 1500; j++) {
          double dot = 0;
          for (int d = 0; d < 8; d++) {
            dot += (double) flat[i * 8 + d] * flat[j * 8 + d];
          }
          if (j != i && dot > most) {
            most = dot;
            best = j;
          }
        }
        assertThat(members[i][0]).isEqualTo(best);
      }
    }
  }

  @Test
  void tilesOfAnySizeGiveTheSameNeighbours() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(5);
      Tensor rows = torch.normalize(torch.randn(57, 6));
      var whole = NearestNeighbours.exact(Rows.of(rows), 10, done -> {});
      for (int[] tile : new int[][] {{1, 1}, {57, 3}, {10, 13}, {16, 56}, {100, 100}}) {
        var tiled = NearestNeighbours.inFloat32(Rows.of(rows), 10, done -> {}, tile[0], tile[1]);
        assertThat(tiled.members()).isDeepEqualTo(whole.members());
        for (int i = 0; i < 57; i++) {
          assertThat(tiled.squaredDistances()[i])
              .containsExactly(
                  whole.squaredDistances()[i], org.assertj.core.api.Assertions.within(2e-6f));
        }
      }
      // all others, down to the last
      var all = NearestNeighbours.inFloat32(Rows.of(rows), 56, done -> {}, 8, 9).members();
      for (int i = 0; i < 57; i++) {
        assertThat(all[i]).doesNotContain(i).doesNotHaveDuplicates().hasSize(56);
      }
    }
  }

  @Test
  void candidatesInInt8GiveWhatFloat32Gives() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(11);
      Tensor centres = torch.randn(150, 48);
      Tensor apart = centres.repeat(30, 1).add(torch.randn(4500, 48).mul(new Scalar(0.7)));
      // all in one direction, as an encoder's features are
      Tensor together = apart.mul(new Scalar(0.02)).add(torch.ones(48));
      // so close that int8 tells nothing apart
      Tensor crowd = apart.mul(new Scalar(1e-4)).add(torch.ones(48));
      // a few large coordinates, as behind a ReLU
      Tensor sparse = apart.pow(new Scalar(3)).clamp_min(new Scalar(0));
      for (Tensor rows : List.of(apart, together, crowd, sparse)) {
        Tensor unit = torch.normalize(rows);
        var expected = NearestNeighbours.inFloat32(Rows.of(unit), 5, done -> {}, 1024, 4500);
        var found = NearestNeighbours.byCodes(Rows.of(unit), 5, done -> {});
        for (int i = 0; i < 4500; i++) {
          // each member's own distance, rank by rank: all the same but for ties
          assertThat(found.squaredDistances()[i])
              .containsExactly(
                  expected.squaredDistances()[i], org.assertj.core.api.Assertions.within(2e-6f));
          assertThat(found.members()[i]).doesNotContain(i).doesNotHaveDuplicates();
        }
      }
    }
  }

  @Test
  void codesBoundTheirScores() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(12);
      Tensor apart = torch.randn(3000, 32);
      for (Tensor rows : List.of(apart, apart.add(torch.ones(32)), apart.pow(new Scalar(3)))) {
        Tensor unit = torch.normalize(rows);
        Codes codes = new Codes(Rows.of(unit), null);
        Tensor scores = Tensors.empty(ScalarType.Int, 50, 3000);
        Int8Product.product(codes.codes.narrow(0, 100, 50), codes.codes, scores);
        long[] all = Tensors.toLongs(scores.add_(codes.bias));
        float[] cosines = Tensors.toFloats(unit.narrow(0, 100, 50).matmul(unit.t()));
        for (int i = 0; i < all.length; i++) {
          double bound = codes.bound(100 + i / 3000, (int) all[i]);
          assertThat(bound).isGreaterThan(cosines[i]).isLessThan(cosines[i] + 0.1);
        }
      }
    }
  }

  @Test
  void progressCountsTheRows() {
    try (PointerScope scope = new PointerScope()) {
      Tensor rows = torch.normalize(torch.randn(10, 4));
      List<Long> told = new ArrayList<>();
      NearestNeighbours.inFloat32(Rows.of(rows), 1, told::add, 4, 10);
      assertThat(told).containsExactly(4L, 8L, 10L);
    }
  }

  @Test
  void kMeansGivesEveryClusterARowAndImprovesItsObjective() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(2);
      Tensor rows = torch.normalize(torch.randn(200, 5));
      int[] first = KMeans.spherical(rows, 20, 1, 3);
      int[] last = KMeans.spherical(rows, 20, 40, 3);
      assertThat(last).isEqualTo(KMeans.spherical(rows, 20, 40, 3));
      assertThat(Arrays.stream(last).distinct().count()).isEqualTo(20);
      assertThat(objective(rows, last, 20)).isGreaterThan(objective(rows, first, 20));
      assertThatThrownBy(() -> KMeans.spherical(rows, 201, 1, 3)).hasMessageContaining("1 to 200");
      // as many clusters as rows, some of them equal: nobody is left out
      Tensor twins = rows.narrow(0, 0, 4).repeat(2, 1);
      assertThat(KMeans.spherical(twins, 8, 10, 1)).hasSize(8);
    }
  }

  /** Mean cosine of rows to the mean direction of their cluster. */
  private static double objective(Tensor rows, int[] cluster, int clusters) {
    float[] flat = Tensors.toFloats(rows);
    int width = (int) rows.size(1);
    double[][] sums = new double[clusters][width];
    for (int i = 0; i < flat.length; i++) {
      sums[cluster[i / width]][i % width] += flat[i];
    }
    double total = 0;
    for (double[] sum : sums) {
      total += Math.sqrt(Arrays.stream(sum).map(v -> v * v).sum());
    }
    return total / cluster.length;
  }

  @Test
  void smallAndSingleGroupsStillGiveFullBags() {
    int[] labels = {0, 0, 1, 2, 2, 2};
    Bags bags = Bags.ofGroups(labels, 4, 1);
    assertThat(bags.k()).isEqualTo(4);
    assertThat(bags.of(0)).containsOnly(1);
    assertThat(bags.of(3)).containsOnly(4, 5);
    assertThat(bags.of(2)).as("alone in its group").containsOnly(2);
    assertThatThrownBy(() -> Bags.ofGroups(new int[] {0, -1}, 1, 1))
        .hasMessageContaining("image 1");
  }

  @Test
  void kMeansFindsSeparatedClustersAndLeavesNoneEmpty() {
    try (PointerScope scope = new PointerScope()) {
      float[] values = new float[60 * 3];
      for (int i = 0; i < 60; i++) {
        Draws draws = Draws.of(1, i);
        for (int d = 0; d < 3; d++) {
          values[i * 3 + d] = (float) ((d == i % 3 ? 1 : 0) + 0.05 * draws.normal());
        }
      }
      Tensor rows = torch.normalize(Tensors.of(values, 60, 3));
      int[] cluster = KMeans.spherical(rows, 3, 50, 7);
      for (int i = 3; i < 60; i++) {
        assertThat(cluster[i]).isEqualTo(cluster[i % 3]);
      }
      assertThat(new int[] {cluster[0], cluster[1], cluster[2]}).doesNotHaveDuplicates();
      Bags bags = Bags.ofGroups(cluster, 5, 1);
      assertThat(bags.purity(cluster)).isEqualTo(1.0);
    }
  }

  @Test
  void labelBagsDrawFromTheClassAndPurityCountsTheOthers() {
    int[] labels = {0, 0, 0, 1, 1, 1, 1, 0};
    Bags bags = Bags.ofGroups(labels, 2, 5);
    assertThat(bags.purity(labels)).isEqualTo(1.0);
    for (int i = 0; i < 8; i++) {
      assertThat(bags.of(i)).doesNotContain(i).doesNotHaveDuplicates();
    }
    Bags mixed = Bags.of(new int[][] {{1, 2}, {0, 2}, {0, 1}});
    assertThat(mixed.purity(new int[] {0, 0, 1})).isEqualTo(2.0 / 6);
    assertThat(mixed.truncate(1).of(2)).containsExactly(0);
  }

  @Test
  void matesThatAreNoneOrTheSameAreCounted() {
    Bags bags = Bags.ofGroups(new int[] {0, 1, 1, 1, 1}, 2, 1);
    assertThat(bags.of(0)).containsOnly(0);
    assertThat(bags.alone()).isEqualTo(1);
    assertThat(bags.repeated()).isZero();
    assertThat(Bags.ofGroups(new int[] {0, 1, 1, 1, 1}, 4, 1).repeated()).isEqualTo(4);
  }

  @Test
  void rowsWithThemselvesOrStrangersAreRefused() {
    assertThatThrownBy(() -> Bags.of(new int[][] {{1}, {1}})).hasMessageContaining("itself");
    assertThatThrownBy(() -> Bags.of(new int[][] {{1}, {5}})).hasMessageContaining("member 5");
  }

  @Test
  void matesAreDrawnFromTheWholeBagByTheKeyAlone() {
    Bags bags = Bags.of(new int[][] {{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}});
    int[] seen = new int[4];
    for (int e = 0; e < 3000; e++) {
      int mate = bags.mate(0, Draws.of(1, e));
      assertThat(mate).isEqualTo(bags.mate(0, Draws.of(1, e)));
      seen[mate]++;
    }
    assertThat(seen[0]).isZero();
    for (int m = 1; m < 4; m++) {
      assertThat(seen[m]).isBetween(850, 1150);
    }
  }
}
