package dev.bingo.image;

/** Width and height of an image as stored, in pixels, before any EXIF rotation. */
public record Dimensions(int width, int height) {
  /** Bytes of the image as 8-bit RGB. */
  public long rgbBytes() {
    return 3L * width * height;
  }
}
