package dev.bingo.evaluate;

import dev.bingo.image.ImageSource;
import java.util.List;

/**
 * What a set calls its classes.
 *
 * @param names in label order; empty where labels are numbers and nothing more
 * @param numbered whether the numbers stand for the same classes in any set of the kind, whatever
 *     their names: {@link ImageSource#numbered}
 */
public record ClassNames(List<String> names, boolean numbered) {
  /** Labels are numbers and nothing more. */
  public static final ClassNames NONE = new ClassNames(List.of(), true);

  public ClassNames {
    names = List.copyOf(names);
  }

  static ClassNames of(ImageSource source) {
    return new ClassNames(source.classes(), source.numbered());
  }

  /** The name of a class, or its number. */
  String name(int label) {
    return names.isEmpty() ? Integer.toString(label) : names.get(label);
  }
}
