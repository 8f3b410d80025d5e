package dev.bingo.encoder;

/**
 * A layer whose parts are named 0, 1, 2 …, as in PyTorch's nn.Sequential; they are run by others.
 */
final class Sequence extends Layer {
  private int count;

  Sequence() {
    super("Sequential");
  }

  /** Registers the next part. */
  <L extends Layer> L next(L layer) {
    return child(Integer.toString(count++), layer);
  }

  /** A part without parameters has a number, too. */
  void skip() {
    count++;
  }
}
