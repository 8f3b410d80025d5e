package dev.bingo.run;

import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.torch.Draws;
import java.util.stream.IntStream;

/** A set with rare classes: the first half of them are cut to a share of their images. */
public final class RareClasses {
  private static final long KEPT = 0x4a4e;

  private RareClasses() {}

  /**
   * Cuts, by draws that are the same each time.
   *
   * @param images all labelled
   * @param share 0 to 1; 1 leaves the set as it is. At least one image of a class stays
   */
  public static ImageSource cut(ImageSource images, double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("--rare: expected a share above 0, up to 1, got " + share);
    }
    if (share == 1) {
      return images;
    }
    int half = images.classes().size() / 2;
    int[] counts = new int[half];
    int[] order = Draws.of(KEPT).permutation(images.size());
    int[] all = new int[half];
    IntStream.of(order).map(images::label).filter(c -> c < half).forEach(c -> all[c]++);
    int[] kept =
        IntStream.of(order)
            .filter(
                i -> {
                  int label = images.label(i);
                  return label >= half
                      || counts[label]++ < Math.max(1, Math.round(share * all[label]));
                })
            .sorted()
            .toArray();
    return Subset.of(images, kept);
  }
}
