package dev.bingo.view;

import java.util.List;
import java.util.stream.IntStream;
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

  /** The rows that show the very image of their index: what may be measured. */
  public long[] own() {
    return IntStream.range(0, size()).filter(r -> shown[r] == indices[r]).asLongStream().toArray();
  }
}
