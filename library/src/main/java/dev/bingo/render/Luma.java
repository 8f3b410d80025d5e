package dev.bingo.render;

/** PIL's brightness of a pixel. */
final class Luma {
  private Luma() {}

  static int of(int r, int g, int b) {
    return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
  }

  /** Of all pixels. */
  static void of(Planes image, int[] luma) {
    of(image.red, image.green, image.blue, image.size(), luma);
  }

  private static void of(int[] red, int[] green, int[] blue, int n, int[] luma) {
    for (int i = 0; i < n; i++) {
      luma[i] = of(red[i], green[i], blue[i]);
    }
  }

  /** Luma in all three channels. */
  static void grey(Planes image) {
    int n = image.size();
    of(image.red, image.green, image.blue, n, image.red);
    System.arraycopy(image.red, 0, image.green, 0, n);
    System.arraycopy(image.red, 0, image.blue, 0, n);
  }
}
