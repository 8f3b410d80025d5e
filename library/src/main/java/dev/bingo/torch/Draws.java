package dev.bingo.torch;

/**
 * Random draws as a function: the numbers that come out are determined by the key alone, so neither
 * threads, nor prefetching, nor a restart in mid-epoch change them. A key is (seed, purpose, …),
 * for a view (seed, epoch, sample, view).
 *
 * <p>The generator is SplitMix64 seeded by a mix of the key. Not thread-safe; make one where you
 * need one, it is cheap.
 */
public final class Draws {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private long state;

  private Draws(long state) {
    this.state = state;
  }

  /** The draws that belong to a key. */
  public static Draws of(long... key) {
    long h = 0x6A09E667F3BCC909L;
    for (long k : key) {
      h = mix((h ^ mix(k + GOLDEN)) + GOLDEN);
    }
    return new Draws(h);
  }

  /** The next 64 random bits. */
  public long nextLong() {
    state += GOLDEN;
    return mix(state);
  }

  /** Uniform in [0, 1), 53 bits. */
  public double uniform() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Uniform in [low, high). */
  public double uniform(double low, double high) {
    return low + (high - low) * uniform();
  }

  /** Uniform in 0 … bound − 1; the bias below 2⁻³² is left in. */
  public int below(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be at least 1, was " + bound);
    }
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /** True with probability p. */
  public boolean chance(double p) {
    return uniform() < p;
  }

  /** Standard normal (Box–Muller). */
  public double normal() {
    double u = 1.0 - uniform();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * uniform());
  }

  /** A uniformly random order of 0 … n − 1 (Fisher–Yates). */
  public int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = below(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
