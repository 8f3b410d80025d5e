package dev.bingo.view;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * What the loader delivers for one step.
 *
 * @param views the views in the method's order, each {@code uint8 [B, S, S, 3]} (NHWC, that is
 *     channels_last for free); S is 0 where a view was left out
 * @param indices position of each anchor in the data set, {@code [B]}
 * @param shown position of the image whose pixels those are, {@code [B]}: the same, but where an
 *     image that can't be read was replaced
 * @param mates position of each anchor's bag mate, {@code [B]}; −1 where no view is of one
 * @param labels class of each image that is shown, {@code int64 [B]}, −1 where unknown
 */
public record Batch(List<Tensor> views, long[] indices, long[] shown, long[] mates, Tensor labels) {
  public int size() {
    return indices.length;
  }

  /**
   * The rows r, r + W, r + 2W …, in memory of their own.
   *
   * @param rank r
   * @param ranks W, which divides the batch
   */
  public Batch share(int rank, int ranks) {
    if (ranks == 1) {
      return this;
    }
    return new Batch(
        views.stream().map(view -> every(view, rank, ranks)).toList(),
        every(indices, rank, ranks),
        every(shown, rank, ranks),
        every(mates, rank, ranks),
        every(labels, rank, ranks));
  }

  private static Tensor every(Tensor rows, int rank, int ranks) {
    LongOptional end = new LongOptional(rows.size(0));
    return rows.slice(0, new LongOptional(rank), end, ranks).contiguous();
  }

  private static long[] every(long[] rows, int rank, int ranks) {
    return IntStream.range(0, rows.length / ranks).mapToLong(i -> rows[i * ranks + rank]).toArray();
  }

  /** The rows that show the very image of their index: what may be measured. */
  public long[] own() {
    return IntStream.range(0, size()).filter(r -> shown[r] == indices[r]).asLongStream().toArray();
  }
}
