package dev.bingo.image;

import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.IntStream;

/**
 * A source in which bad images are replaced until there are too many.
 *
 * <p>In place of a bad image the next good one is read, in the order of positions, from the start
 * again after the last. Which one that is depends on the files alone and on no order of threads. In
 * a folder sorted by class it is nearly always one of the same class.
 *
 * <p>{@link #id} and {@link #label} stay those of the position, bad or not, so that bags and
 * fingerprints keep their indices; {@link #resolved} says whose pixels were given. A training goes
 * on with them, under their own label. Whoever measures or embeds leaves them out.
 */
public final class Tolerant extends ForwardingSource {
  private static final int SURVEYED_AT_ONCE = 1024;
  private static final long SURVEY_NANOS = 30_000_000_000L;

  private final BadImages policy;

  /** Of a bad image: where to look instead, which may be bad too. */
  private final ConcurrentMap<Integer, Integer> instead = new ConcurrentHashMap<>();

  private TooManyBadImagesException refused;

  public Tolerant(ImageSource source, BadImages policy) {
    super(source);
    this.policy = policy;
  }

  /**
   * Reads image {@code i} or its replacement.
   *
   * @throws TooManyBadImagesException where the policy's share is exceeded, or no image is good. It
   *     names all that are bad, as far as half a minute's reading finds them
   */
  @Override
  public Pixels read(int i, Reduction reduction) {
    return read(i, at -> source.read(at, reduction));
  }

  @Override
  public Pixels read(int i, Reduction reduction, PixelBuffer buffer) {
    return read(i, at -> source.read(at, reduction, buffer));
  }

  @FunctionalInterface
  private interface Reader {
    Pixels read(int i) throws BadImageException;
  }

  private Pixels read(int i, Reader reader) {
    while (true) {
      int tried = good(i);
      try {
        return reader.read(tried);
      } catch (BadImageException e) {
        if (note(tried, e) || instead.size() >= source.size()) {
          throw refuse();
        }
      }
    }
  }

  @Override
  public int resolved(int i) {
    return source.resolved(good(i));
  }

  /** The first position from {@code i} on that isn't known to be bad. */
  private int good(int i) {
    int at = i;
    for (Integer to = instead.get(at); to != null; to = instead.get(at)) {
      if (instead.size() >= source.size()) {
        throw refuse();
      }
      at = to;
    }
    if (at != i) {
      instead.put(i, at); // the next search from here is shorter
    }
    return at;
  }

  private boolean note(int i, BadImageException e) {
    instead.putIfAbsent(i, (i + 1) % source.size());
    return policy.add(e, source.size());
  }

  /** Whoever has to mend the set wants to know of all that is to be mended. */
  private synchronized TooManyBadImagesException refuse() {
    if (refused == null) {
      long start = System.nanoTime();
      int looked = 0;
      while (looked < source.size() && System.nanoTime() - start < SURVEY_NANOS) {
        int end = Math.min(source.size(), looked + SURVEYED_AT_ONCE);
        IntStream.range(looked, end)
            .parallel()
            .filter(i -> !instead.containsKey(i))
            .mapToObj(this::fault)
            .filter(Objects::nonNull)
            .toList()
            .forEach(bad -> policy.add(bad, source.size()));
        looked = end;
      }
      refused = policy.tooMany(source.size(), looked);
    }
    return refused;
  }

  private BadImageException fault(int i) {
    try {
      source.read(i, (width, height) -> 8);
      return null;
    } catch (BadImageException e) {
      return e;
    }
  }
}
