package dev.bingo.method.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SimilaritiesTest {
  private static final double SHARP = 0.04;
  private static final double SOFT = 0.2;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void equalsTheFormulaInLoops() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(4);
      Tensor student = InfoNceTest.unit(5, 6).set_requires_grad(true);
      Tensor teacher = InfoNceTest.unit(5, 4);
      Tensor studentKeys = InfoNceTest.unit(9, 6).t();
      Tensor teacherKeys = InfoNceTest.unit(9, 4).t();
      Similarities q = Similarities.to(studentKeys, student, SOFT);
      Similarities p = Similarities.to(teacherKeys, teacher, SHARP);
      Tensor loss = q.crossEntropy(p);
      loss.backward();

      double[][] slowQ = distribution(student, studentKeys, SOFT);
      double[][] slowP = distribution(teacher, teacherKeys, SHARP);
      double[][] keys = SlowInfoNce.rows(studentKeys.t());
      float[] gradient = Tensors.toFloats(student.grad());
      double crossEntropy = 0;
      double entropy = 0;
      for (int i = 0; i < slowP.length; i++) {
        double[] expected = new double[6];
        for (int j = 0; j < keys.length; j++) {
          crossEntropy -= slowP[i][j] * Math.log(slowQ[i][j]) / slowP.length;
          entropy -= slowP[i][j] * Math.log(slowP[i][j]) / slowP.length;
          for (int d = 0; d < 6; d++) {
            expected[d] += (slowQ[i][j] - slowP[i][j]) * keys[j][d] / (SOFT * slowP.length);
          }
        }
        for (int d = 0; d < 6; d++) {
          assertThat((double) gradient[i * 6 + d]).isCloseTo(expected[d], within(1e-5));
        }
      }
      assertThat(loss.item_double()).isCloseTo(crossEntropy, within(1e-5));
      assertThat(p.entropy().item_double()).isCloseTo(entropy, within(1e-5));
      assertThat(p.entropy().requires_grad()).isFalse();
    }
  }

  @Test
  void noGradientReachesTheTeacher() {
    try (PointerScope scope = new PointerScope()) {
      Tensor student = InfoNceTest.unit(3, 4).set_requires_grad(true);
      Tensor teacher = InfoNceTest.unit(3, 4).set_requires_grad(true);
      Tensor keys = InfoNceTest.unit(7, 4).t();
      Similarities p = Similarities.to(keys, teacher, SHARP);
      Similarities.to(keys, student, SOFT).crossEntropy(p).backward();
      assertThat(student.grad().abs().max().item_double()).isPositive();
      assertThat(teacher.grad().defined()).isFalse();
    }
  }

  @Test
  void theOwnKeyStandsInColumnZero() {
    try (PointerScope scope = new PointerScope()) {
      Tensor own = InfoNceTest.unit(3, 4);
      Tensor keys = InfoNceTest.unit(7, 4).t();
      Similarities p = Similarities.toOwnAnd(own, keys, own, SHARP);
      double[][] rows = SlowInfoNce.rows(p.probabilities());
      double[][] others = distribution(own, keys, SHARP);
      double[][] own1 = SlowInfoNce.rows(own);
      double[][] keyRows = SlowInfoNce.rows(keys.t());
      for (int i = 0; i < 3; i++) {
        assertThat(rows[i]).hasSize(8);
        double ratio = Math.exp((1 - SlowInfoNce.dot(own1[i], keyRows[2])) / SHARP);
        assertThat(rows[i][0] / rows[i][3]).isCloseTo(ratio, within(1e-3 * ratio));
        assertThat(rows[i][3] / rows[i][5])
            .isCloseTo(others[i][2] / others[i][4], within(1e-3 * others[i][2] / others[i][4]));
      }
    }
  }

  @Test
  void aProbabilityOfZeroAddsNothing() {
    try (PointerScope scope = new PointerScope()) {
      Tensor one = Tensors.of(new float[] {1, 0}, 1, 2);
      Tensor keys = Tensors.of(new float[] {1, -1, 0, 0}, 2, 2); // itself and its opposite
      Similarities p = Similarities.to(keys, one, 1e-4);
      assertThat(p.entropy().item_double()).isZero();
      assertThat(p.crossEntropy(p).item_double()).isZero();
    }
  }

  /** softmax over the keys' columns, in double precision. */
  private static double[][] distribution(Tensor embedding, Tensor keys, double temperature) {
    double[][] z = SlowInfoNce.rows(embedding.detach());
    double[][] k = SlowInfoNce.rows(keys.t());
    double[][] p = new double[z.length][k.length];
    for (int i = 0; i < z.length; i++) {
      double sum = 0;
      for (int j = 0; j < k.length; j++) {
        p[i][j] = Math.exp(SlowInfoNce.dot(z[i], k[j]) / temperature);
        sum += p[i][j];
      }
      for (int j = 0; j < k.length; j++) {
        p[i][j] /= sum;
      }
    }
    return p;
  }
}
