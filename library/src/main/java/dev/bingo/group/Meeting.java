package dev.bingo.group;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.pytorch.Tensor;

/** Where the threads of a group wait for each other and show what they have. */
final class Meeting {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final long patienceNanos;

  /** What each rank shows; written before all have come, read until all have come again. */
  private final Tensor[] shown;

  // Guarded by the lock.
  private final boolean[] here;
  private int missing;
  private long round;
  private RankException failure;

  /**
   * Nobody has come yet.
   *
   * @param patience after which a rank that does not come is given up, and the training with it
   */
  Meeting(int ranks, Duration patience) {
    shown = new Tensor[ranks];
    here = new boolean[ranks];
    missing = ranks;
    patienceNanos = patience.toNanos();
  }

  int size() {
    return shown.length;
  }

  /** Shows a tensor; returns when all have shown theirs, which are to be read until the next. */
  Tensor[] show(int rank, Tensor tensor) {
    shown[rank] = tensor;
    await(rank);
    return shown;
  }

  /**
   * Waits for all ranks.
   *
   * @throws RankException where one has failed, or does not come
   */
  void await(int rank) {
    lock.lock();
    try {
      check();
      here[rank] = true;
      missing--;
      if (missing == 0) {
        Arrays.fill(here, false);
        missing = here.length;
        round++;
        changed.signalAll();
        return;
      }
      long mine = round;
      long left = patienceNanos;
      while (round == mine) {
        check();
        if (left <= 0) {
          failure =
              new RankException(
                  "ranks " + absent() + " did not come within " + Duration.ofNanos(patienceNanos),
                  null);
          changed.signalAll();
        }
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RankException("rank " + rank + " was interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  /** Has all that wait, or will, end with the first cause. */
  void fail(int rank, Throwable cause) {
    lock.lock();
    try {
      if (failure == null) {
        String why =
            cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        failure = new RankException("rank %d of %d: %s".formatted(rank, shown.length, why), cause);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Goes on where nobody has failed.
   *
   * @throws RankException about the first that has
   */
  void check() {
    lock.lock();
    try {
      if (failure != null) {
        throw failure;
      }
    } finally {
      lock.unlock();
    }
  }

  private List<Integer> absent() {
    List<Integer> absent = new ArrayList<>();
    for (int r = 0; r < here.length; r++) {
      if (!here[r]) {
        absent.add(r);
      }
    }
    return absent;
  }
}
