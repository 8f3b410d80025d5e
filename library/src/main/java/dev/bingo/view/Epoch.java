package dev.bingo.view;

import dev.bingo.image.ImageSetException;
import dev.bingo.image.PixelBuffer;
import dev.bingo.render.Canvas;
import dev.bingo.torch.Workers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One pass over a data set, made by threads ahead of the reader.
 *
 * <p>Threads take samples in order, so a batch is complete as early as can be, and write them into
 * a ring of reused buffers. The tensors of a batch share the ring's memory: they are good until the
 * following {@link #next}, which gives their buffer back. What must live longer is to be cloned
 * (normalising a batch does).
 *
 * <p>{@link #next} and {@link #close} are for one thread.
 */
public final class Epoch implements Iterator<Batch>, AutoCloseable {
  /** Makes one sample. */
  @FunctionalInterface
  interface Sample {
    /**
     * Writes sample {@code index} of the data set to a row of a slot.
     *
     * @throws Exception whatever reading and rendering throw
     */
    void render(int index, Slot slot, int row, Canvas canvas, PixelBuffer buffer) throws Exception;
  }

  private final int[] order;
  private final int batch;
  private final int batches;
  private final Sample sample;
  private final Crew crew;

  /** The first batch that could have been made ahead. */
  private final int warm;

  private final List<Slot> slots = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private final int total;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition slotFree = lock.newCondition();
  private final Condition batchDone = lock.newCondition();
  // Guarded by the lock.
  private int taken;
  private int released;
  private boolean closed;
  private RuntimeException failure;

  // The reader's.
  private int current;
  private long waitNanos;

  /**
   * Starts the threads.
   *
   * @param order of the samples
   * @param first batch to deliver
   * @param batches of the whole epoch; what is beyond the last is left out
   */
  Epoch(
      int[] order,
      int batch,
      int first,
      int batches,
      int[] sizes,
      int threadCount,
      int prefetch,
      Crew crew,
      Sample sample) {
    this.order = order;
    this.batch = batch;
    this.batches = batches;
    this.sample = sample;
    this.crew = crew;
    total = (int) Math.min(order.length, (long) batches * batch);
    taken = (int) Math.min(total, (long) first * batch);
    current = first;
    released = first;
    int ahead = Math.min(prefetch + 1, Math.max(1, batches - first));
    warm = first + ahead;
    for (int i = 0; i < ahead; i++) {
      slots.add(new Slot(batch, sizes));
    }
    for (int i = 0; i < threadCount; i++) {
      int number = i;
      Thread thread = new Thread(() -> work(number), "bingo-loader-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** How many batches the whole epoch has, those before the start included. */
  public int batches() {
    return batches;
  }

  /** Position of the batch that {@link #next} returns. */
  public int position() {
    return current;
  }

  /** How long {@link #next} has waited so far: large beside the step time, the loader is slow. */
  public long waitNanos() {
    return waitNanos;
  }

  @Override
  public boolean hasNext() {
    return current < batches;
  }

  /**
   * The next batch; its tensors belong to the caller's scope and are good until the next call.
   *
   * @throws LoaderException where a sample could not be made; batches before it are still delivered
   * @throws ImageSetException likewise, where too many images are bad
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the epoch has " + batches + " batches");
    }
    long start = System.nanoTime();
    lock.lock();
    try {
      // The buffer of the batch before is free from here on.
      released = current;
      if (current >= warm) {
        crew.taken(ready(current));
      }
      slotFree.signalAll();
      Slot slot = await(current);
      Batch made = slot.batch(rows(current));
      current++;
      return made;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoaderException("interrupted while waiting for batch " + current, e);
    } finally {
      lock.unlock();
      waitNanos += System.nanoTime() - start;
    }
  }

  /** For tests: are they gone after close? */
  List<Thread> threads() {
    return threads;
  }

  private boolean ready(int number) {
    Slot slot = slot(number);
    return slot.batch == number && slot.missing == 0;
  }

  private Slot await(int number) throws InterruptedException {
    Slot slot = slot(number);
    while (true) {
      if (closed) {
        throw new IllegalStateException("the epoch is closed");
      }
      if (ready(number)) {
        return slot;
      }
      if (slot.batch == number && slot.failure != null) {
        throw slot.failure;
      }
      if (failure != null && (taken < end(number) || threads.stream().noneMatch(Thread::isAlive))) {
        throw failure;
      }
      // Not for ever: a thread that ended without a word is noticed too.
      if (!batchDone.await(1, TimeUnit.SECONDS)
          && threads.stream().noneMatch(Thread::isAlive)
          && !ready(number)) {
        throw failure != null
            ? failure
            : new LoaderException("all loader threads have ended", null);
      }
    }
  }

  /** Ends the threads and gives the memory back. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      slotFree.signalAll();
      batchDone.signalAll();
    } finally {
      lock.unlock();
    }
    threads.forEach(Workers::join);
    slots.forEach(Slot::release);
  }

  private void work(int thread) {
    try {
      makeSamples(thread);
    } catch (Throwable t) {
      // What its own handling of errors could not handle, such as a second lack of memory.
      died(t);
    }
  }

  private void died(Throwable t) {
    lock.lock();
    try {
      failure = new LoaderException("a loader thread died: " + t.getClass().getName(), t);
      slotFree.signalAll();
      batchDone.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void makeSamples(int thread) {
    Canvas canvas = new Canvas();
    PixelBuffer buffer = new PixelBuffer();
    for (int n = take(thread); n >= 0; n = take(thread)) {
      Slot slot = slot(n / batch);
      RuntimeException failed = null;
      try {
        sample.render(order[n], slot, n % batch, canvas, buffer);
      } catch (Throwable t) {
        // Errors too: the reader must learn of them, this thread's end would be seen by nobody.
        failed = failure(order[n], t);
      }
      done(slot, failed);
    }
  }

  /** What is wrong with the set is for whoever gave it, as it is; all else failed at a sample. */
  private static RuntimeException failure(int index, Throwable t) {
    if (t instanceof ImageSetException e) {
      return e;
    }
    String why = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
    return new LoaderException("the loader failed at sample " + index + ": " + why, t);
  }

  /** The next sample to make, as soon as there is room for it; −1 when there is none. */
  private int take(int thread) {
    lock.lock();
    try {
      while (!closed
          && failure == null
          && taken < total
          && !(room(taken / batch) && crew.works(thread))) {
        slotFree.awaitUninterruptibly();
      }
      if (closed || failure != null || taken >= total) {
        return -1;
      }
      if (taken % batch == 0) {
        Slot slot = slot(taken / batch);
        slot.batch = taken / batch;
        slot.missing = rows(slot.batch);
      }
      return taken++;
    } finally {
      lock.unlock();
    }
  }

  private void done(Slot slot, RuntimeException failed) {
    lock.lock();
    try {
      if (failed == null) {
        slot.missing--;
      } else {
        slot.failure = failed;
        failure = failed;
        slotFree.signalAll();
      }
      if (failed != null || slot.missing == 0) {
        batchDone.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean room(int number) {
    return number < released + slots.size();
  }

  private Slot slot(int number) {
    return slots.get(number % slots.size());
  }

  private int rows(int number) {
    return end(number) - number * batch;
  }

  /** The sample after the last of a batch. */
  private int end(int number) {
    return (int) Math.min(total, (number + 1L) * batch);
  }
}
