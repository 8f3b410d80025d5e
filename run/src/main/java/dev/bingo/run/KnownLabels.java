package dev.bingo.run;

import dev.bingo.image.ImageSource;
import dev.bingo.image.LabelFile;
import dev.bingo.torch.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What is labelled of a set, in a round of labelling.
 *
 * @param of class of each image by position, −1 where it has none
 * @param classes their names, sorted
 */
public record KnownLabels(int[] of, List<String> classes) {

  /**
   * Reads the labels, of files or, without any, of the set itself.
   *
   * @param files may be empty
   */
  public static KnownLabels read(ImageSource images, List<Path> files) throws IOException {
    String[] names;
    if (files.isEmpty()) {
      names = new String[images.size()];
      for (int i = 0; i < names.length; i++) {
        names[i] = images.label(i) < 0 ? null : images.classes().get(images.label(i));
      }
    } else {
      names = LabelFile.of(images, LabelFile.readAll(files));
    }
    List<String> classes =
        Arrays.stream(names).filter(name -> name != null).distinct().sorted().toList();
    Map<String, Integer> numbers = new HashMap<>();
    classes.forEach(name -> numbers.put(name, numbers.size()));
    int[] of = new int[names.length];
    for (int i = 0; i < of.length; i++) {
      of[i] = names[i] == null ? -1 : numbers.get(names[i]);
    }
    return new KnownLabels(of, classes);
  }

  /** The name of an image's class, or null. */
  public String name(int image) {
    return of[image] < 0 ? null : classes.get(of[image]);
  }

  /** How many images have one. */
  public int count() {
    return (int) IntStream.of(of).filter(c -> c >= 0).count();
  }

  /** A line for people. */
  public String describe() {
    int[] counts = new int[classes.size()];
    IntStream.of(of).filter(c -> c >= 0).forEach(c -> counts[c]++);
    return String.format(
        Locale.ROOT,
        "labelled: %,d of %,d images%s",
        count(),
        of.length,
        counts.length == 0
            ? ""
            : String.format(
                Locale.ROOT,
                ", %s of %d to %d",
                Names.counted(counts.length, "class"),
                IntStream.of(counts).min().orElse(0),
                IntStream.of(counts).max().orElse(0)));
  }

  /** Names that may be one class, spelt in two ways, for a warning; empty where there are none. */
  public List<String> alike() {
    Map<String, List<String>> by = new TreeMap<>();
    for (String name : classes) {
      by.computeIfAbsent(name.toLowerCase(Locale.ROOT), k -> new ArrayList<>()).add(name);
    }
    return by.values().stream()
        .filter(names -> names.size() > 1)
        .map(names -> "'" + String.join("' and '", names) + "'")
        .toList();
  }
}
