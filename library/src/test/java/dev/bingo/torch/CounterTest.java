package dev.bingo.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class CounterTest {
  @Test
  void knowsWhatItSetAndWhatACheckpointBrings() {
    Engine.start();
    try (PointerScope scope = new PointerScope()) {
      Tensor buffer = Tensors.zeros(ScalarType.Long, 1);
      Counter counter = new Counter(buffer);
      assertThat(counter.get()).isZero();
      counter.set(5_000_000_000L);
      assertThat(counter.get()).isEqualTo(5_000_000_000L);
      assertThat(buffer.item_long()).isEqualTo(5_000_000_000L);
      buffer.copy_(Tensors.of(new long[] {7}, 1));
      assertThat(counter.get()).isEqualTo(7);
      counter.set(counter.get() + 1);
      assertThat(buffer.item_long()).isEqualTo(8);
    }
  }
}
