package dev.bingo.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.global.torch;

/**
 * Blocks of work on a Java thread a core, each of which has LibTorch on one thread. Many small
 * operations run side by side so, instead of waiting for each other's halves at every one.
 */
public final class Workers {
  private Workers() {}

  /**
   * Does the tasks {@code 0 … tasks − 1}, without gradients and each thread in a scope of its own;
   * returns when all are done.
   *
   * @param worker makes what does them, once a thread, on that thread
   * @throws RuntimeException what a worker threw first; the others end after the task they are at
   */
  public static void run(int tasks, Supplier<IntConsumer> worker) {
    int threads = torch.get_num_threads();
    AtomicInteger next = new AtomicInteger();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> running = new ArrayList<>();
    try (BlasThreads.Scope one = BlasThreads.one()) {
      for (int i = 0; i < Math.min(threads, tasks); i++) {
        Thread thread = new Thread(() -> work(tasks, next, worker, failure), "bingo-worker-" + i);
        thread.setDaemon(true);
        thread.start();
        running.add(thread);
      }
      for (Thread thread : running) {
        join(thread);
      }
    } finally {
      torch.set_num_threads(threads);
    }
    if (failure.get() instanceof Error e) {
      throw e;
    }
    if (failure.get() instanceof RuntimeException e) {
      throw e;
    }
  }

  private static void work(
      int tasks,
      AtomicInteger next,
      Supplier<IntConsumer> worker,
      AtomicReference<Throwable> failure) {
    try (AutoGradMode off = new AutoGradMode(false);
        PointerScope scope = new PointerScope()) {
      torch.set_num_threads(1);
      IntConsumer does = worker.get();
      for (int t = next.getAndIncrement(); t < tasks; t = next.getAndIncrement()) {
        does.accept(t);
        if (failure.get() != null) {
          return;
        }
      }
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  /** Waits for a thread's end, whatever interrupts this one; it stays interrupted. */
  public static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
