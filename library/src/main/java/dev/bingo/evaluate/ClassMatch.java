package dev.bingo.evaluate;

import dev.bingo.image.ImageSource;
import dev.bingo.torch.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * The classes of two sets under one numbering: class 1 of a folder that lacks a class is not class
 * 1 of one that has them all. They are matched by name; sets whose numbers are their format's own
 * ({@link ImageSource#numbered}) and whose names have nothing in common by number. Only classes
 * that an image has are counted, so that a label of a million costs no more than its image.
 */
public final class ClassMatch {
  private static final int SHOWN = 5;

  private final List<String> names;
  private final Map<Long, Integer> ofBank;
  private final Map<Long, Integer> ofQueries;
  private final Map<String, Integer> unknown;

  private ClassMatch(
      List<String> names,
      Map<Long, Integer> ofBank,
      Map<Long, Integer> ofQueries,
      Map<String, Integer> unknown) {
    this.names = List.copyOf(names);
    this.ofBank = ofBank;
    this.ofQueries = ofQueries;
    this.unknown = Collections.unmodifiableMap(unknown);
  }

  /**
   * Matches labelled features.
   *
   * @param bank that is learnt from
   * @param queries that are judged
   * @throws IllegalArgumentException where an image has no label, or no class is on both sides
   */
  public static ClassMatch of(Features bank, Features queries) {
    return of(
        new Side(bank.classes(), bank.requiredLabels()),
        new Side(queries.classes(), queries.requiredLabels()));
  }

  /**
   * Matches labelled sets.
   *
   * @throws IllegalArgumentException as above
   */
  public static ClassMatch of(ImageSource bank, ImageSource queries) {
    return of(Side.of(bank), Side.of(queries));
  }

  private static ClassMatch of(Side bank, Side queries) {
    boolean byName =
        !Collections.disjoint(new HashSet<>(bank.classes.names()), queries.classes.names());
    if (!byName && !(bank.classes.numbered() && queries.classes.numbered())) {
      throw new IllegalArgumentException(
          "the classes of the images to learn from ("
              + shortened(bank.classes.names())
              + ") and of those to judge by ("
              + shortened(queries.classes.names())
              + ") have no name in common; give them the same names");
    }
    IntFunction<Object> bankKey = byName ? bank.unique() : i -> i;
    IntFunction<Object> queryKey = byName ? queries.unique() : i -> i;
    Map<Object, Integer> number = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    Map<Long, Integer> ofBank = bank.number(bankKey, number, names);
    int known = names.size();
    Map<Long, Integer> ofQueries = queries.number(queryKey, number, names);
    Map<String, Integer> unknown = new LinkedHashMap<>();
    queries.count.forEach(
        (label, images) -> {
          if (ofQueries.get((long) label) >= known) {
            unknown.put(queries.classes.name(label), images);
          }
        });
    return new ClassMatch(names, ofBank, ofQueries, unknown);
  }

  private static String shortened(Collection<String> names) {
    return names.isEmpty()
        ? "numbers"
        : String.join(", ", names.stream().limit(SHOWN).toList())
            + (names.size() > SHOWN ? ", …" : "");
  }

  /** The classes that an image has, in the new numbering: the bank's first. */
  public List<String> names() {
    return names;
  }

  /** Classes of the queries that no image of the bank has, and how many queries have them. */
  public Map<String, Integer> unknown() {
    return unknown;
  }

  /** The bank's labels in the new numbering. */
  public Tensor bank(Tensor labels) {
    return renumbered(labels, ofBank);
  }

  /** The queries' labels in the new numbering. */
  public Tensor queries(Tensor labels) {
    return renumbered(labels, ofQueries);
  }

  private static Tensor renumbered(Tensor labels, Map<Long, Integer> map) {
    long[] numbers = Arrays.stream(Tensors.toLongs(labels)).map(map::get).toArray();
    return Tensors.of(numbers, numbers.length);
  }

  /** Labels of one set: how many images have each, by ascending label. */
  private static final class Side {
    final ClassNames classes;
    final TreeMap<Integer, Integer> count = new TreeMap<>();

    Side(ClassNames classes, long[] labels) {
      this.classes = classes;
      for (long label : labels) {
        count.merge(Math.toIntExact(label), 1, Integer::sum);
      }
      if (!classes.names().isEmpty() && count.lastKey() >= classes.names().size()) {
        throw new IllegalArgumentException(
            "label " + count.lastKey() + " of " + classes.names().size() + " classes");
      }
    }

    static Side of(ImageSource source) {
      long[] labels = IntStream.range(0, source.size()).mapToLong(i -> source.label(i)).toArray();
      int missing =
          IntStream.range(0, labels.length).filter(i -> labels[i] < 0).findFirst().orElse(-1);
      if (missing >= 0) {
        throw new IllegalArgumentException(
            source.id(missing) + " of " + source.describe() + " has no label: scores need labels");
      }
      return new Side(ClassNames.of(source), labels);
    }

    /** Names as keys, if they tell the classes apart. */
    IntFunction<Object> unique() {
      if (new HashSet<>(classes.names()).size() < classes.names().size()) {
        throw new IllegalArgumentException(
            "two classes have one name among " + shortened(classes.names()));
      }
      return classes.names()::get;
    }

    /** Gives each class that occurs its number, by label. */
    Map<Long, Integer> number(
        IntFunction<Object> key, Map<Object, Integer> number, List<String> names) {
      Map<Long, Integer> of = new HashMap<>();
      for (int label : count.keySet()) {
        of.put(
            (long) label,
            number.computeIfAbsent(
                key.apply(label),
                k -> {
                  names.add(classes.name(label));
                  return names.size() - 1;
                }));
      }
      return of;
    }
  }
}
