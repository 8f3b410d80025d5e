package dev.bingo.encoder;

import java.util.function.Function;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A factor for each dimension of a residual branch (Touvron et al., arXiv 2103.17239, eq. 4). */
public final class LayerScale extends Layer {
  private final Tensor gamma;

  LayerScale(int width) {
    super("LayerScale");
    gamma = parameter("gamma", torch.ones(width));
  }

  /** {@code [D]}; the layer's own. */
  public Tensor gamma() {
    return gamma;
  }

  @Override
  void draw(Function<String, GeneratorOptional> generator) {
    gamma.fill_(new Scalar(1));
  }
}
