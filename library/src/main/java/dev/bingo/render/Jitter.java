package dev.bingo.render;

import java.util.List;

/**
 * Colour jitter and greyscale: all operations at once on a tile that stays in the nearest cache,
 * tile after tile. Contrast needs the mean of all that came before it, so it begins a second pass;
 * the first one sums.
 *
 * <p>One thread's: it keeps its buffers.
 */
final class Jitter {
  private static final int TILE = 1024;

  private final Blend brightness = new Blend();
  private final Blend contrast = new Blend();
  private final Saturation saturation = new Saturation();
  private final Hue hue = new Hue();
  private final Planes tile = new Planes();
  private final int[] luma = new int[TILE];
  private final Tint[] tints = new Tint[ViewDraw.Colour.values().length + 1];
  private int count;

  /** Applies what was drawn, in place. */
  void apply(Planes image, ViewDraw draw) {
    count = 0;
    List<ViewDraw.Colour> order = draw.jitter();
    for (int i = 0; i < order.size(); i++) {
      ViewDraw.Colour colour = order.get(i);
      if (colour == ViewDraw.Colour.CONTRAST) {
        double mean = (double) pass(image, true) / image.size();
        contrast.prepare((int) (mean + 0.5), (float) draw.contrast());
        count = 0;
      }
      tints[count++] = prepared(colour, draw);
    }
    if (draw.grey()) {
      tints[count++] = Luma::grey;
    }
    if (count > 0) {
      pass(image, false);
    }
  }

  private Tint prepared(ViewDraw.Colour colour, ViewDraw draw) {
    switch (colour) {
      case BRIGHTNESS -> brightness.prepare(0, (float) draw.brightness());
      case SATURATION -> saturation.prepare((float) draw.saturation());
      case HUE -> hue.prepare(draw.hue());
      case CONTRAST -> {}
    }
    return switch (colour) {
      case BRIGHTNESS -> brightness;
      case CONTRAST -> contrast;
      case SATURATION -> saturation;
      case HUE -> hue;
    };
  }

  /**
   * Applies the operations so far.
   *
   * @return the sum of the lumas that come out, where it is {@code wanted}
   */
  private long pass(Planes image, boolean wanted) {
    long sum = 0;
    for (int from = 0; from < image.size(); from += TILE) {
      int n = Math.min(TILE, image.size() - from);
      tile.resize(n, 1);
      image.copy(from, tile, 0, n);
      for (int i = 0; i < count; i++) {
        tints[i].apply(tile);
      }
      if (count > 0) {
        tile.copy(0, image, from, n);
      }
      if (wanted) {
        Luma.of(tile, luma);
        for (int i = 0; i < n; i++) {
          sum += luma[i];
        }
      }
    }
    return sum;
  }
}
