package dev.bingo.pretrained;

import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.torch.Names;
import dev.bingo.weights.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One reading of a file: these names, in that dict, for this architecture.
 *
 * @param dict where the state dict lies in the file; empty for the file itself
 * @param parts the tensors in the file, by the network's names; several are put together along
 *     dimension 0
 * @param projection the head's, by the head's names
 * @param missing names that the network has and the file lacks
 * @param different names whose shapes differ
 * @param leftOver names in the file that nothing in the network has, and no table knows
 * @param uncounted whether the file is of the time before batch-norm counted its batches
 */
record Match(
    NameMap map,
    String wrapper,
    String dict,
    String architecture,
    Stem stem,
    Map<String, TensorInfo> file,
    Map<String, List<String>> parts,
    Map<String, String> projection,
    List<String> leftOut,
    List<String> missing,
    List<String> different,
    List<String> leftOver,
    boolean uncounted) {

  private static final String COUNTER = "num_batches_tracked";

  /** What DINOv2 puts in place of hidden patches while it trains: features don't use it. */
  private static final String MASK = "mask_token";

  private static final int NEAREST = 3;
  private static final int SHOWN = 6;

  /** Compares a dict, sorted by a table's names, with an architecture. */
  static Match of(
      NameMap map,
      String wrapper,
      String dict,
      Map<String, TensorInfo> file,
      NameMap.Sorted sorted,
      String architecture,
      Stem stem,
      Predicate<String> allowed) {
    Map<String, List<String>> parts = joined(sorted.backbone());
    Map<String, long[]> shapes = Encoders.shapes(architecture, stem);
    boolean uncounted = parts.keySet().stream().noneMatch(n -> n.endsWith(COUNTER));
    List<String> missing = new ArrayList<>();
    List<String> different = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          List<String> from = parts.get(name);
          if (from == null) {
            if (!(uncounted && name.endsWith(COUNTER))
                && !name.equals(MASK)
                && !allowed.test(name)) {
              missing.add(name);
            }
          } else if (!Arrays.equals(shape(file, from), shape)) {
            different.add(name);
          }
        });
    List<String> leftOver = new ArrayList<>();
    List<String> leftOut = new ArrayList<>(sorted.leftOut());
    Map<String, List<String>> used = new LinkedHashMap<>();
    parts.forEach(
        (name, from) -> {
          if (shapes.containsKey(name)) {
            used.put(name, from);
          } else if (allowed.test(name) || from.stream().allMatch(allowed)) {
            leftOut.addAll(from);
          } else {
            leftOver.addAll(from);
          }
        });
    return new Match(
        map,
        wrapper,
        dict,
        architecture,
        stem,
        file,
        used,
        sorted.projection(),
        leftOut,
        missing,
        different,
        leftOver,
        uncounted);
  }

  /** Query, key and value of one matrix come together; an incomplete one keeps its odd name. */
  private static Map<String, List<String>> joined(Map<String, String> names) {
    Map<String, List<String>> parts = new LinkedHashMap<>();
    names.forEach(
        (own, inFile) -> {
          int bar = own.indexOf('|');
          if (bar < 0) {
            parts.put(own, List.of(inFile));
            return;
          }
          String stem = own.substring(0, bar);
          List<String> all =
              NameMap.JOINED.stream().map(part -> names.get(stem + "|" + part)).toList();
          if (all.contains(null)) {
            parts.put(own, List.of(inFile));
          } else {
            parts.put(stem, all);
          }
        });
    return parts;
  }

  private static long[] shape(Map<String, TensorInfo> file, List<String> names) {
    long[] shape = file.get(names.get(0)).shape().clone();
    for (String name : names.subList(1, names.size())) {
      long[] more = file.get(name).shape();
      if (shape.length == 0 || more.length != shape.length) {
        return new long[] {-1};
      }
      shape[0] += more[0];
    }
    return shape;
  }

  /** Whether all fits. */
  boolean full() {
    return missing.isEmpty() && different.isEmpty() && leftOver.isEmpty();
  }

  /** How many of the network's tensors the file gives, as they should be. */
  int matched() {
    return parts.size() - different.size();
  }

  /** Larger is nearer. */
  static Comparator<Match> byNearness() {
    return Comparator.comparingInt(Match::matched)
        .thenComparingInt(m -> -(m.missing.size() + m.different.size() + m.leftOver.size()));
  }

  /** How the file names the backbone's tensors. */
  String prefix() {
    return (dict.isEmpty() ? "" : dict + "/") + wrapper + map.prefix() + "*";
  }

  /** How many numbers the matched tensors hold. */
  long numbers() {
    return parts.values().stream()
        .flatMap(List::stream)
        .mapToLong(name -> file.get(name).numel())
        .sum();
  }

  /** What does not fit, with both shapes and the nearest names. */
  String problems() {
    List<String> words = new ArrayList<>();
    Map<String, long[]> shapes = Encoders.shapes(architecture, stem);
    for (String name : different) {
      words.add(
          "'%s' is %s in the file as '%s', expected %s"
              .formatted(
                  name,
                  Arrays.toString(shape(file, parts.get(name))),
                  parts.get(name).get(0),
                  Arrays.toString(shapes.get(name))));
    }
    for (String name : missing) {
      words.add(
          "'%s' %s is missing; nearest in the file: %s"
              .formatted(name, Arrays.toString(shapes.get(name)), nearest(name)));
    }
    for (String name : leftOver) {
      words.add(
          "'%s' %s in the file is none of the network's; nearest there: %s"
              .formatted(name, Arrays.toString(file.get(name).shape()), nearestOwn(name)));
    }
    int more = words.size() - SHOWN;
    return String.join("\n  ", words.subList(0, Math.min(SHOWN, words.size())))
        + (more > 0 ? "\n  and " + more + " more" : "");
  }

  private String nearest(String name) {
    List<String> unusedFirst = new ArrayList<>(leftOver);
    unusedFirst.addAll(file.keySet());
    return describe(
        Names.nearest(wrapper + map.prefix() + name, unusedFirst, NEAREST),
        n -> file.get(n).shape());
  }

  private String nearestOwn(String name) {
    Map<String, long[]> shapes = Encoders.shapes(architecture, stem);
    String bare = name.replaceFirst("^" + Pattern.quote(wrapper + map.prefix()), "");
    return describe(Names.nearest(bare, shapes.keySet(), NEAREST), shapes::get);
  }

  private static String describe(List<String> names, Function<String, long[]> shape) {
    return names.stream()
        .map(n -> "'" + n + "' " + Arrays.toString(shape.apply(n)))
        .collect(Collectors.joining(", "));
  }

  /** What was left out, by the first part of the name, each with how many. */
  String leftOutInWords() {
    Map<String, Long> groups = new TreeMap<>();
    for (String name : leftOut) {
      String bare = name.startsWith(wrapper) ? name.substring(wrapper.length()) : name;
      groups.merge(bare.replaceAll("\\..*", ""), 1L, Long::sum);
    }
    return String.join(
        ", ", groups.entrySet().stream().map(e -> e.getKey() + " (" + e.getValue() + ")").toList());
  }
}
