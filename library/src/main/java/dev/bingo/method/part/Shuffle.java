package dev.bingo.method.part;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Shuffling batch-norm (MoCo, arXiv 1911.05722, §3.3): keys are encoded in a random order, so that
 * a query's key is normalised in another batch-norm group than the query, then put back.
 */
public final class Shuffle {
  private Shuffle() {}

  /**
   * The keys of a view, without gradient; in a random order where there are several groups.
   *
   * @return {@code float32 [B, D]}, rows of length 1
   */
  public static Tensor keys(
      EmbeddingNet net, Tensor view, Precision precision, int groups, Draws draws) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      return groups == 1
          ? net.embed(view, precision)
          : encode(view, x -> net.embed(x, precision), draws);
    }
  }

  /**
   * Encodes in a random order.
   *
   * @param images {@code [B, …]}
   * @param encode row by row, but for batch-norm
   * @return as {@code encode} would give, in the order of {@code images}
   */
  static Tensor encode(Tensor images, UnaryOperator<Tensor> encode, Draws draws) {
    int[] order = draws.permutation((int) images.size(0));
    long[] forth = new long[order.length];
    long[] back = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      forth[i] = order[i];
      back[order[i]] = i;
    }
    Tensor shuffled =
        images.index_select(0, Tensors.upload(Tensors.of(forth, forth.length), images.device()));
    Tensor keys = encode.apply(shuffled);
    return keys.index_select(0, Tensors.upload(Tensors.of(back, back.length), keys.device()));
  }
}
