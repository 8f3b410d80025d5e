package dev.bingo.encoder;

import dev.bingo.encoder.InvertedResidual.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * MobileNet-V3 (Howard et al., arXiv 1905.02244, tables 1 and 2) as torchvision builds it, up to
 * the pooling.
 */
final class MobileNetV3 extends Convolutional {
  private static final ConvNorm.Norm NORM = new ConvNorm.Norm(1e-3, 0.01);
  private static final Activation RE = Activation.RELU;
  private static final Activation HS = Activation.HARD_SWISH;

  static final List<Shape> LARGE =
      List.of(
          block(16, 3, 16, 16, false, RE, 1),
          block(16, 3, 64, 24, false, RE, 2),
          block(24, 3, 72, 24, false, RE, 1),
          block(24, 5, 72, 40, true, RE, 2),
          block(40, 5, 120, 40, true, RE, 1),
          block(40, 5, 120, 40, true, RE, 1),
          block(40, 3, 240, 80, false, HS, 2),
          block(80, 3, 200, 80, false, HS, 1),
          block(80, 3, 184, 80, false, HS, 1),
          block(80, 3, 184, 80, false, HS, 1),
          block(80, 3, 480, 112, true, HS, 1),
          block(112, 3, 672, 112, true, HS, 1),
          block(112, 5, 672, 160, true, HS, 2),
          block(160, 5, 960, 160, true, HS, 1),
          block(160, 5, 960, 160, true, HS, 1));

  static final List<Shape> SMALL =
      List.of(
          block(16, 3, 16, 16, true, RE, 2),
          block(16, 3, 72, 24, false, RE, 2),
          block(24, 3, 88, 24, false, RE, 1),
          block(24, 5, 96, 40, true, HS, 2),
          block(40, 5, 240, 40, true, HS, 1),
          block(40, 5, 240, 40, true, HS, 1),
          block(40, 5, 120, 48, true, HS, 1),
          block(48, 5, 144, 48, true, HS, 1),
          block(48, 5, 288, 96, true, HS, 2),
          block(96, 5, 576, 96, true, HS, 1),
          block(96, 5, 576, 96, true, HS, 1));

  private final ConvNorm stem;
  private final List<InvertedResidual> blocks = new ArrayList<>();
  private final ConvNorm last;

  MobileNetV3(String architecture, List<Shape> shapes) {
    super(architecture, 6 * shapes.get(shapes.size() - 1).out());
    Sequence features = child("features", new Sequence());
    stem = features.next(new ConvNorm(3, 16, 3, 2, 1, NORM, HS));
    for (Shape shape : shapes) {
      blocks.add(
          features.next(
              new InvertedResidual(shape, NORM, Activation.RELU, Activation.HARD_SIGMOID)));
    }
    last = features.next(new ConvNorm(width() / 6, width(), 1, 1, 1, NORM, HS));
  }

  private static Shape block(
      int in, int kernel, int expanded, int out, boolean squeeze, Activation a, int stride) {
    return new Shape(in, kernel, expanded, out, squeeze ? eighths(expanded / 4) : 0, a, stride);
  }

  /** The nearest multiple of eight that is no more than a tenth below. */
  private static int eighths(int channels) {
    int rounded = Math.max(8, (channels + 4) / 8 * 8);
    return rounded < 0.9 * channels ? rounded + 8 : rounded;
  }

  @Override
  <T> T map(Operations<T> on, T images) {
    T x = stem.forward(on, images);
    on.show("features.0", x);
    for (int i = 0; i < blocks.size(); i++) {
      x = blocks.get(i).forward(on, x);
      on.show("features." + (i + 1), x);
    }
    x = last.forward(on, x);
    on.show("features." + (blocks.size() + 1), x);
    return x;
  }
}
