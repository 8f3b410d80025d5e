package dev.bingo.neighbour;

import dev.bingo.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rows as int8, to find candidates by at several times the speed of float32, with a bound on how
 * far a score can be off.
 *
 * <p>Rows are centred first: x·y = x·μ + μ·b + a·b with a = x − μ, b = y − μ; the closer all rows
 * lie together, the smaller a and b, and with them the rounding. a and b are turned by a random
 * rotation, after which no coordinate is much larger than another, and rounded to multiples of a
 * step s: a ≈ s·c. So
 *
 * <pre>x·y ≈ x·μ + s²·(c_x·c_y + bias_y),   bias_y = μ·b / s²</pre>
 */
final class Codes {
  private static final int MOST = 127;
  // A coordinate of a rotated row is a sixth of this many standard deviations at most, or is cut.
  private static final double DEVIATIONS = 6;
  // Leaves room for c_x·c_y in an int.
  private static final double LARGEST_BIAS = 1 << 29;
  private static final int BLOCK = 8192;
  private static final double CERTAIN = 8;

  /** {@code int8 [N, D]}. */
  final Tensor codes;

  /** {@code int32 [N]}. */
  final Tensor bias;

  private final float[] shift;
  private final float[] length;
  private final float[] error;
  private final int width;
  private final double unit;
  private final double longest;
  private final double largestError;

  /**
   * Encodes rows; {@code N · D} bytes.
   *
   * @param positions row r is put at positions[r]; null for the rows' own order
   */
  Codes(Rows rows, long[] positions) {
    int n = rows.size();
    width = rows.width();
    codes = Tensors.empty(ScalarType.Char, n, width);
    bias = Tensors.empty(ScalarType.Int, n);
    try (PointerScope scope = new PointerScope()) {
      Tensor at = positions == null ? torch.arange(new Scalar(n)) : Tensors.of(positions, n);
      Tensor mean = mean(rows);
      double centre = mean.square().sum().item_double();
      Tensor product = Tensors.empty(ScalarType.Float, n);
      blocks(rows, (from, x) -> product.index_copy_(0, at.narrow(0, from, x.size(0)), x.mv(mean)));
      shift = Tensors.toFloats(product);
      // |a|² = |x|² − 2 x·μ + |μ|²
      Tensor squares = product.mul(new Scalar(-2)).add(new Scalar(1 + centre));
      Tensor lengths = squares.clamp_min(new Scalar(0)).sqrt();
      Tensor exactBias = product.sub(new Scalar(centre));
      double step = DEVIATIONS / MOST * lengths.max().item_double() / Math.sqrt(width);
      double least = Math.sqrt(exactBias.abs().max().item_double() / LARGEST_BIAS);
      double s = Math.max(Math.max(step, least), 1e-12);
      unit = s * s;
      bias.copy_(exactBias.div(new Scalar(unit)).round());
      Tensor errors = Tensors.empty(ScalarType.Float, n);
      Tensor turn = rotation(width);
      blocks(
          rows,
          (from, x) -> {
            Tensor turned = x.sub(mean).matmul(turn).div_(new Scalar(s));
            Tensor rounded =
                turned.round().clamp_min_(new Scalar(-MOST)).clamp_max_(new Scalar(MOST));
            Tensor to = at.narrow(0, from, x.size(0));
            codes.index_copy_(0, to, rounded.to(ScalarType.Char));
            errors.index_copy_(0, to, norm(turned.sub_(rounded)).mul_(new Scalar(s)));
          });
      length = Tensors.toFloats(lengths);
      error = Tensors.toFloats(errors);
      longest = lengths.max().item_double();
      largestError = errors.max().item_double();
    }
  }

  /**
   * No row whose score for the row at {@code position} is at most {@code score} has a cosine above
   * this: by the Cauchy-Schwarz inequality, or by eight standard deviations of an error that the
   * rotation has given a random direction, whichever is less.
   */
  double bound(int position, int score) {
    double x = length[position];
    double e = error[position];
    // a·b − â·b̂ = a·e_b + e_a·b̂
    double mine = x * largestError;
    double theirs = e * (longest + largestError);
    double off = Math.min(mine + theirs, CERTAIN * Math.hypot(mine, theirs) / Math.sqrt(width));
    // The bias is rounded too; float32's own error is far below the rest.
    return shift[position] + unit * score + off + unit / 2 + 4e-6;
  }

  private interface Block {
    void encode(int from, Tensor rows);
  }

  private static void blocks(Rows rows, Block work) {
    for (int from = 0; from < rows.size(); from += BLOCK) {
      try (PointerScope scope = new PointerScope()) {
        work.encode(from, rows.block(from, Math.min(BLOCK, rows.size() - from)));
      }
    }
  }

  private static Tensor mean(Rows rows) {
    Tensor sum = torch.zeros(new long[] {rows.width()});
    blocks(rows, (from, x) -> sum.add_(x.sum(new long[] {0}, false, new ScalarTypeOptional())));
    return sum.div_(new Scalar((double) rows.size()));
  }

  private static Tensor norm(Tensor rows) {
    return rows.square().sum(new long[] {1}, false, new ScalarTypeOptional()).sqrt();
  }

  /** A random orthogonal matrix {@code [D, D]}, the same in every run. */
  private static Tensor rotation(int width) {
    torch.manual_seed(0x707a7e);
    return torch.linalg_qr(torch.randn(width, width)).get0();
  }
}
