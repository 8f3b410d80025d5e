package dev.bingo.pretrained;

import dev.bingo.encoder.Backbone;
import dev.bingo.torch.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * Somebody's network as a program that can be run but not trained: batch-norm is on running
 * statistics, there are no parameters to see.
 */
public abstract class FrozenBackbone extends Backbone {
  protected FrozenBackbone(String architecture, int width) {
    super(architecture, width);
  }

  /**
   * One row an image: {@code [B, D]} as it is; of tokens {@code [B, T, D]} the first, which is the
   * class token; of maps {@code [B, D, H, W]} the mean over H and W.
   *
   * @throws IllegalArgumentException for any other rank
   */
  static Tensor pooled(Tensor output) {
    return switch ((int) output.dim()) {
      case 2 -> output;
      case 3 -> output.select(1, 0);
      case 4 -> output.flatten(2, -1).mean(2);
      default ->
          throw new IllegalArgumentException(
              "gives "
                  + java.util.Arrays.toString(output.sizes().vec().get())
                  + ", which is neither features [B, D], tokens [B, T, D] nor maps [B, D, H, W]");
    };
  }

  /** Images that differ, and in which every number does. */
  static Tensor probe(int batch, int side) {
    float[] values = new float[Math.multiplyExact(batch * 3, side * side)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i * 0.37);
    }
    return Tensors.of(values, batch, 3, side, side);
  }

  /** How features are pooled, in words, by rank. */
  static String pooling(int rank) {
    return switch (rank) {
      case 3 -> "the class token of ";
      case 4 -> "the mean over height and width of ";
      default -> "";
    };
  }
}
