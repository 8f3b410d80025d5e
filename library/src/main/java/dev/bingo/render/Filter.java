package dev.bingo.render;

/** How a pixel of a resized image weighs the pixels under it; both are antialiased as PIL's are. */
public enum Filter {
  /** A triangle: torchvision's default. */
  BILINEAR(1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  /** Keys' cubic with a = −0.5. */
  BICUBIC(2) {
    @Override
    double weight(double x) {
      double a = -0.5;
      double d = Math.abs(x);
      if (d < 1) {
        return ((a + 2) * d - (a + 3)) * d * d + 1;
      }
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    }
  };

  /** Beyond this distance the weight is zero, in pixels of the smaller image. */
  final double support;

  Filter(double support) {
    this.support = support;
  }

  abstract double weight(double x);
}
