package dev.bingo.image;

/**
 * How far an image may be shrunk while it is decoded (a JPEG decodes at 1/2, 1/4 or 1/8 for much
 * less work).
 */
@FunctionalInterface
public interface Reduction {
  /** Always the full size. */
  Reduction NONE = (width, height) -> 1;

  /**
   * The divisor wanted for an image of this stored size.
   *
   * @return 1, 2, 4 or 8; a source that can't shrink ignores it
   */
  int divisor(int width, int height);
}
