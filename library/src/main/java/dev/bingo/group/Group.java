package dev.bingo.group;

import org.bytedeco.pytorch.Tensor;

/**
 * Ranks that share one training. Rank r of W has the rows r, r + W, r + 2W … of every batch, and
 * its loss is the mean over them: the training's loss is the mean over the ranks. All ranks call
 * the same operations in the same order, forward and backward.
 *
 * <p>Ranks are threads, and each knows its group by {@link #here()}: what a method is made of asks
 * there, so that the method itself is written for one whole batch.
 *
 * <p>What ranks share in memory (weights, queues) is changed within {@link #once} alone.
 */
public interface Group {
  /** The group that this thread is a rank of; a thread that is no rank is alone. */
  static Group here() {
    return Here.get();
  }

  /** From 0. */
  int rank();

  /** How many ranks there are. */
  int size();

  /**
   * The rows of all ranks, in the batch's order.
   *
   * @param rows {@code [B / W, …]}
   * @return {@code [B, …]}, with the gradient of all ranks' losses where {@code rows} has one
   */
  Tensor gather(Tensor rows);

  /**
   * Some rows of the whole batch, without gradient.
   *
   * @param rows {@code [B / W, …]}
   * @param wanted N positions in the batch
   * @return {@code [N, …]}
   */
  Tensor take(Tensor rows, long[] wanted);

  /**
   * The sum over the ranks, from the first to the last.
   *
   * @param part of one shape on all ranks
   * @return with the gradient of all ranks' losses where {@code part} has one
   */
  Tensor sum(Tensor part);

  /** The largest of the ranks, element by element, without gradient. */
  Tensor max(Tensor part);

  /** Changes what the ranks share, when all have come here; all go on when it is done. */
  void once(Runnable change);

  /**
   * This rank's rows of something that all ranks know.
   *
   * @param all {@code [B, …]}
   * @return {@code [B / W, …]}
   */
  Tensor own(Tensor all);
}
