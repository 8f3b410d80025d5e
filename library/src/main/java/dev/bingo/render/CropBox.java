package dev.bingo.render;

import dev.bingo.torch.Draws;

/** A region of an image, in pixels of the image as stored. */
public record CropBox(int top, int left, int height, int width) {
  private static final int TRIES = 10;
  private static final double NARROWEST = 3.0 / 4;
  private static final double WIDEST = 4.0 / 3;

  /**
   * torchvision's RandomResizedCrop: a share of the area uniform in [{@code least}, {@code most}),
   * an aspect log-uniform in [3/4, 4/3), a uniform place; where ten tries don't fit, the largest
   * central crop of an allowed aspect.
   */
  public static CropBox random(int width, int height, double least, double most, Draws draws) {
    double low = Math.log(NARROWEST);
    double high = Math.log(WIDEST);
    for (int i = 0; i < TRIES; i++) {
      double area = (double) height * width * draws.uniform(least, most);
      double aspect = Math.exp(draws.uniform(low, high));
      int w = (int) Math.rint(Math.sqrt(area * aspect));
      int h = (int) Math.rint(Math.sqrt(area / aspect));
      if (0 < w && w <= width && 0 < h && h <= height) {
        int top = draws.below(height - h + 1);
        return new CropBox(top, draws.below(width - w + 1), h, w);
      }
    }
    return central(width, height);
  }

  private static CropBox central(int width, int height) {
    double aspect = (double) width / height;
    int w = width;
    int h = height;
    if (aspect < NARROWEST) {
      h = (int) Math.rint(w / NARROWEST);
    } else if (aspect > WIDEST) {
      w = (int) Math.rint(h * WIDEST);
    }
    return new CropBox((height - h) / 2, (width - w) / 2, h, w);
  }
}
