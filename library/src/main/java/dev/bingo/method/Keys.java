package dev.bingo.method;

import dev.bingo.method.Method.Images;
import dev.bingo.view.Recording;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Where a frozen teacher's keys come from: the {@link Teacher} itself, run beside the student, or
 * {@link CachedKeys} that it gave once.
 */
public interface Keys {
  /** Which epochs they are of: a method hands it to its loader. */
  default Recording recording() {
    return Recording.NONE;
  }

  /** Width D of the keys. */
  int width();

  /** Batch-norm groups of teacher and student, as if on so many devices. */
  int groups();

  /**
   * The keys of a batch.
   *
   * @param views positions in {@link Images#views()}; of one size where they are asked for at once
   * @return for each of them {@code float32 [B, D]}, rows of length 1, no gradient
   */
  List<Tensor> keys(Images images, Progress progress, int... views);
}
