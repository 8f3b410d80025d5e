package dev.bingo.torch;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Names that people type. */
public final class Names {
  private static final int LONGEST = 200;

  private Names() {}

  /** A constant as a user writes it: {@code CIFAR_POOL} is {@code cifar-pool}. */
  public static String spell(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** {@code 1 image}, {@code 10,000 images}: the noun is a regular one. */
  public static String counted(long number, String noun) {
    return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? noun : plural(noun));
  }

  private static String plural(String noun) {
    if (noun.endsWith("y") && !noun.matches(".*[aeiou]y")) {
      return noun.substring(0, noun.length() - 1) + "ies";
    }
    return noun.matches(".*(s|x|sh|[^o]ch)") ? noun + "es" : noun + "s";
  }

  /** The end of an error message: the nearest known name where one is near, else all of them. */
  public static String didYouMean(String typed, Collection<String> known) {
    String nearest = nearest(typed, known);
    return nearest != null
        ? "; did you mean '" + nearest + "'?"
        : "; known are " + String.join(", ", known);
  }

  /** The known name with the least edit distance, or null where none is near. */
  public static String nearest(String typed, Collection<String> known) {
    String best = null;
    int least = Math.max(2, typed.length() / 3) + 1;
    for (String name : known) {
      int d = distance(typed.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
      if (d < least) {
        least = d;
        best = name;
      }
    }
    return best;
  }

  /** The {@code count} names of the least edit distance, nearest first; no very long ones. */
  public static List<String> nearest(String name, Collection<String> known, int count) {
    record Far(String name, int distance) {}
    return known.stream()
        .distinct()
        .filter(other -> other.length() <= LONGEST)
        .map(other -> new Far(other, distance(name, other)))
        .sorted(Comparator.comparingInt(Far::distance))
        .limit(count)
        .map(Far::name)
        .toList();
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitution, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
