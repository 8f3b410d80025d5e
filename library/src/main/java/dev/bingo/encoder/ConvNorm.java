package dev.bingo.encoder;

/** A convolution, its batch-norm and an activation: torchvision's Conv2dNormActivation. */
final class ConvNorm extends Layer {
  private final Conv2d conv;
  private final BatchNorm norm;
  private final Activation activation;

  /** How batch-norm is set up. */
  record Norm(double epsilon, double momentum) {
    /** PyTorch's default. */
    static final Norm DEFAULT = new Norm(1e-5, 0.1);

    BatchNorm of(int channels) {
      return new BatchNorm(channels, epsilon, momentum);
    }
  }

  ConvNorm(int in, int out, int kernel, int stride, int groups, Norm norm, Activation activation) {
    super("Conv2dNormActivation");
    conv =
        child(
            "0",
            new Conv2d(
                new Conv2d.Shape(in, out, kernel, stride, (kernel - 1) / 2, groups, false), false));
    this.norm = child("1", norm.of(out));
    this.activation = activation;
  }

  <T> T forward(Operations<T> on, T x) {
    return on.convolve(x, conv, norm, activation);
  }
}
