package dev.bingo.image;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A set whose pixels lie in memory as uint8, for sets that are small. Reading copies nothing: every
 * reader of image {@code i} gets the same {@link Pixels}.
 */
public final class MemorySource implements ImageSource {
  /** Sets of at most this many RGB bytes are worth holding, where the heap allows it. */
  public static final long DEFAULT_BYTES = 1L << 30;

  private final String description;
  private final String[] ids;
  private final Labels labels;
  private final Pixels[] images;

  /** Where the images were decoded from, or null where the format is raw pixels. */
  private final ImageSource origin;

  private volatile String fingerprint;

  MemorySource(String description, String[] ids, Labels labels, Pixels[] images) {
    this(description, ids, labels, images, null);
  }

  private MemorySource(
      String description, String[] ids, Labels labels, Pixels[] images, ImageSource origin) {
    this.description = description;
    this.ids = ids;
    this.labels = labels;
    this.images = images;
    this.origin = origin;
  }

  /** Is told how decoding gets on; called from one thread at a time, about every hundredth. */
  @FunctionalInterface
  public interface Listener {
    /** Nothing is to be told. */
    Listener NONE = (done, total) -> {};

    void decoded(int done, int total);
  }

  /**
   * Whether the source is worth holding: all its images at stored size take at most {@code bytes},
   * and at most half of what the heap may grow to. Reads headers until the answer is known.
   */
  public static boolean fits(ImageSource source, long bytes) {
    if (source instanceof MemorySource) {
      return true;
    }
    long left = Math.min(bytes, Runtime.getRuntime().maxMemory() / 2);
    for (int i = 0; i < source.size() && left >= 0; i++) {
      left -= rgbBytes(source, i);
    }
    return left >= 0;
  }

  private static long rgbBytes(ImageSource source, int i) {
    try {
      return source.dimensions(i).rgbBytes();
    } catch (BadImageException e) {
      return 0; // whoever reads it is told
    }
  }

  /**
   * Decodes the whole source once. The result closes the source when it is closed.
   *
   * @param threads that decode, at least 1
   * @throws BadImageException for the first bad image met; wrap the source in {@link Tolerant} to
   *     have bad ones replaced
   */
  public static MemorySource of(ImageSource source, int threads, Listener listener)
      throws BadImageException {
    if (source instanceof MemorySource memory) {
      return memory;
    }
    Pixels[] images = new Pixels[source.size()];
    decode(source, images, threads, listener);
    String[] ids = new String[images.length];
    int[] of = new int[images.length];
    for (int i = 0; i < images.length; i++) {
      ids[i] = source.id(i);
      of[i] = source.label(i);
    }
    Labels labels = new Labels(of, source.classes());
    return new MemorySource(source.describe(), ids, labels, images, source);
  }

  private static void decode(ImageSource source, Pixels[] images, int threads, Listener listener)
      throws BadImageException {
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean failed = new AtomicBoolean();
    Progress progress = new Progress(images.length, listener);
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "bingo-decode");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<Void>> workers =
          java.util.stream.IntStream.range(0, threads)
              .mapToObj(
                  t ->
                      pool.submit(
                          () -> {
                            for (int i = next.getAndIncrement();
                                i < images.length && !failed.get();
                                i = next.getAndIncrement()) {
                              images[i] = readOrFlag(source, i, failed);
                              progress.oneMore();
                            }
                            return (Void) null;
                          }))
              .toList();
      for (Future<Void> worker : workers) {
        worker.get();
      }
    } catch (ExecutionException e) {
      rethrow(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ImageSetException("Interrupted while decoding " + source.describe(), e);
    } finally {
      failed.set(true);
      pool.shutdown();
    }
  }

  private static Pixels readOrFlag(ImageSource source, int i, AtomicBoolean failed)
      throws BadImageException {
    boolean done = false;
    try {
      Pixels pixels = source.read(i, Reduction.NONE);
      done = true;
      return pixels;
    } finally {
      if (!done) {
        failed.set(true);
      }
    }
  }

  private static void rethrow(Throwable cause) throws BadImageException {
    if (cause instanceof BadImageException bad) {
      throw bad;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof RuntimeException runtime) {
      throw runtime;
    }
    throw new ImageSetException("Decoding failed: " + cause.getMessage(), cause);
  }

  @Override
  public int size() {
    return images.length;
  }

  @Override
  public String id(int i) {
    return ids[i];
  }

  @Override
  public int label(int i) {
    return labels.of()[i];
  }

  @Override
  public List<String> classes() {
    return labels.classes();
  }

  @Override
  public Pixels read(int i, Reduction reduction) {
    return images[i];
  }

  @Override
  public Dimensions dimensions(int i) {
    return new Dimensions(images[i].fullWidth(), images[i].fullHeight());
  }

  @Override
  public int resolved(int i) {
    return origin == null ? i : origin.resolved(i);
  }

  /** Bytes that the pixels take. */
  public long bytes() {
    long sum = 0;
    for (Pixels image : images) {
      sum += image.rgb().length;
    }
    return sum;
  }

  @Override
  public String fingerprint() {
    String known = fingerprint;
    if (known == null) {
      known = origin == null ? hashAll() : origin.fingerprint();
      fingerprint = known;
    }
    return known;
  }

  private String hashAll() {
    MessageDigest digest = Fingerprints.sha256();
    for (int i = 0; i < images.length; i++) {
      Fingerprints.name(digest, this, i);
      Fingerprints.number(digest, images[i].width());
      Fingerprints.number(digest, images[i].height());
      digest.update(images[i].rgb());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public String describe() {
    String what = origin == null ? EncodedSource.describe(description, this) : description;
    return what + String.format(Locale.ROOT, ", %,d MiB in memory", bytes() >> 20);
  }

  @Override
  public void close() {
    if (origin != null) {
      origin.close();
    }
  }

  private static final class Progress {
    private final int total;
    private final int step;
    private final Listener listener;
    private int done;

    Progress(int total, Listener listener) {
      this.total = total;
      this.step = Math.max(1, total / 100);
      this.listener = listener;
    }

    synchronized void oneMore() {
      done++;
      if (done % step == 0 || done == total) {
        listener.decoded(done, total);
      }
    }
  }
}
