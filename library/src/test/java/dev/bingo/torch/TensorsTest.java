package dev.bingo.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TensorsTest {
  @BeforeAll
  static void start() {
    Engine.start();
  }

  @Test
  void onlyTheResultOutlivesThePartThatMadeIt() {
    Tensor[] inner = new Tensor[1];
    Tensor result;
    try (PointerScope scope = new PointerScope()) {
      result =
          Tensors.within(
              () -> {
                inner[0] = torch.ones(3);
                return inner[0].add(new Scalar(1));
              });
      assertThat(inner[0].isNull()).isTrue();
      assertThat(Tensors.toFloats(result)).containsExactly(2, 2, 2);
    }
    assertThat(result.isNull()).as("freed with the caller's scope").isTrue();
  }

  @Test
  void whatAnOperationInPlaceReturnsIsKeptToo() {
    try (PointerScope scope = new PointerScope()) {
      Tensor result = Tensors.within(() -> torch.ones(2).mul_(new Scalar(-3)).relu_());
      Tensor own = Tensors.within(() -> result);
      assertThat(Tensors.toFloats(own)).containsExactly(0, 0);
      assertThat(Tensors.toFloats(result)).containsExactly(0, 0);
    }
  }

  @Test
  void gradientsFlowThroughWhatWasFreed() {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = torch.ones(2).requires_grad_(true);
      Tensor y = Tensors.within(() -> x.mul(new Scalar(3)).exp());
      y.sum().backward();
      assertThat(Tensors.toFloats(x.grad())[0]).isEqualTo((float) (3 * Math.exp(3)));
    }
  }
}
