package dev.bingo.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KnnTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void goldenVotesPredictionsAndScores() {
    Golden golden = Golden.load("15-eval/knn");
    Features bank = new Features(golden.tensor("train_features"), golden.tensor("train_labels"), 0);
    Features queries =
        new Features(golden.tensor("test_features"), golden.tensor("test_labels"), 0);
    int classes = golden.json().at("/scalars/classes").asInt();
    for (JsonNode k : golden.json().at("/scalars/k")) {
      for (JsonNode temperature : golden.json().at("/scalars/T")) {
        Knn knn = new Knn(k.asInt(), temperature.asDouble());
        String name = "k" + k.asText() + "_T" + temperature.asText();
        // The fixture's votes were summed in float64 and list no noise: as tight as that in
        // float64, and near it in the float32 that is used.
        Tensor exact = knn.votes(inDouble(bank), inDouble(queries), classes);
        golden.assertClose(name + ".scores", exact);
        Tensor votes = knn.votes(bank, queries, classes);
        double noise = votes.sub(exact).abs().max().item_double();
        assertThat(noise).isLessThan(1e-5 * exact.max().item_double());
        Tensor given = votes.argmax(new LongOptional(1), false);
        assertThat(given.equal(golden.tensor(name + ".prediction"))).as(name).isTrue();
        Score score = knn.score(bank, queries);
        golden.assertClose(name + ".top1_percent", score.top1());
        golden.assertClose(name + ".top5_percent", score.top5());
      }
    }
  }

  private static Features inDouble(Features f) {
    return new Features(f.values().to(ScalarType.Double), f.labels(), f.imageSize());
  }

  @Test
  void votesAreThoseOfPlainLoops() {
    Features bank = Toy.blobs(60, 5, 4, 1.5, 1);
    Features queries = Toy.blobs(17, 5, 4, 1.5, 2);
    float[] given = Tensors.toFloats(new Knn(7, 0.2).votes(bank, queries, 4));
    float[] b = Tensors.toFloats(bank.values());
    float[] q = Tensors.toFloats(queries.values());
    for (int i = 0; i < 17; i++) {
      double[] expected = plainVotes(b, q, i, 7, 0.2);
      for (int c = 0; c < 4; c++) {
        assertThat((double) given[i * 4 + c]).isCloseTo(expected[c], within(1e-4 * 150));
      }
    }
  }

  private static double[] plainVotes(float[] b, float[] q, int i, int k, double temperature) {
    int n = b.length / 5;
    double[] cosine = new double[n];
    for (int j = 0; j < n; j++) {
      double dot = 0;
      double bb = 0;
      double qq = 0;
      for (int d = 0; d < 5; d++) {
        dot += b[j * 5 + d] * q[i * 5 + d];
        bb += b[j * 5 + d] * b[j * 5 + d];
        qq += q[i * 5 + d] * q[i * 5 + d];
      }
      cosine[j] = dot / Math.sqrt(bb * qq);
    }
    double[] votes = new double[4];
    IntStream.range(0, n)
        .boxed()
        .sorted((x, y) -> Double.compare(cosine[y], cosine[x]))
        .limit(k)
        .forEach(j -> votes[j % 4] += Math.exp(cosine[j] / temperature));
    return votes;
  }

  @Test
  void blocksChangeNothing() {
    Features bank = Toy.blobs(90, 6, 3, 2, 1);
    Features queries = Toy.blobs(41, 6, 3, 2, 2);
    Knn knn = new Knn(9, 0.1);
    Score whole = knn.score(bank, queries);
    for (long block : new long[] {1, 90, 500}) {
      assertThat(knn.score(bank, queries, block)).isEqualTo(whole);
      assertThat(knn.score(bank, null, block)).isEqualTo(knn.leaveOneOut(bank));
    }
  }

  @Test
  void leftOutImagesDoNotVoteForThemselves() {
    // Two images of one direction but different classes: each one's nearest other is wrong.
    Features two =
        new Features(
            Tensors.of(new float[] {1, 0, 2, 0}, 2, 2), Tensors.of(new long[] {0, 1}, 2), 0);
    assertThat(new Knn(1, 0.1).leaveOneOut(two).top1()).isZero();
    assertThat(new Knn(1, 0.1).score(two, two.rows(new long[] {0})).protocol())
        .contains("k 1")
        .contains("bank of 2");
  }

  @Test
  void aClassWithoutVotesIsNoHit() {
    Features bank =
        new Features(
            Tensors.of(new float[] {1, 0, 0, 1}, 2, 2), Tensors.of(new long[] {0, 1}, 2), 0);
    Features query =
        new Features(Tensors.of(new float[] {1, .1f}, 1, 2), Tensors.of(new long[] {1}, 1), 0);
    Score score = new Knn(1, 0.1).score(bank, query);
    assertThat(score.top1()).isZero();
    assertThat(score.top5()).isZero();
    assertThat(new Knn(2, 0.1).score(bank, query).top5()).isEqualTo(100);
  }

  @Test
  void unlabelledImagesAreRefusedByPosition() {
    Features some =
        new Features(
            Tensors.of(new float[] {1, 0, 0, 1}, 2, 2), Tensors.of(new long[] {0, -1}, 2), 0);
    assertThatThrownBy(() -> Knn.MONITOR.leaveOneOut(some)).hasMessageContaining("image 1 has no");
  }
}
