package dev.bingo.spark;

import dev.bingo.embed.Embedder;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The models that are open in this JVM: one session each, however many tasks use it. A session that
 * nobody uses is closed after a while, since a cluster outlives its jobs.
 */
final class Sessions {
  private static final Duration IDLE = Duration.ofMinutes(1);

  /** Of this executor, or of a driver that computes. */
  static final Sessions HERE = new Sessions();

  /** What is open: a model, and how it runs. */
  record Key(String sha256, int threads, int batch) {}

  /** Opens a model. */
  interface Opener {
    Embedder open() throws IOException;
  }

  private static final class Entry {
    private final Embedder embedder;
    private int users;
    private long idleSince;

    Entry(Embedder embedder) {
      this.embedder = embedder;
    }
  }

  private final Map<Key, Entry> open = new HashMap<>();
  private ScheduledExecutorService janitor;

  /** The use of a session; it isn't closed before the use is. */
  final class Lease implements AutoCloseable {
    private final Entry entry;
    private boolean over;

    private Lease(Entry entry) {
      this.entry = entry;
    }

    Embedder embedder() {
      return entry.embedder;
    }

    @Override
    public void close() {
      synchronized (Sessions.this) {
        if (!over) {
          over = true;
          entry.users--;
          entry.idleSince = System.nanoTime();
        }
      }
    }
  }

  /** The session of this key, opened where there is none; others wait meanwhile. */
  synchronized Lease lease(Key key, Opener opener) throws IOException {
    Entry entry = open.get(key);
    if (entry == null) {
      entry = new Entry(opener.open());
      open.put(key, entry);
      watch();
    }
    entry.users++;
    return new Lease(entry);
  }

  private void watch() {
    if (janitor == null) {
      janitor =
          Executors.newSingleThreadScheduledExecutor(
              task -> {
                Thread thread = new Thread(task, "bingo-sessions");
                thread.setDaemon(true);
                return thread;
              });
      long often = IDLE.toSeconds() / 2;
      ScheduledFuture<?> unused =
          janitor.scheduleWithFixedDelay(
              () -> closeIdle(System.nanoTime()), often, often, TimeUnit.SECONDS);
    }
  }

  /**
   * Closes what has had no user for a minute.
   *
   * @param now as {@link System#nanoTime} gives it
   */
  synchronized void closeIdle(long now) {
    for (Iterator<Entry> entries = open.values().iterator(); entries.hasNext(); ) {
      Entry entry = entries.next();
      if (entry.users == 0 && now - entry.idleSince >= IDLE.toNanos()) {
        entries.remove();
        entry.embedder.close();
      }
    }
    if (open.isEmpty() && janitor != null) {
      janitor.shutdown();
      janitor = null;
    }
  }

  synchronized int size() {
    return open.size();
  }
}
