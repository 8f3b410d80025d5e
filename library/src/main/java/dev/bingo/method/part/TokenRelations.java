package dev.bingo.method.part;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How alike the places of one image are to each other, in the student's map as in the teacher's:
 *
 * <pre>
 * p_ij = softmax_j( t_i · t_j / τ )   q_ij = softmax_j( s_i · s_j / τ )    tokens of length 1
 * loss = Σ_j p_j log(p_j / q_j)                            mean over places and images
 * </pre>
 */
public final class TokenRelations {
  private TokenRelations() {}

  /**
   * A map as tokens, on a grid of so many places.
   *
   * @param map {@code [B, D, h, w]}; resized bilinearly where the grid is another
   * @return {@code [B, rows · columns, D]}, row by row, each of length 1
   */
  public static Tensor tokens(Tensor map, long rows, long columns) {
    Tensor grid =
        map.size(2) == rows && map.size(3) == columns
            ? map
            : torch.upsample_bilinear2d(map, new long[] {rows, columns}, false);
    return torch.normalize(grid.flatten(2, -1)).transpose(1, 2);
  }

  /**
   * The loss; no gradient reaches the teacher.
   *
   * @param student {@code [B, N, D]} of {@link #tokens}
   * @param teacher {@code [B, N, D']}
   */
  public static Tensor loss(Tensor student, Tensor teacher, double temperature) {
    Tensor q = logRelations(student, temperature);
    Tensor p = logRelations(teacher.detach(), temperature);
    return p.exp().mul(p.sub(q)).sum(2).mean();
  }

  /** {@code [B, N, N]}. */
  private static Tensor logRelations(Tensor tokens, double temperature) {
    return tokens.div(new Scalar(temperature)).bmm(tokens.transpose(1, 2)).log_softmax(2);
  }
}
