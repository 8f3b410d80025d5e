package dev.bingo.evaluate;

import dev.bingo.torch.Names;
import java.util.Locale;

/**
 * An accuracy, with how it was measured: scores of unlike protocols are not to be compared.
 *
 * @param protocol everything that the number depends on beside the encoder, for people
 * @param images that were judged
 * @param top1 percent whose class came first
 * @param top5 percent whose class was among the first five
 */
public record Score(String protocol, int images, double top1, double top5) {
  public Score {
    if (images < 1) {
      throw new IllegalArgumentException("a score needs at least one image");
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "top-1 %.2f %%, top-5 %.2f %% of %s (%s)",
        top1,
        top5,
        Names.counted(images, "image"),
        protocol);
  }
}
