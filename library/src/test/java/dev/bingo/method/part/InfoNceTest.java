package dev.bingo.method.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public class InfoNceTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @ParameterizedTest
  @CsvSource({"1, 2, 1, 0.2, false", "5, 8, 37, 0.2, false", "7, 3, 64, 0.07, true"})
  void equalsTheFormulaInLoops(
      int batch, int width, int size, double temperature, boolean withMask) {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(batch);
      Tensor query = unit(batch, width).set_requires_grad(true);
      Tensor queue = unit(size, width).t().contiguous();
      Tensor masked = withMask ? torch.rand(batch, size).lt(new Scalar(0.3)) : null;
      InfoNce fast = new InfoNce(query, queue, masked, temperature);
      SlowInfoNce slow = new SlowInfoNce(query, queue, masked, temperature);
      Tensor first = unit(batch, width);
      Tensor second = unit(batch, width);
      assertThat(fast.loss(first).item_double()).isCloseTo(slow.loss(first), within(2e-5));
      assertThat(fast.loss(second).item_double()).isCloseTo(slow.loss(second), within(2e-5));
      assertThat(fast.accuracy(first).item_double()).isCloseTo(slow.accuracy(first), within(1e-6));

      // two positives of one query share their negatives: the gradients add up
      fast.loss(first).add(fast.loss(second).mul(new Scalar(0.5))).backward();
      double[] one = slow.gradient(first);
      double[] other = slow.gradient(second);
      float[] gradient = Tensors.toFloats(query.grad());
      for (int i = 0; i < gradient.length; i++) {
        assertThat((double) gradient[i]).isCloseTo(one[i] + 0.5 * other[i], within(2e-5));
      }
    }
  }

  @Test
  void aQueryOfWhichNothingIsLeftToCompareWithLosesNothing() {
    try (PointerScope scope = new PointerScope()) {
      Tensor query = unit(3, 4).set_requires_grad(true);
      Tensor all = torch.ones(3, 6).to(torch.ScalarType.Bool);
      Tensor loss = new InfoNce(query, unit(6, 4).t(), all, 0.2).loss(unit(3, 4));
      loss.backward();
      assertThat(loss.item_double()).isZero();
      assertThat(Tensors.toFloats(query.grad())).containsOnly(0f);
    }
  }

  @Test
  void sharpTemperaturesDoNotOverflow() {
    try (PointerScope scope = new PointerScope()) {
      Tensor query = unit(4, 5).set_requires_grad(true);
      Tensor loss = new InfoNce(query, unit(9, 5).t(), null, 1e-4).loss(unit(4, 5));
      loss.backward();
      assertThat(loss.item_double()).isFinite();
      assertThat(torch.isfinite(query.grad()).all().item_bool()).isTrue();
    }
  }

  public static Tensor unit(int rows, int width) {
    return torch.normalize(torch.randn(rows, width)).detach();
  }
}
