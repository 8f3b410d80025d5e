package dev.bingo.serve;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads for what takes a core, others for what is answered at once, and the memory that bodies
 * may take before they are worked on. What goes beyond is turned away and told to come again.
 */
final class Workers implements AutoCloseable {
  private static final int LIGHT = 4;

  private final ThreadPoolExecutor heavy;
  private final ThreadPoolExecutor light;
  private final AtomicLong room;

  Workers(Settings settings) {
    heavy = pool("bingo-images", settings.threads(), settings.waiting());
    light = pool("bingo-serve", LIGHT, settings.waiting());
    room = new AtomicLong(Math.max(settings.bodyBytes(), Runtime.getRuntime().maxMemory() / 8));
  }

  private static ThreadPoolExecutor pool(String name, int threads, int waiting) {
    AtomicInteger count = new AtomicInteger();
    return new ThreadPoolExecutor(
        threads,
        threads,
        1,
        TimeUnit.MINUTES,
        new ArrayBlockingQueue<>(waiting),
        work -> {
          Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * Does it as soon as a thread is free.
   *
   * @throws Problem where too many wait already
   */
  void run(boolean takesACore, Runnable work) {
    try {
      (takesACore ? heavy : light).execute(work);
    } catch (RejectedExecutionException e) {
      throw busy("more requests wait than the server takes");
    }
  }

  /** Room for a body, which {@link #give} gives back. */
  void take(long bytes) {
    if (room.addAndGet(-bytes) < 0) {
      room.addAndGet(bytes);
      throw busy("there is no memory left for another body of this size");
    }
  }

  void give(long bytes) {
    room.addAndGet(bytes);
  }

  private static Problem busy(String why) {
    return new Problem(503, why, "Send it again in a moment, or give the server more cores.");
  }

  int waiting() {
    return heavy.getQueue().size() + light.getQueue().size();
  }

  @Override
  public void close() {
    heavy.shutdownNow();
    light.shutdownNow();
  }
}
