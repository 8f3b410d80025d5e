package dev.bingo.encoder;

import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Vision transformers (Dosovitskiy et al., arXiv 2010.11929) as DINO's public code builds them,
 * with its parameter names; the features are the class token after the last layer-norm. Without
 * stochastic depth. Positions belong to 224 pixels; for other sizes they are interpolated as there.
 */
final class VisionTransformer extends Network {
  private static final int BLOCKS = 12;
  private static final int TRAINED_SIZE = 224;
  private static final double EPSILON = 1e-6;
  private static final double DEVIATION = 0.02;

  private final Tensor classToken;
  private final Tensor positions;
  private final PatchEmbed patchEmbed;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final int patch;
  private final int side;

  VisionTransformer(String architecture, int width, int heads, int patch) {
    super(architecture, width);
    this.patch = patch;
    side = TRAINED_SIZE / patch;
    classToken = parameter("cls_token", Tensors.empty(ScalarType.Float, 1, 1, width));
    positions =
        parameter("pos_embed", Tensors.empty(ScalarType.Float, 1, 1 + (long) side * side, width));
    patchEmbed = child("patch_embed", new PatchEmbed(width, patch));
    Sequence sequence = child("blocks", new Sequence());
    for (int i = 0; i < BLOCKS; i++) {
      blocks.add(sequence.next(new Block(width, heads)));
    }
    norm = child("norm", new LayerNorm(width, EPSILON));
  }

  @Override
  public <T> T features(Operations<T> on, T images) {
    T x = on.tokens(on.convolve(images, patchEmbed.proj), classToken, this::positionsOf);
    on.show("tokens", x);
    for (int i = 0; i < blocks.size(); i++) {
      x = blocks.get(i).forward(on, x);
      on.show("blocks." + i, x);
    }
    return on.first(on.normalise(x, norm));
  }

  /** The side of a patch, pixels. */
  int patch() {
    return patch;
  }

  private Tensor positionsOf(long height, long width) {
    if (height == side && width == side) {
      return positions;
    }
    Tensor grid =
        positions
            .narrow(1, 1, (long) side * side)
            .reshape(1, side, side, width())
            .permute(0, 3, 1, 2);
    // DINO adds 0.1 against rounding, and PyTorch samples by that scale, not by the sizes.
    Tensor resized =
        torch.upsample_bicubic2d(
            grid,
            new long[] {height, width},
            false,
            new DoubleOptional((height + 0.1) / side),
            new DoubleOptional((width + 0.1) / side));
    Tensor rows = resized.permute(0, 2, 3, 1).reshape(1, height * width, width());
    return torch.cat(new TensorVector(positions.narrow(1, 0, 1), rows), 1);
  }

  @Override
  void draw(Function<String, GeneratorOptional> generator) {
    classToken.normal_(0, DEVIATION, generator.apply("cls_token"));
    positions.normal_(0, DEVIATION, generator.apply("pos_embed"));
  }

  private static final class PatchEmbed extends Layer {
    private final Conv2d proj;

    PatchEmbed(int width, int patch) {
      super("PatchEmbed");
      proj = child("proj", new Conv2d(new Conv2d.Shape(3, width, patch, patch, 0, 1, true), true));
    }
  }

  private static final class Block extends Layer {
    private final LayerNorm norm1;
    private final Part attention;
    private final LayerNorm norm2;
    private final Part mlp;
    private final int heads;

    Block(int width, int heads) {
      super("Block");
      this.heads = heads;
      norm1 = child("norm1", new LayerNorm(width, EPSILON));
      attention = child("attn", new Part("qkv", "proj", width, 3 * width, width));
      norm2 = child("norm2", new LayerNorm(width, EPSILON));
      mlp = child("mlp", new Part("fc1", "fc2", width, 4 * width, 4 * width));
    }

    <T> T forward(Operations<T> on, T x) {
      T between =
          on.within(
              () -> {
                T y = on.attend(on.linear(on.normalise(x, norm1), attention.in), heads);
                return on.add(on.linear(y, attention.out), x);
              });
      return on.within(
          () -> {
            T y = on.activate(on.linear(on.normalise(between, norm2), mlp.in), Activation.GELU);
            return on.add(on.linear(y, mlp.out), between);
          });
    }
  }

  /** Two linear layers. */
  private static final class Part extends Layer {
    private final Linear in;
    private final Linear out;

    Part(String first, String second, int width, int inner, int back) {
      super("Part");
      in = child(first, new Linear(width, inner, true, DEVIATION));
      out = child(second, new Linear(back, width, true, DEVIATION));
    }
  }
}
