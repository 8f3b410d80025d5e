package dev.bingo.view;

/**
 * One view of a sample that a method asks the loader for.
 *
 * @param name what the method calls it; its position in the method's list seeds its draws
 * @param source whose pixels: the anchor's own or its bag mate's. All {@code MATE} views of a
 *     sample in an epoch are of the same mate
 * @param augmentation how the pixels are changed
 * @param size output side in pixels; views are square
 */
public record View(String name, Source source, Augmentation augmentation, int size) {
  /** Whose pixels a view shows. */
  public enum Source {
    ANCHOR,
    MATE
  }

  public View {
    if (size < 8 || size > 2048) {
      throw new IllegalArgumentException(
          "view '" + name + "': expected a size of 8 to 2048 pixels, got " + size);
    }
  }
}
