package dev.bingo.encoder;

/** What stands between layers, element by element. */
public enum Activation {
  NONE,
  RELU,
  /** min(max(x, 0), 6). */
  RELU6,
  /** x · sigmoid(x). */
  SILU,
  SIGMOID,
  /** min(max(x / 6 + 1/2, 0), 1). */
  HARD_SIGMOID,
  /** x · hard-sigmoid(x). */
  HARD_SWISH,
  /** x · Φ(x), exact. */
  GELU
}
