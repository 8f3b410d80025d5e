package dev.bingo.image;

import dev.bingo.file.Remedy;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Folders that are parts of a data set (train, test) or lie beside its images (labels, masks), and
 * no classes: taken for such, test images would be trained on. Judged by names, whatever their
 * case, numbers and additions: {@code Training}, {@code val2017}, {@code test_images}, {@code
 * seg_train} beside {@code seg_test}.
 */
final class Splits {
  private static final Set<String> TRAIN = Set.of("train", "training", "trn", "trainval");
  private static final Set<String> JUDGE =
      Set.of(
          "val",
          "valid",
          "validation",
          "test",
          "testing",
          "tst",
          "eval",
          "evaluation",
          "dev",
          "holdout");
  private static final Set<String> IMAGES =
      Set.of("images", "image", "imgs", "img", "jpegimages", "pictures", "photos", "frames");
  private static final Set<String> BESIDE =
      Set.of(
          "labels",
          "label",
          "annotations",
          "annotation",
          "masks",
          "mask",
          "groundtruth",
          "gt",
          "meta",
          "metadata",
          "segmentation",
          "segmentations",
          "bboxes",
          "unlabeled",
          "unlabelled");
  private static final Set<String> ADDITIONS =
      Set.of("set", "data", "dataset", "split", "images", "image", "imgs", "img", "folder");

  /** By the folder that they are in ({@code ""} is the root, others end with a slash). */
  private final Map<String, TreeSet<String>> children = new TreeMap<>(Names.ORDER);

  /** Notes a folder. */
  void add(String parent, String name) {
    children.computeIfAbsent(parent, p -> new TreeSet<>(Names.ORDER)).add(name);
  }

  /** Notes the folders of a file's path. */
  void addAll(String path) {
    int from = 0;
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
      add(path.substring(0, from), path.substring(from, slash));
      from = slash + 1;
    }
  }

  /** The folders in the root, in order. */
  Set<String> top() {
    return children.getOrDefault("", new TreeSet<>(Names.ORDER));
  }

  /**
   * Refuses a set that comes in parts.
   *
   * @param outer the prefix that was given already; may be empty
   * @param classes whether the top folders are to be the classes; if not they may be parts of one
   *     kind
   * @throws ImageSetException with what to do
   */
  void check(String where, String outer, boolean classes) {
    children.forEach(
        (parent, names) -> {
          boolean parts = classes && parent.isEmpty() && noneIsAClass(names);
          if (parts || inPairs(names)) {
            throw refused(where, outer, parent, names);
          }
        });
  }

  /** Whether there is a name of training and one of judging that say the same else. */
  private static boolean inPairs(Collection<String> names) {
    Set<List<String>> trained = rests(names, TRAIN);
    return !Collections.disjoint(trained, rests(names, JUDGE));
  }

  /** What names with one word of a kind say beside it. */
  private static Set<List<String>> rests(Collection<String> names, Set<String> kind) {
    return names.stream()
        .map(Splits::words)
        .filter(words -> words.stream().filter(kind::contains).count() == 1)
        .map(words -> words.stream().filter(w -> !kind.contains(w)).toList())
        .collect(Collectors.toSet());
  }

  private static boolean noneIsAClass(Collection<String> names) {
    boolean parts = any(names, w -> TRAIN.contains(w) || JUDGE.contains(w));
    boolean imagesBesideOthers = any(names, IMAGES::contains) && any(names, BESIDE::contains);
    return (parts || imagesBesideOthers)
        && names.stream()
            .map(Splits::word)
            .allMatch(
                w ->
                    TRAIN.contains(w)
                        || JUDGE.contains(w)
                        || IMAGES.contains(w)
                        || BESIDE.contains(w));
  }

  private static boolean any(Collection<String> names, Predicate<String> kind) {
    return names.stream().map(Splits::word).anyMatch(kind);
  }

  private static ImageSetException refused(
      String where, String outer, String parent, Collection<String> names) {
    String wanted =
        List.<Set<String>>of(TRAIN, IMAGES, JUDGE).stream()
            .flatMap(kind -> names.stream().filter(n -> words(n).stream().anyMatch(kind::contains)))
            .findFirst()
            .orElseThrow();
    String prefix = (outer.isEmpty() ? "" : outer + "/") + parent + wanted;
    return new ImageSetException(
        where
            + (parent.isEmpty() ? "" : "/" + parent)
            + " holds "
            + String.join(", ", names)
            + ", which are parts of a data set and no classes. Say which one: prefix="
            + prefix,
        Remedy.NAME_PART,
        prefix);
  }

  /** The only word of a name: {@code train} for {@code Train_Images}; empty for several. */
  private static String word(String name) {
    List<String> words = words(name);
    return words.size() == 1 ? words.get(0) : "";
  }

  /** The words of a name, without additions where there is another: {@code [seg, train]}. */
  private static List<String> words(String name) {
    List<String> all =
        Arrays.stream(name.split("[^\\p{L}]+|(?<=\\p{Ll})(?=\\p{Lu})"))
            .filter(w -> !w.isEmpty())
            .map(w -> withoutAddition(w.toLowerCase(Locale.ROOT)))
            .toList();
    List<String> words = all.stream().filter(w -> !ADDITIONS.contains(w)).toList();
    return words.isEmpty() ? all : words;
  }

  private static String withoutAddition(String word) {
    return ADDITIONS.stream()
        .filter(word::endsWith)
        .map(a -> word.substring(0, word.length() - a.length()))
        .filter(w -> TRAIN.contains(w) || JUDGE.contains(w))
        .findFirst()
        .orElse(word);
  }
}
