package dev.bingo.bag;

import dev.bingo.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Candidates for the nearest neighbours, found in bfloat16 at several times the speed of float32,
 * with a bound on what may have been missed.
 *
 * <p>Rows are centred first: x·y = x·μ + μ·b + a·b with a = x − μ, b = y − μ, where x·μ does not
 * change the order. The closer all rows lie together, the smaller a and b, and with them the
 * rounding. μ·b goes along as two columns, a bfloat16 and what that one lost.
 */
final class Bf16Candidates {
  // Half a unit in the last place of 8 significant bits, relative.
  private static final double UNIT = 1.0 / 256;
  private static final int COLUMNS = 1 << 15;
  private static final int GROUP = 32;
  // Zeros fill the columns up to a multiple of what the matrix units take at once.
  private static final int ALIGNED = 32;

  private final Tensor queries;
  private final Tensor candidates;
  private final Tensor shift;
  private final Tensor lengths;
  private final double longest;
  private final int most;

  /**
   * Prepares a search; copies twice the rows in bfloat16.
   *
   * @param rows {@code float32 [N, D]}, of length 1
   * @param most candidates of a row
   */
  Bf16Candidates(Tensor rows, int most) {
    this.most = (int) Math.min(most, rows.size(0) - 1);
    long n = rows.size(0);
    long width = rows.size(1);
    long aligned = (width + 2 + ALIGNED - 1) / ALIGNED * ALIGNED;
    queries = Tensors.zeros(ScalarType.BFloat16, n, aligned);
    candidates = Tensors.zeros(ScalarType.BFloat16, n, aligned);
    shift = Tensors.empty(ScalarType.Float, n, 1);
    lengths = Tensors.empty(ScalarType.Float, n, 1);
    try (PointerScope scope = new PointerScope()) {
      Tensor mean = rows.mean(new long[] {0}, true, new ScalarTypeOptional());
      Tensor centred = rows.sub(mean);
      Tensor bias = centred.matmul(mean.t());
      shift.copy_(rows.matmul(mean.t()));
      lengths.copy_(centred.square().sum(new long[] {1}, true, new ScalarTypeOptional()).sqrt());
      queries.narrow(1, 0, width).copy_(centred);
      queries.narrow(1, width, 2).fill_(new Scalar(1));
      candidates.narrow(1, 0, width).copy_(centred);
      Tensor high = candidates.narrow(1, width, 1).copy_(bias);
      candidates.narrow(1, width + 1, 1).copy_(bias.sub(high.to(ScalarType.Float)));
      longest = lengths.max().item_double();
    }
  }

  /**
   * The candidates of rows {@code start} on.
   *
   * @param index {@code int64 [count, M]}
   * @param missed {@code float32 [count, 1]}: no row but these has a cosine above it
   */
  record Found(Tensor index, Tensor missed) {}

  Found find(int start, int count) {
    long n = candidates.size(0);
    Tensor of = queries.narrow(0, start, count);
    Tensor none =
        torch.full_like(of.narrow(1, 0, 1), new Scalar(Float.NEGATIVE_INFINITY)).repeat(1, most);
    Tensor best = none;
    Tensor index = none.to(ScalarType.Float).isfinite().to(ScalarType.Long);
    long width;
    for (long from = 0; from < n; from += width) {
      width = Math.min(COLUMNS, n - from);
      // What does not fill a group is a tile of its own.
      width -= width > GROUP ? width % GROUP : 0;
      try (PointerScope scope = new PointerScope()) {
        Tensor scores = of.matmul(candidates.narrow(0, from, width).t());
        if (start + count > from && start < from + width) {
          scores.diagonal(start - from, 0, 1).fill_(new Scalar(Float.NEGATIVE_INFINITY));
        }
        T_TensorTensor_T tile = top(scores, width);
        Tensor both = torch.hstack(new TensorVector(best, tile.get0()));
        Tensor at = torch.hstack(new TensorVector(index, tile.get1().add(new Scalar(from))));
        T_TensorTensor_T kept = torch.topk(both, most, 1, true, true);
        best.copy_(kept.get0());
        index.copy_(at.gather(1, kept.get1()));
      }
    }
    Tensor least = best.narrow(1, most - 1L, 1).to(ScalarType.Float);
    // |a·b| rounded twice at input, the sum once at output; float32's own error is far below.
    Tensor error =
        lengths
            .narrow(0, start, count)
            .mul(new Scalar(2.1 * UNIT * longest))
            .add(least.abs().mul(new Scalar(1.1 * UNIT)))
            .add(new Scalar(1e-5));
    return new Found(index, least.add(error).add(shift.narrow(0, start, count)));
  }

  /** Groups of columns first: their maxima are found many times faster than a row's best. */
  private T_TensorTensor_T top(Tensor scores, long width) {
    long groups = width / GROUP;
    if (groups <= most) {
      return torch.topk(scores, Math.min(most, width), 1, true, true);
    }
    Tensor grouped = scores.view(scores.size(0), GROUP, groups);
    Tensor column = torch.topk(grouped.amax(new long[] {1}, false), most, 1, true, false).get1();
    Tensor wide = column.unsqueeze(1).expand(scores.size(0), GROUP, most);
    T_TensorTensor_T within =
        torch.topk(
            grouped.gather(2, wide).reshape(scores.size(0), (long) GROUP * most),
            most,
            1,
            true,
            true);
    // element e of the gathered block is member e / most of the group in column e % most
    Tensor member = within.get1().floor_divide(new Scalar(most));
    Tensor group = column.gather(1, within.get1().remainder(new Scalar(most)));
    return new T_TensorTensor_T(within.get0(), member.mul(new Scalar(groups)).add(group));
  }
}
