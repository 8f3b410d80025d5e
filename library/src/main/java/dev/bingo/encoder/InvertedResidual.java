package dev.bingo.encoder;

/**
 * The block of MobileNet-V3 and EfficientNet: widen, filter each channel, weigh the channels,
 * narrow; and add the input where the shape stays.
 */
final class InvertedResidual extends Layer {
  private final ConvNorm expand;
  private final ConvNorm filter;
  private final SqueezeExcite squeeze;
  private final ConvNorm project;
  private final boolean residual;

  /**
   * What a block looks like.
   *
   * @param in channels
   * @param expanded channels within
   * @param out channels
   * @param squeezed channels of the squeeze; 0: none
   * @param activation within
   */
  record Shape(
      int in, int kernel, int expanded, int out, int squeezed, Activation activation, int stride) {}

  /**
   * @param squeeze activation inside of the squeeze
   * @param excite activation that gives its factors
   */
  InvertedResidual(Shape shape, ConvNorm.Norm norm, Activation squeeze, Activation excite) {
    super("InvertedResidual");
    Sequence block = child("block", new Sequence());
    Activation a = shape.activation;
    int wide = shape.expanded;
    expand = wide == shape.in ? null : block.next(new ConvNorm(shape.in, wide, 1, 1, 1, norm, a));
    filter = block.next(new ConvNorm(wide, wide, shape.kernel, shape.stride, wide, norm, a));
    this.squeeze =
        shape.squeezed == 0
            ? null
            : block.next(new SqueezeExcite(wide, shape.squeezed, squeeze, excite));
    project = block.next(new ConvNorm(wide, shape.out, 1, 1, 1, norm, Activation.NONE));
    residual = shape.stride == 1 && shape.in == shape.out;
  }

  <T> T forward(Operations<T> on, T x) {
    return on.within(
        () -> {
          T y = filter.forward(on, expand == null ? x : expand.forward(on, x));
          y = project.forward(on, squeeze == null ? y : squeeze.forward(on, y));
          return residual ? on.add(y, x) : y;
        });
  }
}
