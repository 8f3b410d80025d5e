package dev.bingo.group;

import dev.bingo.torch.Workers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;

/**
 * A group whose ranks are threads of this JVM, each with LibTorch on a few threads of its own: on a
 * CPU no operation waits for another thread's half of it.
 */
public final class RankThreads implements AutoCloseable {
  /** Ranks have as much to do as each other: one that is so late never comes. */
  private static final Duration PATIENCE = Duration.ofMinutes(20);

  private final Meeting meeting;
  private final List<LinkedBlockingQueue<Optional<Runnable>>> tasks = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * Starts the threads.
   *
   * @param ranks W
   * @param threadsEach LibTorch's of each rank
   */
  public RankThreads(int ranks, int threadsEach) {
    this(ranks, threadsEach, PATIENCE);
  }

  RankThreads(int ranks, int threadsEach, Duration patience) {
    meeting = new Meeting(ranks, patience);
    int ours = torch.get_num_threads();
    CountDownLatch started = new CountDownLatch(ranks);
    for (int r = 0; r < ranks; r++) {
      LinkedBlockingQueue<Optional<Runnable>> queue = new LinkedBlockingQueue<>();
      Group group = new ThreadRank(meeting, r);
      Thread thread =
          new Thread(
              () -> {
                Here.set(group);
                // LibTorch gives a thread its number when it first asks, whatever was set before.
                torch.get_num_threads();
                torch.set_num_threads(threadsEach);
                started.countDown();
                work(queue);
              },
              "bingo-rank-" + r);
      thread.setDaemon(true);
      tasks.add(queue);
      threads.add(thread);
      thread.start();
    }
    uninterrupted(started);
    // What was set last is what LibTorch gives to threads that are yet to come.
    torch.set_num_threads(ours);
  }

  /** How many ranks there are. */
  public int size() {
    return threads.size();
  }

  /**
   * Has every rank do the same; returns when all have.
   *
   * @param work asks {@link Group#here()} which rank it is; opens a native scope of its own
   * @return what each of them gave, the first rank's first
   * @throws RankException where a rank failed, with its number and cause; the group is of no more
   *     use then
   */
  public <T> List<T> each(Supplier<T> work) {
    List<T> given = new ArrayList<>();
    threads.forEach(t -> given.add(null));
    CountDownLatch done = new CountDownLatch(threads.size());
    for (int r = 0; r < threads.size(); r++) {
      int rank = r;
      tasks
          .get(r)
          .add(
              Optional.of(
                  () -> {
                    try {
                      T mine = work.get();
                      synchronized (given) {
                        given.set(rank, mine);
                      }
                    } catch (Throwable e) {
                      meeting.fail(rank, e);
                    } finally {
                      done.countDown();
                    }
                  }));
    }
    uninterrupted(done);
    meeting.check();
    synchronized (given) {
      return given;
    }
  }

  /** {@link #each} of what gives nothing. */
  public void run(Runnable work) {
    each(
        () -> {
          work.run();
          return null;
        });
  }

  private static void work(LinkedBlockingQueue<Optional<Runnable>> queue) {
    for (Optional<Runnable> task = next(queue); task.isPresent(); task = next(queue)) {
      task.get().run();
    }
  }

  /** Nobody but {@link #close} ends a rank, by a task that is empty. */
  private static Optional<Runnable> next(LinkedBlockingQueue<Optional<Runnable>> queue) {
    while (true) {
      try {
        return queue.take();
      } catch (InterruptedException e) {
        Thread.interrupted();
      }
    }
  }

  private static void uninterrupted(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    tasks.forEach(queue -> queue.add(Optional.empty()));
    threads.forEach(Workers::join);
  }
}
