package dev.bingo.encoder;

import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.InterpolateFuncOptions;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.kBicubic;

/**
 * Vision transformers (Dosovitskiy et al., arXiv 2010.11929) as the public code of DINO and DINOv2
 * (arXiv 2304.07193; with registers arXiv 2309.16588) builds them, with its parameter names; the
 * features are the class token after the last layer-norm. Without stochastic depth. Positions
 * belong to the size they were trained at; for other sizes they are interpolated as there.
 */
final class VisionTransformer extends Network {
  private static final double EPSILON = 1e-6;
  private static final double DEVIATION = 0.02;

  /** DINOv2 draws its class token and registers next to zero. */
  private static final double SMALL_DEVIATION = 1e-6;

  /**
   * What sets one apart from the others.
   *
   * @param patch side of a patch, pixels
   * @param trainedSize side of the images that the positions belong to, pixels
   * @param second DINOv2: factors at the ends of the residual branches, and a token for masked
   *     patches that files hold and features don't use
   * @param registers tokens without a position behind the class token
   */
  record Shape(
      int width, int heads, int blocks, int patch, int trainedSize, boolean second, int registers) {
    static Shape dino(int width, int heads, int patch) {
      return new Shape(width, heads, 12, patch, 224, false, 0);
    }

    static Shape dinov2(int width, int heads, int blocks, int registers) {
      return new Shape(width, heads, blocks, 14, 518, true, registers);
    }
  }

  private final Shape shape;
  private final Tensor classToken;
  private final Tensor positions;
  private final Tensor registers;
  private final PatchEmbed patchEmbed;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final int side;

  VisionTransformer(String architecture, Shape shape) {
    super(architecture, shape.width());
    this.shape = shape;
    int width = shape.width();
    side = shape.trainedSize() / shape.patch();
    classToken = parameter("cls_token", Tensors.empty(ScalarType.Float, 1, 1, width));
    positions =
        parameter("pos_embed", Tensors.empty(ScalarType.Float, 1, 1 + (long) side * side, width));
    registers =
        shape.registers() == 0
            ? null
            : parameter(
                "register_tokens", Tensors.empty(ScalarType.Float, 1, shape.registers(), width));
    if (shape.second()) {
      buffer("mask_token", torch.zeros(1, width));
    }
    patchEmbed = child("patch_embed", new PatchEmbed(width, shape.patch()));
    Sequence sequence = child("blocks", new Sequence());
    for (int i = 0; i < shape.blocks(); i++) {
      blocks.add(sequence.next(new Block(shape)));
    }
    norm = child("norm", new LayerNorm(width, EPSILON));
  }

  @Override
  public <T> T features(Operations<T> on, T images) {
    return on.first(tokens(on, images));
  }

  @Override
  public boolean hasMap() {
    return true;
  }

  @Override
  public Maps featuresAndMap(Tensor images) {
    Tensor tokens = tokens(Torch.RUN, images);
    long first = 1L + shape.registers();
    Tensor patches = tokens.narrow(1, first, tokens.size(1) - first).transpose(1, 2);
    long height = images.size(2) / shape.patch();
    Tensor map = patches.reshape(tokens.size(0), width(), height, patches.size(2) / height);
    return new Maps(tokens.select(1, 0), map);
  }

  /** All tokens after the last layer-norm, {@code [B, F + h · w, D]}: class, registers, patches. */
  <T> T tokens(Operations<T> on, T images) {
    T patches = on.convolve(images, patchEmbed.proj);
    on.show("patch_embed", patches);
    T x = on.tokens(patches, firstTokens(), this::positionsOf);
    on.show("tokens", x);
    for (int i = 0; i < blocks.size(); i++) {
      x = blocks.get(i).forward(on, x);
      on.show("blocks." + i, x);
    }
    x = on.normalise(x, norm);
    on.show("norm", x);
    return x;
  }

  /** The side of a patch, pixels. */
  int patch() {
    return shape.patch();
  }

  private Tensor firstTokens() {
    return registers == null ? classToken : torch.cat(new TensorVector(classToken, registers), 1);
  }

  /** {@code [1, 1 + R + height · width, D]}. */
  private Tensor positionsOf(long height, long width) {
    Tensor first = positions.narrow(1, 0, 1);
    Tensor patches = positions.narrow(1, 1, (long) side * side);
    if (height != side || width != side) {
      Tensor grid = patches.reshape(1, side, side, width()).permute(0, 3, 1, 2);
      patches =
          resized(grid, height, width).permute(0, 2, 3, 1).reshape(1, height * width, width());
    }
    return registers == null
        ? torch.cat(new TensorVector(first, patches), 1)
        : torch.cat(new TensorVector(first, torch.zeros_like(registers), patches), 1);
  }

  private Tensor resized(Tensor grid, long height, long width) {
    long[] size = {height, width};
    if (registers != null) { // DINOv2 with registers smooths, and samples by the sizes.
      InterpolateFuncOptions options = new InterpolateFuncOptions();
      options.size().put(new LongVector(size));
      options.mode().put(new kBicubic());
      options.align_corners().put(false);
      options.antialias().put(true);
      return torch.interpolate(grid, options);
    }
    // DINO adds 0.1 against rounding, and PyTorch samples by that scale, not by the sizes.
    return torch.upsample_bicubic2d(
        grid,
        size,
        false,
        new DoubleOptional((height + 0.1) / side),
        new DoubleOptional((width + 0.1) / side));
  }

  @Override
  void draw(Function<String, GeneratorOptional> generator) {
    classToken.normal_(
        0, shape.second() ? SMALL_DEVIATION : DEVIATION, generator.apply("cls_token"));
    positions.normal_(0, DEVIATION, generator.apply("pos_embed"));
    if (registers != null) {
      registers.normal_(0, SMALL_DEVIATION, generator.apply("register_tokens"));
    }
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
    private final LayerScale scale1;
    private final LayerNorm norm2;
    private final Part mlp;
    private final LayerScale scale2;
    private final int heads;

    Block(Shape shape) {
      super("Block");
      int width = shape.width();
      heads = shape.heads();
      norm1 = child("norm1", new LayerNorm(width, EPSILON));
      attention = child("attn", new Part("qkv", "proj", width, 3 * width, width));
      scale1 = shape.second() ? child("ls1", new LayerScale(width)) : null;
      norm2 = child("norm2", new LayerNorm(width, EPSILON));
      mlp = child("mlp", new Part("fc1", "fc2", width, 4 * width, 4 * width));
      scale2 = shape.second() ? child("ls2", new LayerScale(width)) : null;
    }

    <T> T forward(Operations<T> on, T x) {
      T between =
          on.within(
              () -> {
                T y = on.attend(on.linear(on.normalise(x, norm1), attention.in), heads);
                return on.add(scaled(on, on.linear(y, attention.out), scale1), x);
              });
      return on.within(
          () -> {
            T y = on.activate(on.linear(on.normalise(between, norm2), mlp.in), Activation.GELU);
            return on.add(scaled(on, on.linear(y, mlp.out), scale2), between);
          });
    }

    private static <T> T scaled(Operations<T> on, T branch, LayerScale scale) {
      return scale == null ? branch : on.scale(branch, scale);
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
