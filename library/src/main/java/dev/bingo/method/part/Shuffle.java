package dev.bingo.method.part;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.group.Group;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Precision;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Shuffling batch-norm (MoCo, arXiv 1911.05722, §3.3): keys are encoded in a random order, so that
 * a query's key is normalised in another batch-norm group than the query, then put back. Ranks
 * shuffle the whole batch, and each encodes its rows of it.
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
    Group ranks = Group.here();
    int[] order = draws.permutation((int) images.size(0) * ranks.size());
    long[] forth = new long[order.length];
    long[] back = new long[order.length];
    for (int i = 0; i < order.length; i++) {
      forth[i] = order[i];
      back[order[i]] = i;
    }
    Tensor shuffled = ranks.take(images, own(ranks, forth));
    return ranks.take(encode.apply(shuffled), own(ranks, back));
  }

  private static long[] own(Group ranks, long[] all) {
    return IntStream.range(0, all.length)
        .filter(i -> i % ranks.size() == ranks.rank())
        .mapToLong(i -> all[i])
        .toArray();
  }
}
