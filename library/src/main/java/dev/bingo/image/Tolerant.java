package dev.bingo.image;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A source in which bad images are replaced until there are too many.
 *
 * <p>In place of a bad image the next good one is read, in the order of positions, from the start
 * again after the last. Which one that is depends on the files alone and on no order of threads. In
 * a folder sorted by class it is nearly always one of the same class.
 *
 * <p>{@link #id} and {@link #label} stay those of the position, bad or not, so that bags,
 * embeddings and fingerprints keep their indices. Whoever needs the label of the very pixels asks
 * for {@code label(resolved(i))} after reading {@code i}.
 */
public final class Tolerant extends ForwardingSource {
  private static final int MAX_TRIES = 1000;

  private final BadImages policy;
  private final ConcurrentMap<Integer, Boolean> bad = new ConcurrentHashMap<>();

  public Tolerant(ImageSource source, BadImages policy) {
    super(source);
    this.policy = policy;
  }

  /**
   * Reads image {@code i} or its replacement.
   *
   * @throws TooManyBadImagesException where the policy's share is exceeded
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
    int size = source.size();
    for (int t = 0; t < Math.min(size, MAX_TRIES); t++) {
      int tried = (int) (((long) i + t) % size);
      if (!bad.containsKey(tried)) {
        try {
          return reader.read(tried);
        } catch (BadImageException e) {
          bad.put(tried, true);
          policy.add(e, size);
        }
      }
    }
    throw new ImageSetException(
        "No good image among the " + Math.min(size, MAX_TRIES) + " from " + source.id(i) + " on");
  }

  @Override
  public int resolved(int i) {
    int size = source.size();
    int at = i;
    while (bad.containsKey(at)) {
      at = (at + 1) % size;
      if (at == i) {
        break;
      }
    }
    return source.resolved(at);
  }
}
