package dev.bingo.image;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which label file of a shard speaks of which image. First by the whole name without its ending, so
 * that {@code 22.05.png} has the label of {@code 22.05.cls}; else by WebDataset's key, which ends
 * at the first dot, as {@code 0001.left.jpg} has that of {@code 0001.cls}. Where both could be
 * meant, nothing is guessed.
 */
final class TarLabels {
  private final String shard;
  private final Map<String, Written> byStem = new HashMap<>();
  private final Map<String, Map<String, Written>> byKey = new HashMap<>();
  private final Map<String, Left> left = new HashMap<>();
  private final Set<String> imageStems = new HashSet<>();

  private record Written(String file, String label) {}

  /**
   * What is left for the images of a key that have no label of their own.
   *
   * @param dotted whether dots are a part of the names of this key
   * @param first null where there is nothing
   * @param clear whether all say the same
   */
  private record Left(boolean dotted, Written first, boolean clear) {}

  TarLabels(String shard) {
    this.shard = shard;
  }

  boolean isEmpty() {
    return byStem.isEmpty();
  }

  void image(String name) {
    imageStems.add(stem(name));
  }

  /**
   * Notes a label; of files with one name the last counts.
   *
   * @param label null where the file holds none
   */
  void label(String file, String label) {
    String stem = stem(file);
    Map<String, Written> ofKey = byKey.computeIfAbsent(key(file), k -> new LinkedHashMap<>());
    ofKey.remove(file);
    Written before = byStem.get(stem);
    if (before != null && before.file.equals(file)) {
      byStem.remove(stem);
      before = null;
    }
    if (label == null) {
      return;
    }
    Written written = new Written(file, label);
    if (before != null && !before.label.equals(label)) {
      throw new ImageSetException(
          shard
              + ": "
              + before.file
              + " says "
              + before.label
              + ", "
              + file
              + " says "
              + label
              + ". Remove one of them.");
    }
    byStem.put(stem, written);
    ofKey.put(file, written);
  }

  /**
   * The label of an image, or null.
   *
   * @throws ImageSetException where more than one could be meant
   */
  String of(String image) {
    Written own = byStem.get(stem(image));
    if (own != null) {
      return own.label;
    }
    Left rest = left.computeIfAbsent(key(image), this::left);
    if (rest.first == null) {
      return null;
    }
    if (rest.dotted || !rest.clear) {
      throw new ImageSetException(
          shard
              + ": it is not clear which label "
              + image
              + " has; "
              + rest.first.file
              + " says "
              + rest.first.label
              + ". Name the label like the image: "
              + stem(image)
              + ".cls.");
    }
    return rest.first.label;
  }

  private Left left(String key) {
    Collection<Written> all = byKey.getOrDefault(key, Map.of()).values();
    boolean dotted =
        all.stream()
            .map(w -> stem(w.file))
            .anyMatch(stem -> !stem.equals(key) && imageStems.contains(stem));
    // Where dots belong to the names, a label of another image is no label of this one.
    List<Written> free =
        all.stream().filter(w -> !dotted || !imageStems.contains(stem(w.file))).toList();
    Written first = free.isEmpty() ? null : free.get(0);
    return new Left(dotted, first, free.stream().allMatch(w -> w.label.equals(first.label)));
  }

  /** The path without the ending of the file's name. */
  private static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= name.lastIndexOf('/') ? name : name.substring(0, dot);
  }

  /** WebDataset's key: the path up to the first dot of the file's name. */
  private static String key(String name) {
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return dot < 0 ? name : name.substring(0, dot);
  }
}
