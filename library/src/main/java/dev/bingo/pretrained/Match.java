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
import java.util.stream.Stream;

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
 * @param foreign what the file has in place of tensors that the network or its head needs, in words
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
    List<String> foreign,
    boolean uncounted) {

  private static final String COUNTER = "num_batches_tracked";

  /** What DINOv2 puts in place of hidden patches while it trains: features don't use it. */
  private static final String MASK = "mask_token";

  private static final int NEAREST = 3;
  private static final int SHOWN = 6;

  /** Names of the file that are compared with one that is missing. */
  private static final int COMPARED = 2000;

  private static final int LONGEST_SHOWN = 120;

  /**
   * A dict, sorted by a table's names.
   *
   * @param dict where it lies in the file
   * @param foreign what it has in place of tensors, by the file's names
   * @param parts the file's names by a network's own
   */
  record Reading(
      NameMap map,
      String wrapper,
      String dict,
      Map<String, TensorInfo> file,
      Map<String, String> foreign,
      NameMap.Sorted sorted,
      Map<String, List<String>> parts) {
    static Reading of(
        NameMap map,
        String wrapper,
        String dict,
        Map<String, TensorInfo> file,
        Map<String, String> foreign) {
      NameMap.Sorted sorted = map.sort(file.keySet(), wrapper);
      return new Reading(map, wrapper, dict, file, foreign, sorted, joined(sorted.backbone()));
    }

    /** Whether batch-norm's batch counters lack, as in files of before there were any. */
    boolean uncounted() {
      return parts.keySet().stream().noneMatch(n -> n.endsWith(COUNTER));
    }

    /**
     * How near an architecture is, larger for nearer, by the network's names alone: a file may have
     * very many.
     */
    long nearness(Map<String, long[]> shapes) {
      long matched = 0;
      long absent = 0;
      for (Map.Entry<String, long[]> shape : shapes.entrySet()) {
        List<String> from = parts.get(shape.getKey());
        if (from == null) {
          absent++;
        } else if (Arrays.equals(shape(file, from), shape.getValue())) {
          matched++;
        }
      }
      return (matched << 32) - absent;
    }
  }

  /** Compares a reading with an architecture. */
  static Match of(Reading reading, String architecture, Stem stem, Predicate<String> allowed) {
    Map<String, TensorInfo> file = reading.file;
    Map<String, List<String>> parts = reading.parts;
    Map<String, long[]> shapes = Encoders.shapes(architecture, stem);
    boolean uncounted = reading.uncounted();
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
    List<String> leftOut = new ArrayList<>(reading.sorted.leftOut());
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
        reading.map,
        reading.wrapper,
        reading.dict,
        architecture,
        stem,
        file,
        used,
        reading.sorted.projection(),
        leftOut,
        missing,
        different,
        leftOver,
        foreign(reading, shapes, allowed),
        uncounted);
  }

  private static List<String> foreign(
      Reading reading, Map<String, long[]> shapes, Predicate<String> allowed) {
    NameMap.Sorted sorted = reading.map.sort(reading.foreign.keySet(), reading.wrapper);
    List<String> words = new ArrayList<>();
    sorted
        .backbone()
        .forEach(
            (own, name) -> {
              int bar = own.indexOf('|');
              String target = bar < 0 ? own : own.substring(0, bar);
              if (shapes.containsKey(target) && !allowed.test(target)) {
                words.add(noTensor(name, reading));
              }
            });
    sorted.projection().values().forEach(name -> words.add(noTensor(name, reading)));
    return words;
  }

  private static String noTensor(String name, Reading reading) {
    return "'%s' in the file is an object of '%s' and no plain tensor"
        .formatted(shown(name), reading.foreign.get(name));
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
    return missing.isEmpty() && different.isEmpty() && leftOver.isEmpty() && foreign.isEmpty();
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

  /** What does not fit, with both shapes and the nearest names; the first few of it. */
  String problems() {
    Map<String, long[]> shapes = Encoders.shapes(architecture, stem);
    Stream<String> words =
        Stream.of(
                foreign.stream(),
                different.stream()
                    .map(
                        name ->
                            "'%s' is %s in the file as '%s', expected %s"
                                .formatted(
                                    name,
                                    Arrays.toString(shape(file, parts.get(name))),
                                    shown(parts.get(name).get(0)),
                                    Arrays.toString(shapes.get(name)))),
                missing.stream()
                    .map(
                        name ->
                            "'%s' %s is missing; nearest in the file: %s"
                                .formatted(name, Arrays.toString(shapes.get(name)), nearest(name))),
                leftOver.stream()
                    .map(
                        name ->
                            "'%s' %s in the file is none of the network's; nearest there: %s"
                                .formatted(
                                    shown(name),
                                    Arrays.toString(file.get(name).shape()),
                                    nearestOwn(name))))
            .flatMap(all -> all)
            .limit(SHOWN);
    int more = foreign.size() + different.size() + missing.size() + leftOver.size() - SHOWN;
    return words.collect(Collectors.joining("\n  "))
        + (more > 0 ? "\n  and " + more + " more" : "");
  }

  private String nearest(String name) {
    return describe(
        Names.nearest(
            wrapper + map.prefix() + name,
            Stream.concat(leftOver.stream(), file.keySet().stream()).limit(COMPARED).toList(),
            NEAREST),
        n -> file.get(n).shape());
  }

  private String nearestOwn(String name) {
    Map<String, long[]> shapes = Encoders.shapes(architecture, stem);
    String bare = shown(name).replaceFirst("^" + Pattern.quote(wrapper + map.prefix()), "");
    return describe(Names.nearest(bare, shapes.keySet(), NEAREST), shapes::get);
  }

  private static String describe(List<String> names, Function<String, long[]> shape) {
    return names.stream()
        .map(n -> "'" + shown(n) + "' " + Arrays.toString(shape.apply(n)))
        .collect(Collectors.joining(", "));
  }

  private static String shown(String name) {
    return name.length() > LONGEST_SHOWN ? name.substring(0, LONGEST_SHOWN) + "..." : name;
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
