package dev.bingo.method.part;

import dev.bingo.view.CutMixBox;
import org.bytedeco.pytorch.Tensor;

/** Pastes one rectangle into a whole batch (CutMix, arXiv 1905.04899). */
public final class CutMix {
  private CutMix() {}

  /**
   * Copies of images with a box of others.
   *
   * @param images {@code [B, C, H, W]}, left as they are
   * @param others of the same shape
   * @return {@code [B, C, H, W]}, laid out as {@code images}
   */
  public static Tensor paste(Tensor images, Tensor others, CutMixBox box) {
    Tensor mixed = images.clone();
    int height = box.bottom() - box.top();
    int width = box.right() - box.left();
    if (height > 0 && width > 0) {
      region(mixed, box, height, width).copy_(region(others, box, height, width));
    }
    return mixed;
  }

  private static Tensor region(Tensor images, CutMixBox box, int height, int width) {
    return images.narrow(2, box.top(), height).narrow(3, box.left(), width);
  }
}
