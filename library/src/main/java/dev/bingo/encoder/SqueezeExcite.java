package dev.bingo.encoder;

/** Weighs channels by what all pixels hold on average (Hu et al., arXiv 1709.01507, figure 1). */
final class SqueezeExcite extends Layer {
  private final Conv2d fc1;
  private final Conv2d fc2;
  private final Activation inner;
  private final Activation outer;

  SqueezeExcite(int channels, int squeezed, Activation inner, Activation outer) {
    super("SqueezeExcitation");
    fc1 = child("fc1", new Conv2d(new Conv2d.Shape(channels, squeezed, 1, 1, 0, 1, true), false));
    fc2 = child("fc2", new Conv2d(new Conv2d.Shape(squeezed, channels, 1, 1, 0, 1, true), false));
    this.inner = inner;
    this.outer = outer;
  }

  <T> T forward(Operations<T> on, T x) {
    T factors = on.activate(on.convolve(on.average(x), fc1), inner);
    return on.scale(x, on.activate(on.convolve(factors, fc2), outer));
  }
}
