package dev.bingo.view;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What the loader delivers for one step.
 *
 * @param views the views in the method's order, each {@code uint8 [B, S, S, 3]} (NHWC, that is
 *     channels_last for free); S is 0 where a view was left out
 * @param indices position of each anchor in the data set, {@code [B]}
 * @param mates position of each anchor's bag mate, {@code [B]}; −1 where no view is of one
 * @param labels class of each anchor, {@code int64 [B]}, −1 where unknown
 */
public record Batch(List<Tensor> views, long[] indices, long[] mates, Tensor labels) {
  public int size() {
    return indices.length;
  }
}
