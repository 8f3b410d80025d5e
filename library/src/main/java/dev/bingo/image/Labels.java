package dev.bingo.image;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Classes from the labels as written.
 *
 * @param of class of each image, or −1
 * @param classes names in label order
 */
record Labels(int[] of, List<String> classes) {
  /** So many classes cost nothing. */
  private static final int FEW = 1000;

  /**
   * Where all labels are whole numbers, they are the classes' indices, unless they are larger than
   * so few images can mean by that: then they are names like any other, in the order of numbers.
   * Else the sorted names are numbered.
   *
   * @param written label of each image, null where it has none
   * @param names given names for numbered classes; may be empty
   */
  static Labels of(List<String> written, List<String> names, String where) {
    boolean any = false;
    boolean numbers = true;
    for (String label : written) {
      any |= label != null;
      numbers &= label == null || isNumber(label);
    }
    if (!any) {
      return new Labels(unlabelled(written.size()), List.of());
    }
    return numbers ? numbered(written, names, where) : named(written);
  }

  /** The sorted names numbered; {@code more} are classes even if no image has them. */
  static Labels named(List<String> written, Iterable<String> more) {
    TreeSet<String> sorted = new TreeSet<>(Names.ORDER);
    more.forEach(sorted::add);
    for (String label : written) {
      if (label != null) {
        sorted.add(label);
      }
    }
    List<String> classes = List.copyOf(sorted);
    Map<String, Integer> index = new HashMap<>();
    for (int c = 0; c < classes.size(); c++) {
      index.put(classes.get(c), c);
    }
    int[] of = unlabelled(written.size());
    for (int i = 0; i < of.length; i++) {
      if (written.get(i) != null) {
        of[i] = index.get(written.get(i));
      }
    }
    return new Labels(of, classes);
  }

  private static Labels named(List<String> written) {
    return named(written, List.of());
  }

  private static Labels numbered(List<String> written, List<String> names, String where) {
    int[] of = unlabelled(written.size());
    int most = names.size() - 1;
    for (int i = 0; i < of.length; i++) {
      if (written.get(i) != null) {
        of[i] = Integer.parseInt(written.get(i));
        most = Math.max(most, of[i]);
      }
    }
    if (!names.isEmpty() && most >= names.size()) {
      throw new ImageSetException(
          String.format(
              Locale.ROOT,
              "%s: expected labels below %d, found %d. Labels are written as class names, or as"
                  + " numbers from 0.",
              where,
              names.size(),
              most));
    }
    if (!names.isEmpty()) {
      return new Labels(of, names);
    }
    return most < Math.max(FEW, 4L * of.length) ? new Labels(of, digits(most + 1)) : compact(of);
  }

  private static Labels compact(int[] numbers) {
    int[] known = Arrays.stream(numbers).filter(n -> n >= 0).sorted().distinct().toArray();
    int[] of = Arrays.stream(numbers).map(n -> n < 0 ? n : Arrays.binarySearch(known, n)).toArray();
    return new Labels(of, Arrays.stream(known).mapToObj(Integer::toString).toList());
  }

  /** The names 0 … n − 1, for classes that have none. */
  static List<String> digits(int n) {
    return IntStream.range(0, n).mapToObj(Integer::toString).toList();
  }

  static int[] unlabelled(int n) {
    int[] of = new int[n];
    Arrays.fill(of, ImageSource.UNLABELLED);
    return of;
  }

  private static boolean isNumber(String label) {
    return !label.isEmpty()
        && label.length() <= 9
        && label.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
