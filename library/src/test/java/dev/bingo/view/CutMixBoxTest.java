package dev.bingo.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bingo.Golden;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import org.junit.jupiter.api.Test;

class CutMixBoxTest {
  @Test
  void boxesAndShareAreThoseOfThePublicCode() {
    Golden boxes = Golden.load("02-bingo-cutmix/boxes");
    long[] input = Tensors.toLongs(boxes.tensor("size_and_centre"));
    long[] expected = Tensors.toLongs(boxes.tensor("box"));
    JsonNode drawn = boxes.json().path("scalars").path("lam_float64");
    JsonNode corrected = boxes.json().path("expected_scalars").path("lam_corrected_float64");
    assertThat(drawn.size()).isPositive().isEqualTo(input.length / 4);
    for (int i = 0; i < drawn.size(); i++) {
      int at = i * 4;
      CutMixBox box =
          CutMixBox.of(
              (int) input[at],
              (int) input[at + 1],
              drawn.get(i).asDouble(),
              (int) input[at + 2],
              (int) input[at + 3]);
      assertThat(new long[] {box.top(), box.left(), box.bottom(), box.right()})
          .as("box %d", i)
          .containsExactly(expected[at], expected[at + 1], expected[at + 2], expected[at + 3]);
      assertThat(box.lambda()).isEqualTo(corrected.get(i).asDouble(), within(1e-15));
    }
  }

  @Test
  void theDrawnShareIsBetaTwoTwo() {
    int n = 100_000;
    double sum = 0;
    double squares = 0;
    int belowQuarter = 0;
    for (int i = 0; i < n; i++) {
      double x = CutMixBox.beta22(Draws.of(7, i));
      sum += x;
      squares += x * x;
      belowQuarter += x < .25 ? 1 : 0;
    }
    double mean = sum / n;
    assertThat(mean).isEqualTo(.5, within(.004));
    assertThat(squares / n - mean * mean).isEqualTo(1 / 20.0, within(.001));
    // The distribution function is x² (3 − 2 x).
    assertThat((double) belowQuarter / n).isEqualTo(.15625, within(.006));
  }

  @Test
  void aShareOutsideZeroToOneIsRefused() {
    assertThatThrownBy(() -> CutMixBox.of(8, 8, 1.01, 0, 0)).hasMessageContaining("1.01");
    assertThatThrownBy(() -> CutMixBox.of(8, 8, Double.NaN, 0, 0)).hasMessageContaining("NaN");
  }
}
