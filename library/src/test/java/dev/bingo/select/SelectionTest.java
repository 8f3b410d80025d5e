package dev.bingo.select;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.Golden;
import dev.bingo.neighbour.Rows;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.MappedRows;
import dev.bingo.weights.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Choices beside the official code's, and beside slow ones that are plainly right. */
class SelectionTest {
  /** Two classes, by the first number. */
  private static final Classifier BY_FIRST =
      x -> {
        float[] values = Tensors.toFloats(x);
        int width = (int) x.size(1);
        float[] p = new float[2 * (int) x.size(0)];
        for (int i = 0; i < p.length / 2; i++) {
          p[2 * i] = (float) (1 / (1 + Math.exp(-values[i * width])));
          p[2 * i + 1] = 1 - p[2 * i];
        }
        return Tensors.of(p, p.length / 2, 2);
      };

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @Test
  void coreSetIsTheOfficialCodes() {
    try (PointerScope scope = new PointerScope()) {
      Golden golden = Golden.load("11-mobyv2al/coreset");
      int[] labelled = ints(golden.tensor("labelled"));
      int all = (int) golden.tensor("features").size(0);
      Rows points = Rows.of(golden.tensor("features"));
      int pick = (int) golden.scalar("pick");
      List<Pick> picks =
          Selection.of(Strategy.CORE_SET, pick, 1)
              .choose(points, labelled, without(labelled, all), null);
      assertThat(rows(picks)).containsExactly(ints(golden.tensor("selected")));
      float[] radius = Tensors.toFloats(golden.tensor("radius"));
      for (int i = 0; i < pick; i++) {
        assertThat(picks.get(i).score()).isCloseTo(radius[i], within(1e-5));
      }
    }
  }

