package dev.bingo.image;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Folders that are parts of a data set (train, test) or lie beside its images (labels, masks), and
 * no classes: taken for such, test images would be trained on. Judged by names, whatever their
 * case, numbers and additions: {@code Training}, {@code val2017}, {@code test_images}.
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
   * @param classes whether the top folders are to be the classes; if not they may be parts of one
   *     kind
   * @throws ImageSetException with what to do
   */
  void check(String where, boolean classes) {
    children.forEach(
        (parent, names) -> {
          boolean both = any(names, TRAIN::contains) && any(names, JUDGE::contains);
          boolean parts = classes && parent.isEmpty() && noneIsAClass(names);
          if (both || parts) {
            throw refused(where, parent, names);
          }
        });
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

  private static ImageSetException refused(String where, String parent, Collection<String> names) {
    String wanted =
        List.<Set<String>>of(TRAIN, IMAGES, JUDGE).stream()
            .flatMap(kind -> names.stream().filter(n -> kind.contains(word(n))))
            .findFirst()
            .orElseThrow();
    String prefix = parent + wanted;
    return new ImageSetException(
        where
            + (parent.isEmpty() ? "" : "/" + parent)
            + " holds "
            + String.join(", ", names)
            + ", which are parts of a data set and no classes. Say which one: prefix="
            + prefix
            + " (--prefix "
            + prefix
            + ", in a recipe data.train_prefix).");
  }

  /** {@code train} for {@code Train_Images} and {@code trainset-2017}; empty for several words. */
  private static String word(String name) {
    List<String> words =
        Arrays.stream(name.toLowerCase(Locale.ROOT).split("[^\\p{L}]+"))
            .filter(w -> !w.isEmpty())
            .toList();
    if (words.size() == 1) {
      String word = words.get(0);
      return ADDITIONS.stream()
          .filter(a -> word.endsWith(a))
          .map(a -> word.substring(0, word.length() - a.length()))
          .filter(w -> TRAIN.contains(w) || JUDGE.contains(w))
          .findFirst()
          .orElse(word);
    }
    List<String> rest = words.stream().filter(w -> !ADDITIONS.contains(w)).toList();
    return rest.size() == 1 ? rest.get(0) : "";
  }
}
