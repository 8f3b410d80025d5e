package dev.bingo.train;

import dev.bingo.file.PlainFolder;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Looks on from a thread of its own; where no step ends within a set time, writes the stacks of all
 * threads and the last batch's indices to a file, once a stall. It ends nothing: the step may be
 * only slow.
 */
final class Watchdog implements AutoCloseable {
  static final String FILE = "stalls.txt";

  private final PlainFolder folder;
  private final long limitNanos;
  private final Listener listener;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by the lock.
  private long beatAt = System.nanoTime();
  private boolean quiet = true;
  private boolean closed;
  private long step;
  private long[] indices = {};

  /**
   * Begins, paused.
   *
   * @param folder that {@link #FILE} is written in
   * @param limit zero for never
   */
  Watchdog(PlainFolder folder, Duration limit, Listener listener) {
    this.folder = folder;
    this.listener = listener;
    limitNanos = limit.toNanos();
    thread = new Thread(this::watch, "bingo-watchdog");
    thread.setDaemon(true);
    if (limitNanos > 0) {
      thread.start();
    }
  }

  /** A step begins. */
  void beat(long step) {
    set(false, step, indices);
  }

  /** A batch has come. */
  void beat(long step, long[] indices) {
    set(false, step, indices);
  }

  /** What follows is no step and may take as long as it likes. */
  void pause() {
    set(true, step, indices);
  }

  private void set(boolean quiet, long step, long[] indices) {
    lock.lock();
    try {
      this.quiet = quiet;
      this.step = step;
      this.indices = indices;
      beatAt = System.nanoTime();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void watch() {
    lock.lock();
    try {
      while (!closed) {
        long left = limitNanos - (System.nanoTime() - beatAt);
        if (quiet) {
          changed.awaitUninterruptibly();
        } else if (left > 0) {
          changed.awaitNanos(left);
        } else {
          quiet = true; // until the next beat
          bark();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void bark() {
    String seconds = limitNanos / 1_000_000_000.0 + " s";
    Path file = folder.root().resolve(FILE);
    try (FileChannel out = folder.append(FILE)) {
      WholeFile.writeFully(out, ByteBuffer.wrap(report(seconds).getBytes(StandardCharsets.UTF_8)));
      listener.onNotice(
          "no step has ended for " + seconds + " (after step " + step + "); see " + file);
    } catch (IOException e) {
      listener.onNotice(
          "no step has ended for " + seconds + ", and " + file + " can't be written: " + e);
    }
  }

  private String report(String seconds) {
    StringBuilder text = new StringBuilder();
    text.append(Instant.now()).append("  no step has ended for ").append(seconds);
    text.append("\nsteps done: ").append(step);
    text.append("\nindices of the last batch: ").append(Arrays.toString(indices)).append('\n');
    for (Map.Entry<Thread, StackTraceElement[]> t : Thread.getAllStackTraces().entrySet()) {
      text.append('\n').append(t.getKey().getName()).append(' ').append(t.getKey().getState());
      for (StackTraceElement frame : t.getValue()) {
        text.append("\n    at ").append(frame);
      }
      text.append('\n');
    }
    return text.append('\n').toString();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
