package dev.bingo.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class WorkersTest {
  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @Test
  void everyTaskIsDoneOnceAndTheThreadsAreGivenBack() {
    int threads = torch.get_num_threads();
    Set<Integer> done = ConcurrentHashMap.newKeySet();
    Workers.run(
        100,
        () ->
            task -> {
              assertThat(torch.get_num_threads()).isOne();
              assertThat(done.add(task)).isTrue();
            });
    assertThat(done).hasSize(100);
    assertThat(torch.get_num_threads()).isEqualTo(threads);
  }

  @Test
  void workWithinWorkOnOneBlasThreadLeavesItOnOne() {
    int threads = openblas.blas_get_num_threads();
    openblas.blas_set_num_threads(2);
    try (BlasThreads.Scope one = BlasThreads.one()) {
      Workers.run(1, () -> task -> {});
      assertThat(openblas.blas_get_num_threads()).isOne();
    }
    assertThat(openblas.blas_get_num_threads()).isEqualTo(2);
    openblas.blas_set_num_threads(threads);
  }

  @Test
  void aFailureReachesTheCaller() {
    assertThatThrownBy(
            () ->
                Workers.run(
                    10,
                    () ->
                        task -> {
                          throw new IllegalStateException("task " + task);
                        }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("task");
  }

  @Test
  void productsOfInt8AreSumsInInt32() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(1);
      Tensor a = torch.randint(-127, 128, new long[] {33, 70}).to(ScalarType.Char);
      Tensor b = torch.randint(-127, 128, new long[] {17, 70}).to(ScalarType.Char);
      Tensor out = Tensors.empty(ScalarType.Int, 33, 17);
      Int8Product.product(a, b, out);
      Tensor exact = a.to(ScalarType.Double).matmul(b.to(ScalarType.Double).t());
      assertThat(Tensors.toLongs(out)).isEqualTo(Tensors.toLongs(exact));
    }
  }
}
