package dev.bingo.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Blocks of work on a Java thread a core, each of which has LibTorch on one thread. Many small
 * operations run side by side so, instead of waiting for each other's halves at every one.
 */
public final class Workers {
  /** Rows of a piece: fewer cost more each, more win nothing. */
  private static final int LEAST = 4;

  private static final int MOST = 32;

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

  /** Holds what this thread computes to itself, and OpenBLAS to one thread, until closed. */
  public static BlasThreads.Scope one() {
    BlasThreads.Scope blas = BlasThreads.one();
    int threads = torch.get_num_threads();
    torch.set_num_threads(1);
    return () -> {
      torch.set_num_threads(threads);
      blas.close();
    };
  }

  /**
   * A function of each row, in pieces of several rows. Threads that share each operation wait for
   * one another at its end, the longer the more other processes want the processors.
   *
   * @param input {@code [N, …]}
   * @param width D
   * @param function {@code [n, …]} to {@code [n, D]}, on the CPU, without gradients
   * @return {@code float32 [N, D]}
   * @throws IllegalStateException where it gives other than one row for each
   */
  public static Tensor byRows(Tensor input, long width, UnaryOperator<Tensor> function) {
    int rows = Math.toIntExact(input.size(0));
    // Two a thread and more, so that a thread that was kept waiting has less left to do.
    int piece = Math.max(LEAST, Math.min(MOST, rows / (2 * torch.get_num_threads())));
    Tensor all = Tensors.empty(torch.ScalarType.Float, rows, width);
    run(
        (rows + piece - 1) / piece,
        () ->
            task -> {
              try (PointerScope scope = new PointerScope()) {
                long from = (long) task * piece;
                long size = Math.min(piece, rows - from);
                Tensor out = function.apply(input.narrow(0, from, size));
                if (out.dim() != 2 || out.size(0) != size || out.size(1) != width) {
                  throw new IllegalStateException(
                      "expected rows ["
                          + size
                          + ", "
                          + width
                          + "], got "
                          + Arrays.toString(out.sizes().vec().get()));
                }
                all.narrow(0, from, size).copy_(out);
              }
            });
    return all;
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
