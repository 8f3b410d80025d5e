package dev.bingo.weights;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends a run of ONNX Runtime that takes too long, between two operators. */
final class RunLimit implements AutoCloseable {
  private static final ScheduledExecutorService CLOCK =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "onnx-limit");
            thread.setDaemon(true);
            return thread;
          });

  private final RunOptions options = new RunOptions();
  private final Future<?> end;
  private boolean passed;
  private boolean closed;

  /** The time begins to run. */
  RunLimit(int seconds) throws OrtException {
    end = CLOCK.schedule(this::pass, seconds, TimeUnit.SECONDS);
  }

  RunOptions options() {
    return options;
  }

  private synchronized void pass() {
    if (closed) {
      return;
    }
    passed = true;
    try {
      options.setTerminate(true);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether the time is over. */
  synchronized boolean passed() {
    return passed;
  }

  @Override
  public synchronized void close() {
    end.cancel(false);
    closed = true;
    options.close();
  }
}
