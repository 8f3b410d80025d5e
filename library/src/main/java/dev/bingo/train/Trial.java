package dev.bingo.train;

import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.torch.BlasThreads;
import dev.bingo.view.Epoch;
import java.io.IOException;
import java.time.Duration;
import org.bytedeco.javacpp.PointerScope;

/**
 * Steps of a training that is not to be, for how long they take: nothing is written, and the
 * method's state is used up.
 *
 * @param steps that were timed
 * @param seconds of one of them, mean, with whatever the loader let it wait
 */
public record Trial(int steps, double seconds) {
  /** Steps that warm up: memory, kernels, the compiler, the batches that were made ahead. */
  private static final int WARM_UP = 4;

  private static final int LEAST = 2;
  private static final int MOST = 50;

  /**
   * Takes steps.
   *
   * @param epoch whose settings are tried, from 0: a method's warm-up may cost less than what
   *     follows
   * @param patience more than the least number of steps are timed while they take no longer
   */
  public static Trial of(Setup setup, int epoch, Duration patience) throws IOException {
    Progress progress = setup.progress(epoch, (long) epoch * setup.stepsPerEpoch());
    setup.methods().forEach(Method::train);
    int taken = 0;
    long start = System.nanoTime();
    try (BlasThreads.Scope one = BlasThreads.one();
        Step step = new Step(setup, setup.newOptimiser(), setup.config().precision())) {
      for (int pass = 0; ; pass++) {
        setup.method().beforeEpoch();
        try (Epoch batches = setup.loader().epoch(pass, 0)) {
          for (int s = 0; s < setup.stepsPerEpoch(); s++) {
            take(setup, step, batches, progress);
            taken++;
            if (taken == WARM_UP) {
              start = System.nanoTime();
            }
            int timed = taken - WARM_UP;
            long nanos = System.nanoTime() - start;
            if (timed >= MOST || (timed >= LEAST && nanos >= patience.toNanos())) {
              return new Trial(timed, nanos / 1e9 / timed);
            }
          }
        }
      }
    }
  }

  private static void take(Setup setup, Step step, Epoch batches, Progress progress) {
    try (PointerScope scope = new PointerScope()) {
      step.begin();
      for (int a = 0; a < setup.config().accumulate(); a++) {
        try (PointerScope pass = new PointerScope()) {
          // Its value is read: on a GPU the step is not done before.
          step.pass(batches.next(), progress).share().item_double();
        }
      }
      // At a rate of 0 the weights stay finite, whatever the schedule would be.
      step.optimise(progress, 0);
    }
  }
}
