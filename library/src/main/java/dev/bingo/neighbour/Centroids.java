package dev.bingo.neighbour;

import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import dev.bingo.torch.Workers;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Directions that divide rows into cells: a row is in the cell of the one nearest to it. */
public final class Centroids {
  // k-means sees so many rows a cell, and so often.
  static final int SAMPLE = 64;
  // ... of 256 MiB in all, at most
  private static final int SAMPLED = 1 << 26;
  private static final int ITERATIONS = 8;
  private static final int SPREAD_ITERATIONS = 20;
  private static final int BLOCK = 4096;

  private Centroids() {}

  /**
   * Finds directions by spherical k-means on a sample of the rows.
   *
   * @param count at most N
   * @return {@code float32 [count, D]}, rows of length 1
   */
  public static Tensor of(Rows rows, int count, long seed) {
    int n = rows.size();
    long fits = Math.max(count, SAMPLED / rows.width());
    int sampled = (int) Math.min(n, Math.min(fits, (long) SAMPLE * count));
    int[] some = Arrays.copyOf(Draws.of(seed, 0xce11).permutation(n), sampled);
    Arrays.sort(some);
    return KMeans.centres(
        rows.gather(Arrays.stream(some).asLongStream().toArray()), count, ITERATIONS, seed);
  }

  /**
   * The same for few directions that are to divide the rows well: from a start that is spread out.
   *
   * @param most rows to look at
   */
  public static Tensor spread(Rows rows, int count, int most, long seed) {
    int n = rows.size();
    int[] some = Arrays.copyOf(Draws.of(seed, 0xce12).permutation(n), Math.min(most, n));
    Arrays.sort(some);
    long[] ids = Arrays.stream(some).asLongStream().toArray();
    return KMeans.spreadCentres(rows.gather(ids), count, SPREAD_ITERATIONS, seed);
  }

  /** The cell of each row, on all cores. */
  public static int[] assign(Rows rows, Tensor centres) {
    int n = rows.size();
    int[] of = new int[n];
    Workers.run(
        (n + BLOCK - 1) / BLOCK,
        () ->
            block -> {
              int from = block * BLOCK;
              try (PointerScope scope = new PointerScope()) {
                Tensor x = rows.block(from, Math.min(BLOCK, n - from));
                long[] best = Tensors.toLongs(torch.max(x.matmul(centres.t()), 1, false).get1());
                for (int i = 0; i < best.length; i++) {
                  of[from + i] = (int) best[i];
                }
              }
            });
    return of;
  }
}
