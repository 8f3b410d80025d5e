package dev.bingo.evaluate;

import dev.bingo.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Whether embeddings have collapsed, all of them of rows of length 1.
 *
 * @param spread standard deviation of a feature, mean over features, times √D: 1 where directions
 *     are spread evenly, 0 where all are one (Chen and He, arXiv 2011.10566)
 * @param effectiveRank exponential of the entropy of the singular values over their sum (Roy and
 *     Vetterli 2007; RankMe, arXiv 2210.02885): D at most, 1 where all rows are one; of at most
 *     4,096 rows, evenly taken
 * @param meanCosine of all pairs of different rows: 0 where directions are spread evenly, 1 where
 *     all are one
 */
public record Collapse(double spread, double effectiveRank, double meanCosine) {
  private static final int MOST_ROWS = 4096;
  private static final double TINY = 1e-12;

  /**
   * The figures of {@code [N, D]} embeddings.
   *
   * @throws IllegalArgumentException where there are fewer than two rows
   */
  public static Collapse of(Tensor embeddings) {
    long n = embeddings.size(0);
    long d = embeddings.size(1);
    if (n < 2) {
      throw new IllegalArgumentException("collapse is judged on at least 2 rows, got " + n);
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard off = new NoGradGuard()) {
      Tensor rows = embeddings.detach().cpu().to(ScalarType.Float);
      rows =
          rows.div(
              rows.norm(new ScalarOptional(new Scalar(2)), new long[] {1}, true)
                  .clamp_min_(new Scalar(TINY)));
      double spread =
          rows.std(new long[] {0}, false, false).mean().item_double() * Math.sqrt((double) d);
      Tensor sum = rows.to(ScalarType.Double).sum(0);
      // |Σ u|² counts every ordered pair, and each row with itself.
      double pairs = sum.square().sum().item_double() - n;
      return new Collapse(spread, effectiveRank(rows), pairs / ((double) n * (n - 1)));
    }
  }

  /** Singular values are the roots of the smaller Gram matrix's eigenvalues. */
  private static double effectiveRank(Tensor rows) {
    long n = rows.size(0);
    Tensor some = rows;
    if (n > MOST_ROWS) {
      long[] taken = new long[MOST_ROWS];
      for (int i = 0; i < MOST_ROWS; i++) {
        taken[i] = i * n / MOST_ROWS;
      }
      some = rows.index_select(0, Tensors.of(taken, MOST_ROWS));
    }
    some = some.to(ScalarType.Double);
    Tensor gram = some.size(0) > some.size(1) ? some.t().matmul(some) : some.matmul(some.t());
    Tensor singular = torch.linalg_eigvalsh(gram).clamp_min_(new Scalar(0)).sqrt();
    Tensor shares = singular.div(singular.sum());
    Tensor logs = shares.clamp_min(new Scalar(1e-300)).log();
    return Math.exp(-shares.mul(logs).sum().item_double());
  }
}
