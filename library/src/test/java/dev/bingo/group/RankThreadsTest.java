package dev.bingo.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RankThreadsTest {
  private static final int RANKS = 3;

  private RankThreads threads;

  @BeforeAll
  static void startEngine() {
    Engine.start();
  }

  @BeforeEach
  void begin() {
    threads = new RankThreads(RANKS, 1);
  }

  @AfterEach
  void end() {
    threads.close();
  }

  /** What each rank makes of its rows 10 r, 10 r + 1. */
  private List<float[]> of(Function<Tensor, Tensor> work) {
    return threads.each(
        () -> {
          try (PointerScope scope = new PointerScope()) {
            return Tensors.toFloats(work.apply(rows()));
          }
        });
  }

  private static Tensor rows() {
    int rank = Group.here().rank();
    return Tensors.of(new float[] {10 * rank, 10 * rank + 1}, 2, 1);
  }

  @Test
  void rowsAreGatheredInTheBatchsOrder() {
    assertThat(of(rows -> Group.here().gather(rows)))
        .allSatisfy(all -> assertThat(all).containsExactly(0, 10, 20, 1, 11, 21));
    assertThat(of(rows -> Group.here().own(Group.here().gather(rows))).get(2))
        .containsExactly(20, 21);
  }

  @Test
  void rowsOfTheWholeBatchAreTaken() {
    assertThat(of(rows -> Group.here().take(rows, new long[] {4, 0, 5, 4})))
        .allSatisfy(all -> assertThat(all).containsExactly(11, 0, 21, 11));
  }

  @Test
  void sumsAndLargestAreTheSameEverywhere() {
    assertThat(of(rows -> Group.here().sum(rows)))
        .allSatisfy(all -> assertThat(all).containsExactly(30, 33));
    assertThat(of(rows -> Group.here().max(rows)))
        .allSatisfy(all -> assertThat(all).containsExactly(20, 21));
  }

  /** The ranks' losses are w_r · Σ x²: what is gathered passes on the gradient of all of them. */
  @Test
  void gatheredRowsHaveTheGradientOfAllRanksLosses() {
    List<float[]> gradients =
        of(
            rows -> {
              rows.requires_grad_(true);
              Tensor all = Group.here().gather(rows);
              all.mul(all).sum().mul(weight()).backward();
              return rows.grad();
            });
    assertThat(gradients.get(1)).containsExactly(6 * 2 * 10, 6 * 2 * 11);
  }

  @Test
  void sumsHaveTheGradientOfAllRanksLosses() {
    List<float[]> gradients =
        of(
            rows -> {
              rows.requires_grad_(true);
              Tensor total = Group.here().sum(rows.mul(rows));
              total.sum().mul(weight()).backward();
              return rows.grad();
            });
    assertThat(gradients.get(2)).containsExactly(6 * 2 * 20, 6 * 2 * 21);
  }

  /** Rank r's is r + 1. */
  private static Tensor weight() {
    return Tensors.of(new float[] {Group.here().rank() + 1}, 1);
  }

  @Test
  void whatIsSharedIsChangedOnce() {
    AtomicInteger changes = new AtomicInteger();
    assertThat(
            threads.each(
                () -> {
                  Group.here().once(changes::incrementAndGet);
                  return changes.get();
                }))
        .containsOnly(1);
  }

  @Test
  void everyRankHasItsOwnThreadsOfLibTorchAndTheCallerKeepsItsOwn() {
    int ours = torch.get_num_threads();
    torch.set_num_threads(3);
    try (RankThreads two = new RankThreads(2, 1)) {
      assertThat(two.each(torch::get_num_threads)).containsOnly(1);
      assertThat(torch.get_num_threads()).isEqualTo(3);
    } finally {
      torch.set_num_threads(ours);
    }
    assertThat(Group.here().size()).isEqualTo(1);
  }

  @Test
  void aFailingRankEndsAllOfThemWithItsNumberAndCause() {
    assertThatThrownBy(
            () ->
                threads.run(
                    () -> {
                      if (Group.here().rank() == 1) {
                        throw new IllegalStateException("no such luck");
                      }
                      Group.here().sum(rows()); // would wait for it for ever
                    }))
        .isInstanceOf(RankException.class)
        .hasMessage("rank 1 of 3: no such luck")
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> threads.run(() -> {})).hasMessageContaining("rank 1 of 3");
  }

  @Test
  void aRankThatFailsInBackwardEndsAllOfThem() {
    assertThatThrownBy(
            () ->
                threads.run(
                    () -> {
                      try (PointerScope scope = new PointerScope()) {
                        Tensor rows = rows().requires_grad_(true);
                        Tensor total = Group.here().sum(rows).sum();
                        if (Group.here().rank() == 2) {
                          throw new IllegalStateException("out of luck");
                        }
                        total.backward();
                      }
                    }))
        .hasMessage("rank 2 of 3: out of luck");
  }

  @Test
  void aRankThatDoesNotComeIsNamed() {
    try (RankThreads hasty = new RankThreads(2, 1, Duration.ofMillis(20))) {
      assertThatThrownBy(
              () ->
                  hasty.run(
                      () -> {
                        if (Group.here().rank() == 0) {
                          Group.here().once(() -> {});
                        }
                      }))
          .hasMessageContaining("ranks [1] did not come within PT0.02S");
    }
  }

  @Test
  void nothingNativeIsLeftBehind() {
    Runnable step =
        () ->
            of(
                rows -> {
                  rows.requires_grad_(true);
                  Tensor all = Group.here().gather(Group.here().sum(rows));
                  all.sum().backward();
                  return rows.grad();
                });
    step.run();
    long before = Pointer.totalCount();
    IntStream.range(0, 20).forEach(i -> step.run());
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
  }
}
