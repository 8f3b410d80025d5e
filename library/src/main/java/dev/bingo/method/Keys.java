package dev.bingo.method;

import dev.bingo.method.Method.Images;
import dev.bingo.view.View.Source;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Where a frozen teacher's keys come from: the {@link Teacher} itself, run beside the student, or
 * {@link CachedKeys} that it gave once.
 */
public interface Keys {
  /**
   * The keys of one view of the anchors, or of their mates.
   *
   * @param source whose
   * @param view position in {@link Images#views()}; of no meaning where {@link #fromViews()} is
   *     false
   */
  record Wanted(Source source, int view) {}

  /** Whether the views must be rendered for it. */
  boolean fromViews();

  /** Width D of the keys. */
  int width();

  /** Batch-norm groups of teacher and student, as if on so many devices. */
  int groups();

  /**
   * The keys of a batch.
   *
   * @return for each that is wanted {@code float32 [B, D]}, rows of length 1, no gradient
   */
  List<Tensor> keys(Images images, List<Wanted> wanted, Progress progress);
}
