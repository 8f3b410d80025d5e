package dev.bingo.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.method.part.Components;
import dev.bingo.method.part.InfoNceTest;
import dev.bingo.method.part.SlowInfoNce;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class WclTest {
  private static final int WIDTH = 8;
  private static final int BATCH = 10;
  private static final double TAU = 0.1;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void viewsAreWeakAtFirstAndSmallCropsAreOfANeighbour() {
    try (PointerScope scope = new PointerScope()) {
      List<View> views = wcl(3, 1).views();
      assertThat(views).extracting(View::size).containsExactly(32, 32, 16, 16, 16);
      assertThat(views)
          .extracting(View::source)
          .containsExactly(Source.ANCHOR, Source.ANCHOR, Source.MATE, Source.MATE, Source.MATE);
      assertThat(views.get(0).augmentation(9)).isEqualTo(Augmentation.MOCO2);
      assertThat(views.get(0).augmentation(10)).isEqualTo(Augmentation.SIMCLR);
      assertThat(views.get(4).augmentation(9)).isEqualTo(Augmentation.MOCO2.withCrop(.05, .14));
      assertThat(wcl(0, 1).views()).hasSize(2);
      assertThat(wcl(0, 1).mates()).isNull();
      assertThat(wcl(3, 1).mates()).isNotNull();
    }
  }

  @Test
  void smallCropsAreQueriesAgainstBothViewsWithTheOtherViewsGraph() {
    try (PointerScope scope = new PointerScope()) {
      List<Tensor> w = embeddings(4);
      Wcl.Terms terms = wcl(2, 1).terms(embeddings(2), w);
      double expected = 0;
      for (int v = 0; v < 4; v++) {
        for (int key = 0; key < 2; key++) {
          long[] labels = Tensors.toLongs(Components.of(w.get(1 - key)));
          boolean own = v == key;
          if (v >= 2 || own) {
            expected += slow(w.get(v), w.get(key), labels, own) / (v < 2 ? 1 : 2) / 4;
          }
        }
      }
      assertThat(terms.graph().item_double()).isCloseTo(expected, within(1e-4));
    }
  }

  @Test
  void devicesChangeTheGradientAndNotTheLoss() {
    try (PointerScope scope = new PointerScope()) {
      List<Tensor> w = embeddings(2);
      double one = wcl(0, 1).terms(embeddings(2), w).instance().item_double();
      double five = wcl(0, 5).terms(embeddings(2), w).instance().item_double();
      assertThat(five).isCloseTo(one, within(1e-5));
    }
  }

  @Test
  void aBlindGuessCostsTheChanceLoss() {
    try (PointerScope scope = new PointerScope()) {
      Wcl wcl = wcl(0, 1);
      wcl.check(1000, BATCH);
      Tensor same = InfoNceTest.unit(1, WIDTH).repeat(BATCH, 1);
      Wcl.Terms blind = wcl.terms(List.of(same, same), List.of(same, same));
      assertThat(blind.total().item_double()).isCloseTo(wcl.chanceLoss(), within(1e-4));
    }
  }

  @Test
  void whatFoolsItIsRefusedWithANumberThatFits() {
    try (PointerScope scope = new PointerScope()) {
      wcl(3, 1).check(1000, 16);
      assertThatThrownBy(() -> wcl(0, 1).check(1000, 2)).hasMessageContaining("train.batch");
      assertThatThrownBy(() -> wcl(0, 4).check(1000, 30))
          .hasMessageContaining("train.batch=28 would fit");
      assertThatThrownBy(() -> wcl(3, 1).check(4, 4))
          .hasMessageContaining(
              "wcl.neighbours: 4 nearest of 3 other images; wcl.neighbours=1 would fit");
    }
  }

  /** −mean_i mean_j log softmax, in double loops. */
  private static double slow(Tensor queries, Tensor keys, long[] labels, boolean sameView) {
    double[][] q = SlowInfoNce.rows(queries);
    double[][] k = SlowInfoNce.rows(keys);
    double loss = 0;
    for (int i = 0; i < q.length; i++) {
      double all = 0;
      double sum = 0;
      int positives = 0;
      for (int j = 0; j < k.length; j++) {
        if (!sameView || i != j) {
          double score = SlowInfoNce.dot(q[i], k[j]) / TAU;
          all += Math.exp(score);
          if (labels[i] == labels[j]) {
            sum += score;
            positives++;
          }
        }
      }
      loss += Math.log(all) - sum / positives;
    }
    return loss / q.length;
  }

  private static List<Tensor> embeddings(int views) {
    torch.manual_seed(31);
    List<Tensor> all = new ArrayList<>();
    for (int v = 0; v < views; v++) {
      all.add(InfoNceTest.unit(BATCH, WIDTH));
    }
    return all;
  }

  private static Wcl wcl(int small, int groups) {
    WclConfig config =
        new WclConfig(
            TAU,
            WIDTH,
            4,
            1,
            groups,
            Augmentation.MOCO2,
            10,
            small,
            4,
            16,
            .05,
            .14,
            Augmentation.SIMCLR,
            32);
    return new Wcl(config, 1000, new Identity(WIDTH), 7);
  }
}
