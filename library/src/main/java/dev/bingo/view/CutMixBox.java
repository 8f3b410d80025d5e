package dev.bingo.view;

import dev.bingo.torch.Draws;

/**
 * The rectangle that CutMix (Yun et al., arXiv 1905.04899) takes from another image, with the
 * geometry of BINGO's public code.
 *
 * @param top first row
 * @param left first column
 * @param bottom the row after the last
 * @param right the column after the last
 * @param lambda share of the image that is left of the original: 1 − box area / image area
 */
public record CutMixBox(int top, int left, int bottom, int right, double lambda) {
  /**
   * The box around a centre, cut off at the image's edges.
   *
   * @param lambda share of the image to leave, in [0, 1]
   * @param centreRow in 0 … height − 1
   * @param centreColumn in 0 … width − 1
   */
  public static CutMixBox of(
      int height, int width, double lambda, int centreRow, int centreColumn) {
    if (height < 1 || width < 1 || !(lambda >= 0 && lambda <= 1)) {
      throw new IllegalArgumentException(
          "expected an image of at least 1x1 and a lambda of 0 to 1, got "
              + height
              + "x"
              + width
              + " and "
              + lambda);
    }
    double side = Math.sqrt(1 - lambda);
    int halfHeight = (int) (height * side) / 2;
    int halfWidth = (int) (width * side) / 2;
    int top = clip(centreRow - halfHeight, height);
    int bottom = clip(centreRow + halfHeight, height);
    int left = clip(centreColumn - halfWidth, width);
    int right = clip(centreColumn + halfWidth, width);
    double area = (double) (bottom - top) * (right - left);
    return new CutMixBox(top, left, bottom, right, 1 - area / ((double) height * width));
  }

  /** λ ~ Beta(2, 2), a centre anywhere in the image. */
  public static CutMixBox draw(int height, int width, Draws draws) {
    double lambda = beta22(draws);
    int row = draws.below(height);
    return of(height, width, lambda, row, draws.below(width));
  }

  /** A draw from Beta(2, 2): the median of three uniform draws has just that distribution. */
  static double beta22(Draws draws) {
    double a = draws.uniform();
    double b = draws.uniform();
    double c = draws.uniform();
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private static int clip(int value, int limit) {
    return Math.max(0, Math.min(limit, value));
  }
}
