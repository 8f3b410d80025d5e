package dev.bingo.render;

import dev.bingo.image.Pixels;

/**
 * Renders views: pixels in, {@code [S, S, 3]} bytes out, equal to torchvision on PIL images bit for
 * bit where the image was decoded at full size.
 *
 * <p>Not thread-safe: it keeps its buffers, and returns one of them. Nothing is allocated once the
 * buffers have grown.
 */
public final class Canvas {
  private final Resampler resampler = new Resampler();
  private final Planes image = new Planes();
  private final Jitter jitter = new Jitter();
  private final Blur blur = new Blur();
  private byte[] out = new byte[0];

  /**
   * Renders a drawn view.
   *
   * @param pixels the image, at whatever scale it was decoded
   * @param size output side S
   * @return {@code [S, S, 3]} and perhaps more behind it; valid until the next call
   */
  public byte[] render(Pixels pixels, ViewDraw draw, int size) {
    room(size);
    CropBox crop = draw.crop();
    double x = (double) pixels.width() / pixels.fullWidth();
    double y = (double) pixels.height() / pixels.fullHeight();
    resampler.across.prepare(
        Filter.BILINEAR, crop.left() * x, crop.width() * x, pixels.width(), size, 0, size);
    resampler.down.prepare(
        Filter.BILINEAR, crop.top() * y, crop.height() * y, pixels.height(), size, 0, size);
    // Flipped here instead of last: all that follows treats left and right alike.
    resampler.run(pixels, draw.flip(), image);
    jitter.apply(image, draw);
    if (draw.sigma() > 0) {
      blur.apply(image, draw.sigma());
    }
    if (draw.solarise()) {
      image.solarise();
    }
    image.store(out);
    return out;
  }

  /**
   * Renders an image for evaluation.
   *
   * @return {@code [S, S, 3]} and perhaps more behind it; valid until the next call
   */
  public byte[] render(Pixels pixels, EvalTransform transform) {
    int size = transform.size();
    room(size);
    int width = transform.width(pixels.width(), pixels.height());
    int height = transform.height(pixels.width(), pixels.height());
    resampler.across.prepare(
        transform.filter(), 0, pixels.width(), pixels.width(), width, transform.start(width), size);
    resampler.down.prepare(
        transform.filter(),
        0,
        pixels.height(),
        pixels.height(),
        height,
        transform.start(height),
        size);
    resampler.run(pixels, false, image);
    image.store(out);
    return out;
  }

  private void room(int size) {
    int bytes = size * size * 3;
    if (out.length < bytes) {
      out = new byte[bytes];
    }
  }
}