  /** Whole numbers from a small grid: copies and ties everywhere. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void coreSetIsThatOfMeasuringEverythingEachTimeTiesAndAll(long seed) {
    Draws draws = Draws.of(seed);
    int n = 300;
    float[] x = new float[n * 3];
    for (int i = 0; i < x.length; i++) {
      x[i] = draws.below(6);
    }
    int[] labelled = Arrays.copyOf(draws.permutation(n), 4);
    Arrays.sort(labelled);
    int[] rest = without(labelled, n);
    List<Integer> slow = new ArrayList<>();
    List<Integer> centres = new ArrayList<>(IntStream.of(labelled).boxed().toList());
    for (int k = 0; k < 120; k++) {
      int best = -1;
      double far = 0;
      for (int row : rest) {
        double d = centres.stream().mapToDouble(c -> distance(x, 3, row, c)).min().orElseThrow();
        if (d > far) {
          far = d;
          best = row;
        }
      }
      if (best >= 0) {
        slow.add(best);
        centres.add(best);
      }
    }
    List<Pick> picks = choose(x, 3, Strategy.CORE_SET, 120, labelled);
    assertThat(picks).extracting(Pick::row).isEqualTo(slow);
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"MARGIN", "ENTROPY"})
  void theLeastCertainAreFirstAndTheFirstOfEquals(Strategy strategy) {
    float[] x = {9, 1, -2, .5f, 1, -3, 0, 4};
    List<Pick> picks = choose(x, 1, strategy, 4, new int[] {0, 7});
    // Row 4 is a copy of row 1: it would teach nothing more.
    assertThat(rows(picks)).containsExactly(6, 3, 1, 2);
    assertThat(picks.get(0).score())
        .isCloseTo(strategy == Strategy.MARGIN ? 0 : Math.log(2), within(1e-6));
  }

  @Test
  void marginThenCoreSetChoosesTheFarAmongTheUncertain() {
    // Least certain by the first number: rows 1 to 4; far from each other by the second.
    float[] x = {5, 0, .1f, 0, -.1f, 1, .2f, 50, -.2f, 51, 8, 900, -8, -900};
    Selection two = new Selection(Strategy.MARGIN_CORE_SET, 2, 0, 0, 2, 1);
    List<Pick> picks =
        two.choose(
            Rows.of(Tensors.of(x, 7, 2)), new int[] {0}, without(new int[] {0}, 7), BY_FIRST);
    assertThat(rows(picks)).containsExactly(4, 2);
  }

  @Test
  void typiclustTakesTheMostTypicalOfClustersWithoutLabels() {
    int each = 30;
    float[] x = blobs(6, each, 8);
    int[] labelled = {0, each + 1};
    int[] all = new int[x.length / 8];
    System.arraycopy(labelled, 0, all, 0, 2);
    System.arraycopy(without(labelled, all.length), 0, all, 2, all.length - 2);
    int[] of;
    try (PointerScope scope = new PointerScope()) {
      Rows points = Rows.of(Tensors.of(x, all.length, 8));
      of = new TypiClust(points, 1, null).clusters(all, 6);
    }
    Set<Integer> reached = new HashSet<>();
    for (Pick pick : choose(x, 8, Strategy.TYPICLUST, 4, labelled)) {
      reached.add(pick.row() / each);
      int[] own =
          IntStream.range(2, all.length)
              .filter(i -> of[i] == pick.cluster())
              .map(i -> all[i])
              .toArray();
      int middle =
          IntStream.of(own)
              .boxed()
              .max(Comparator.comparingDouble(r -> typicality(x, 8, r, own)))
              .orElseThrow();
      assertThat(pick.row()).isEqualTo(middle);
      assertThat(pick.score()).isCloseTo(typicality(x, 8, middle, own), within(.01));
    }
    assertThat(reached).containsExactlyInAnyOrder(2, 3, 4, 5);
  }

  /** 1 / mean distance to the nearest twenty or half, of directions. */
  private static double typicality(float[] x, int width, int row, int[] own) {
    double mean =
        IntStream.of(own)
            .filter(o -> o != row)
            .mapToDouble(o -> Math.sqrt(Math.max(0, 2 - 2 * cosine(x, width, row, o))))
            .sorted()
            .limit(Math.min(20, own.length / 2))
            .average()
            .orElseThrow();
    return 1 / (mean + 1e-5);
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void aFileChoosesAsMemoryDoesAndTheSameTwice(Strategy strategy) throws IOException {
    int n = 200;
    float[] x = blobs(5, n / 5, 8);
    int[] labelled = {3, 50, 120};
    int[] rest = without(labelled, n);
    Selection wish = new Selection(strategy, 40, 5, .01, 10, 7);
    try (PointerScope scope = new PointerScope()) {
      Tensor values = Tensors.of(x, n, 8);
      Npy.write(folder.resolve("x.npy"), values);
      Rows file = Rows.asTheyAre(MappedRows.open(folder.resolve("x.npy")));
      List<Pick> picks = wish.choose(Rows.of(values), labelled, rest, BY_FIRST);
      assertThat(wish.choose(file, labelled, rest, BY_FIRST)).isEqualTo(picks);
      assertThat(picks).hasSize(40);
      assertThat(rows(picks)).doesNotHaveDuplicates().doesNotContain(labelled);
      assertThat(picks.stream().filter(Pick::audit)).hasSize(5);
      for (Pick pick : picks) {
        int near =
            IntStream.of(labelled)
                .boxed()
                .min(Comparator.comparingDouble(l -> distance(x, 8, pick.row(), l)))
                .orElseThrow();
        assertThat(pick.nearest()).isEqualTo(near);
        assertThat(pick.distance()).isCloseTo(distance(x, 8, pick.row(), near), within(1e-9));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void whatIsChosenIsApart(Strategy strategy) {
    float[] x = blobs(4, 40, 8);
    int[] labelled = {0, 41, 90};
    Selection wish = new Selection(strategy, 150, 0, .5, 10, 7);
    List<Pick> picks;
    try (PointerScope scope = new PointerScope()) {
      picks =
          wish.choose(Rows.of(Tensors.of(x, 160, 8)), labelled, without(labelled, 160), BY_FIRST);
    }
    assertThat(picks).hasSizeBetween(5, 149);
    List<Integer> all = new ArrayList<>(IntStream.of(labelled).boxed().toList());
    for (Pick pick : picks) {
      assertThat(all).allMatch(other -> distance(x, 8, pick.row(), other) > .5);
      all.add(pick.row());
    }
  }

  @Test
  void anotherSeedDrawsOthersAndTheAuditIsTheSameForEveryStrategy() {
    float[] x = blobs(4, 40, 8);
    int[] labelled = {0, 41};
    assertThat(rows(choose(x, 8, Strategy.RANDOM, 9, labelled, 1)))
        .isNotEqualTo(rows(choose(x, 8, Strategy.RANDOM, 9, labelled, 2)));
    Set<List<Integer>> audits = new HashSet<>();
    for (Strategy strategy : Strategy.values()) {
      try (PointerScope scope = new PointerScope()) {
        audits.add(
            new Selection(strategy, 12, 4, 0, 10, 3)
                    .choose(
                        Rows.of(Tensors.of(x, 160, 8)), labelled, without(labelled, 160), BY_FIRST)
                    .stream()
                    .filter(Pick::audit)
                    .map(Pick::row)
                    .toList());
      }
    }
    assertThat(audits).hasSize(1);
  }

  @Test
  void rowsAreAskedOfTheClassifierInBlocksThatItsClassesAllow() {
    int classes = 1 << 16;
    int[] most = {0};
    Classifier many =
        x -> {
          most[0] = Math.max(most[0], (int) x.size(0));
          return torch.softmax(x.matmul(torch.ones(8, classes)), 1);
        };
    try (PointerScope scope = new PointerScope()) {
      Rows points = Rows.of(Tensors.of(blobs(2, 100, 8), 200, 8));
      Uncertainty said = Uncertainty.of(points, IntStream.range(0, 200).toArray(), many);
      assertThat(most[0]).isEqualTo(64);
      assertThat(said.entropy()[199]).isCloseTo((float) Math.log(classes), within(.01f));
      assertThat(said.margin()[199]).isZero();
    }
  }

  @Test
  void whatCanNotWorkIsRefused() {
    float[] x = blobs(1, 10, 8);
    assertThatThrownBy(() -> choose(x, 8, Strategy.RANDOM, 11, new int[0]))
        .hasMessageContaining("a budget of 11, but only 10 images without a label");
    assertThatThrownBy(() -> choose(x, 8, Strategy.CORE_SET, 2, new int[0]))
        .hasMessageContaining("core-set goes by what is labelled");
    assertThatThrownBy(() -> Selection.of(Strategy.MARGIN, 2, 1).check(10, 5, 1))
        .hasMessageContaining("labels of two classes");
    x[3 * 8] = Float.NaN;
    assertThatThrownBy(() -> choose(x, 8, Strategy.CORE_SET, 2, new int[] {0}))
        .hasMessageContaining("the features of row 3 are not finite");
  }

  @Test
  void withoutLabelsTypiclustStartsAndSmallClustersComeLast() {
    float[] x = blobs(3, 20, 8);
    List<Pick> picks = choose(x, 8, Strategy.TYPICLUST, 60, new int[0]);
    assertThat(rows(picks)).hasSize(60).doesNotHaveDuplicates();
    assertThat(picks.get(0).nearest()).isEqualTo(-1);
  }

  private static List<Pick> choose(
      float[] x, int width, Strategy strategy, int budget, int[] labelled) {
    return choose(x, width, strategy, budget, labelled, 1);
  }

  private static List<Pick> choose(
      float[] x, int width, Strategy strategy, int budget, int[] labelled, long seed) {
    try (PointerScope scope = new PointerScope()) {
      int n = x.length / width;
      return Selection.of(strategy, budget, seed)
          .choose(Rows.of(Tensors.of(x, n, width)), labelled, without(labelled, n), BY_FIRST);
    }
  }

  /** Around directions of their own. */
  private static float[] blobs(int blobs, int each, int width) {
    Draws draws = Draws.of(5, blobs, each);
    float[] x = new float[blobs * each * width];
    for (int i = 0; i < x.length; i++) {
      int blob = i / width / each;
      x[i] = (float) (.15 * draws.normal() + (i % width == blob ? 2 : 0));
    }
    return x;
  }

  private static double distance(float[] x, int width, int a, int b) {
    double sum = 0;
    for (int d = 0; d < width; d++) {
      double difference = (double) x[a * width + d] - x[b * width + d];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }

  private static double cosine(float[] x, int width, int a, int b) {
    double product = 0;
    double ofA = 0;
    double ofB = 0;
    for (int d = 0; d < width; d++) {
      product += (double) x[a * width + d] * x[b * width + d];
      ofA += (double) x[a * width + d] * x[a * width + d];
      ofB += (double) x[b * width + d] * x[b * width + d];
    }
    return product / Math.sqrt(ofA * ofB);
  }

  private static int[] ints(Tensor t) {
    return Arrays.stream(Tensors.toLongs(t.to(ScalarType.Long))).mapToInt(i -> (int) i).toArray();
  }

  private static int[] without(int[] labelled, int n) {
    return IntStream.range(0, n)
        .filter(i -> IntStream.of(labelled).noneMatch(l -> l == i))
        .toArray();
  }

  private static int[] rows(List<Pick> picks) {
    return picks.stream().mapToInt(Pick::row).toArray();
  }
}
