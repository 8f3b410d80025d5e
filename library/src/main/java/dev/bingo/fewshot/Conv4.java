package dev.bingo.fewshot;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.BatchNorm;
import dev.bingo.encoder.Conv2d;
import dev.bingo.encoder.Layer;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The encoder of most few-shot papers: four blocks of 3 × 3 convolution (64 channels), batch-norm
 * and ReLU. The first two have no padding and are halved by max-pooling, the last two keep the size
 * (Relation Network, arXiv 1711.06025). Parameter names are those of its public code.
 */
public final class Conv4 extends Backbone {
  /** The architecture's name. */
  public static final String NAME = "conv4";

  /** Channels of its maps. */
  public static final int CHANNELS = 64;

  /** The least side of an image that leaves a map for the relation module to halve twice. */
  static final int LEAST_SIZE = 26;

  private final int channels;
  private final Block[] blocks = new Block[4];

  /**
   * An encoder whose weights are yet to be drawn.
   *
   * @param channels of the images: 3, or 1 for the mean of the three
   */
  public Conv4(int channels) {
    super(NAME, CHANNELS);
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("conv4: expected 1 or 3 channels, got " + channels);
    }
    this.channels = channels;
    for (int i = 0; i < blocks.length; i++) {
      boolean halved = i < 2;
      Block block = new Block(i == 0 ? channels : CHANNELS, halved ? 0 : 1, halved);
      blocks[i] = child("layer" + (i + 1), block);
    }
  }

  /** The side of the map of an image of side {@code size}. */
  public static int mapSize(int size) {
    return ((size - 2) / 2 - 2) / 2;
  }

  /** Channels of the images: 1 or 3. */
  public int channels() {
    return channels;
  }

  /**
   * Maps of images.
   *
   * @param images {@code float [B, 3, S, S]}, normalised; or {@code [B, 1, S, S]} where it takes
   *     one channel
   * @return {@code [B, 64, s, s]} with s = {@link #mapSize}
   */
  public Tensor maps(Tensor images) {
    Tensor x =
        channels == 1 && images.size(1) != 1
            ? images.mean(new long[] {1}, true, new ScalarTypeOptional())
            : images;
    for (Block block : blocks) {
      x = block.forward(x);
    }
    return x;
  }

  @Override
  public Tensor features(Tensor images) {
    return maps(images).mean(2, 3);
  }

  /** Convolution, batch-norm, ReLU, and perhaps max-pooling. */
  static final class Block extends Layer {
    private static final long[] TWO = {2, 2};

    private final Conv2d convolution;
    private final BatchNorm norm;
    private final boolean halved;

    Block(int in, int padding, boolean halved) {
      super("Block");
      this.halved = halved;
      Conv2d.Shape shape = new Conv2d.Shape(in, CHANNELS, 3, 1, padding, 1, true);
      convolution = child("0", new Conv2d(shape));
      norm = child("1", new BatchNorm(CHANNELS));
    }

    Tensor forward(Tensor x) {
      return behind(convolution.forward(x));
    }

    /** What follows the convolution. */
    Tensor behind(Tensor convolved) {
      Tensor y = norm.forward(convolved).relu();
      return halved ? torch.max_pool2d(y, TWO) : y;
    }

    Conv2d convolution() {
      return convolution;
    }
  }
}
