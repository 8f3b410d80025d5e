package dev.bingo.view;

/**
 * One view of a sample that a method asks the loader for.
 *
 * @param name what the method calls it; its position in the method's list seeds its draws
 * @param source whose pixels: the anchor's own or its bag mate's. All {@code MATE} views of a
 *     sample in an epoch are of the same mate
 * @param seenBy which networks it is for
 * @param augmentation how the pixels are changed
 * @param size output side in pixels; views are square
 * @param early another augmentation for the first epochs
 * @param earlyEpochs how many; 0 for none
 */
public record View(
    String name,
    Source source,
    SeenBy seenBy,
    Augmentation augmentation,
    int size,
    Augmentation early,
    int earlyEpochs) {
  /** Whose pixels a view shows. */
  public enum Source {
    ANCHOR,
    MATE
  }

  /** Who sees a view: what a frozen teacher alone sees need not be rendered for keys it gave. */
  public enum SeenBy {
    /** What is trained, with what follows it. */
    STUDENT,
    /** A frozen teacher alone. */
    TEACHER,
    /** Student and frozen teacher: the same pixels. */
    BOTH
  }

  /** The student's, with the same augmentation in all epochs. */
  public View(String name, Source source, Augmentation augmentation, int size) {
    this(name, source, augmentation, size, augmentation, 0);
  }

  /** The student's. */
  public View(
      String name,
      Source source,
      Augmentation augmentation,
      int size,
      Augmentation early,
      int earlyEpochs) {
    this(name, source, SeenBy.STUDENT, augmentation, size, early, earlyEpochs);
  }

  /** The same view, for other networks to see. */
  public View seenBy(SeenBy other) {
    return new View(name, source, other, augmentation, size, early, earlyEpochs);
  }

  /** Whether a frozen teacher sees it. */
  public boolean hasKeys() {
    return seenBy != SeenBy.STUDENT;
  }

  /** The augmentation of an epoch, from 0. */
  public Augmentation augmentation(int epoch) {
    return epoch < earlyEpochs ? early : augmentation;
  }

  public View {
    if (size < 8 || size > 2048) {
      throw new IllegalArgumentException(
          "view '" + name + "': expected a size of 8 to 2048 pixels, got " + size);
    }
  }
}
