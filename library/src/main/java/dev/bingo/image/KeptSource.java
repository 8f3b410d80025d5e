package dev.bingo.image;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A small set that decodes each image when it is first read, and keeps its pixels. From then on all
 * readers of image {@code i} get the same {@link Pixels}. Closes what it reads from.
 */
public final class KeptSource extends ForwardingSource {
  private final AtomicReferenceArray<Pixels> images;

  /**
   * Has read nothing yet.
   *
   * @param source wrap it in {@link Tolerant} before, where bad images are to be replaced
   */
  public KeptSource(ImageSource source) {
    super(source);
    images = new AtomicReferenceArray<>(source.size());
  }

  /** At full size in any case: who comes next may want more than {@code reduction} leaves. */
  @Override
  public Pixels read(int i, Reduction reduction) throws BadImageException {
    Pixels kept = images.get(i);
    if (kept != null) {
      return kept;
    }
    Pixels read = source.read(i, Reduction.NONE);
    // Two threads may have read it at once: all get the first one's.
    return images.compareAndSet(i, null, read) ? read : images.get(i);
  }

  @Override
  public Pixels read(int i, Reduction reduction, PixelBuffer buffer) throws BadImageException {
    return read(i, reduction);
  }

  @Override
  public Dimensions dimensions(int i) throws BadImageException {
    Pixels kept = images.get(i);
    return kept != null
        ? new Dimensions(kept.fullWidth(), kept.fullHeight())
        : source.dimensions(i);
  }
}
