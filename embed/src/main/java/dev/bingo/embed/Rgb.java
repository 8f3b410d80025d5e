package dev.bingo.embed;

/**
 * Decoded pixels.
 *
 * @param bytes {@code [height, width, 3]}, red first, and maybe more; not copied
 */
record Rgb(int width, int height, byte[] bytes) {
  Rgb {
    if (width < 1 || height < 1 || bytes.length < 3L * width * height) {
      throw new IllegalArgumentException(
          "expected at least " + width + "x" + height + "x3 bytes, got " + bytes.length);
    }
  }
}
