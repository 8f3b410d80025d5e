package dev.bingo.method.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class QueueTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void startsWithUnitNoiseOfItsSeed() {
    try (PointerScope scope = new PointerScope()) {
      Queue queue = new Queue(6, 50, 3);
      for (double[] column : SlowInfoNce.rows(queue.keys().t())) {
        assertThat(SlowInfoNce.dot(column, column)).isCloseTo(1, within(1e-5));
      }
      assertThat(queue.keys().equal(new Queue(6, 50, 3).keys())).isTrue();
      assertThat(queue.keys().equal(new Queue(6, 50, 4).keys())).isFalse();
      assertThat(Tensors.toLongs(queue.owners())).containsOnly(-1);
      assertThat(queue.fill().item_double()).isZero();
    }
  }

  @Test
  void batchesThatDoNotDivideItGoRound() {
    try (PointerScope scope = new PointerScope()) {
      Queue queue = new Queue(2, 7, 1);
      float[] slots = new float[7];
      long[] owners = new long[7];
      int at = 0;
      for (int step = 0; step < 9; step++) {
        int batch = 1 + step % 4;
        Tensor keys = torch.full(new long[] {batch, 2}, new Scalar(10.0 + step));
        queue.push(keys, torch.arange(new Scalar(batch)).add(new Scalar(100 * step)));
        for (int i = 0; i < batch; i++) {
          slots[at % 7] = 10f + step;
          owners[at++ % 7] = 100L * step + i;
        }
        assertThat(queue.fill().item_double()).isCloseTo(Math.min(1, at / 7.0), within(1e-6));
      }
      assertThat(Tensors.toFloats(queue.keys().select(0, 1))).containsExactly(slots);
      assertThat(Tensors.toLongs(queue.owners())).containsExactly(owners);
      assertThat(Tensors.named(queue).get("queue_ptr").item_long()).isEqualTo(at % 7);
    }
  }

  @Test
  void keysTakenBeforeAPushStayWhatTheyWere() {
    try (PointerScope scope = new PointerScope()) {
      Queue queue = new Queue(3, 4, 1);
      Tensor query = InfoNceTest.unit(4, 3).set_requires_grad(true);
      Tensor old = queue.keys();
      Tensor expected = old.clone();
      Tensor loss = new InfoNce(query, old, null, 0.2).loss(InfoNceTest.unit(4, 3));
      queue.push(InfoNceTest.unit(4, 3), torch.arange(new Scalar(4)));
      loss.backward(); // would complain of changed values
      assertThat(old.equal(expected)).isTrue();
      assertThat(queue.keys().equal(expected)).isFalse();
    }
  }

  @Test
  void aBatchLargerThanItIsRefused() {
    try (PointerScope scope = new PointerScope()) {
      Queue queue = new Queue(3, 4, 1);
      Tensor keys = InfoNceTest.unit(5, 3);
      Tensor indices = torch.arange(new Scalar(5));
      assertThatThrownBy(() -> queue.push(keys, indices)).hasMessageContaining("queue of 4");
      assertThatThrownBy(() -> new Queue(3, 0, 1)).hasMessageContaining("at least one key");
    }
  }
}
