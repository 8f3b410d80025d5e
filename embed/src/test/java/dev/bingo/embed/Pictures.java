package dev.bingo.embed;

import java.awt.image.BufferedImage;

/** Pictures for tests. */
final class Pictures {
  private Pictures() {}

  static BufferedImage waves(int width, int height, int seed, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          double wave = Math.sin(0.1 * x + seed + c) * Math.cos(0.07 * y * (1 + seed % 3) - c);
          int mixed = (x * 31 + y * 17 + c * 7 + seed * 5) * 2654435;
          int noise = (mixed >>> 7) & 31;
          rgb = (rgb << 8) | (int) (112 + 100 * wave + noise);
        }
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }
}
