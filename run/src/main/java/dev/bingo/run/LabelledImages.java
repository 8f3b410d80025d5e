package dev.bingo.run;

import dev.bingo.file.Printable;
import dev.bingo.image.BadImageException;
import dev.bingo.image.GivenLabels;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.recipe.RecipeException;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Images to learn classes from, looked at before anything is learnt: what can't work is refused
 * with what to do, what is unwise is said.
 *
 * @param source those that have a label, of the classes that have images
 * @param groups of each: those of one number are the same bytes
 * @param contradictions groups of copies that have more than one label, by position
 */
public record LabelledImages(ImageSource source, int[] groups, List<int[]> contradictions) {
  private static final int SHOWN = 5;
  private static final int FEW = 5;
  private static final long SHARE = 0x54A6E;

  /**
   * Looks at them.
   *
   * @param images with labels of their own where {@code files} are none
   * @param files of labels
   * @param least images of a class; classes with fewer are left out. 0: one with a single image is
   *     refused
   * @param badShare of the images may be unreadable
   * @throws RecipeException where they can't be learnt from
   */
  public static LabelledImages of(
      ImageSource images, List<Path> files, int least, double badShare, Console console)
      throws IOException {
    KnownLabels known = KnownLabels.read(images, files);
    if (known.count() == 0) {
      throw new RecipeException(
          images.describe()
              + ": no image has a label. Give a folder with a sub-folder for each class, a CSV with"
              + " the header path,label, or labels with --labels");
    }
    int without = images.size() - known.count();
    if (without > 0) {
      console.say(
          String.format(
              Locale.ROOT,
              "%,d of %,d images have no label and are left out",
              without,
              images.size()));
    }
    known.alike().forEach(names -> console.say("warning: one class, spelt in two ways? " + names));
    emptyClasses(images, known, console);
    int[] labelled = IntStream.range(0, images.size()).filter(i -> known.of()[i] >= 0).toArray();
    String[] digests = digests(images, labelled, badShare, console);
    Set<String> kept = classes(known, labelled, digests, least, console);
    List<String> classes = known.classes().stream().filter(kept::contains).toList();
    int[] taken = Arrays.stream(labelled).filter(i -> kept.contains(known.name(i))).toArray();
    int[] labels = new int[images.size()];
    Arrays.fill(labels, ImageSource.UNLABELLED);
    Arrays.stream(taken).forEach(i -> labels[i] = classes.indexOf(known.name(i)));
    ImageSource source = new GivenLabels(images, labels, classes);
    ImageSource some = taken.length == images.size() ? source : Subset.of(source, taken);
    Map<String, Integer> numbers = new HashMap<>();
    int[] groups =
        Arrays.stream(taken)
            .map(i -> numbers.computeIfAbsent(digests[i], d -> numbers.size()))
            .toArray();
    List<int[]> contradictions = contradictions(some, groups);
    if (!contradictions.isEmpty()) {
      console.say(
          String.format(
              Locale.ROOT,
              "warning: %s under more than one label, of which one at most is right; '%s' is '%s' and"
                  + " '%s'",
              contradictions.size() == 1
                  ? "one image comes"
                  : String.format(Locale.ROOT, "%,d images come", contradictions.size()),
              Printable.line(some.id(contradictions.get(0)[0])),
              className(some, contradictions.get(0)[0]),
              className(
                  some,
                  Arrays.stream(contradictions.get(0))
                      .filter(i -> some.label(i) != some.label(contradictions.get(0)[0]))
                      .findFirst()
                      .orElseThrow())));
    }
    return new LabelledImages(some, groups, contradictions);
  }

  /** Some of them, by position. */
  LabelledImages some(int[] positions) {
    return new LabelledImages(
        Subset.of(source, positions),
        Arrays.stream(positions).map(i -> groups[i]).toArray(),
        List.of());
  }

  /**
   * A share of each class, two images at least, drawn by a seed.
   *
   * @param share above 0, below 1
   */
  public LabelledImages share(double share, long seed) {
    Map<Integer, List<Integer>> ofClass = new TreeMap<>();
    for (int i = 0; i < groups.length; i++) {
      ofClass.computeIfAbsent(source.label(i), c -> new ArrayList<>()).add(i);
    }
    List<Integer> drawn = new ArrayList<>();
    ofClass.forEach(
        (label, members) ->
            Arrays.stream(Draws.of(seed, label, SHARE).permutation(members.size()))
                .limit(Math.max(2, Math.round(share * members.size())))
                .forEach(at -> drawn.add(members.get(at))));
    return some(drawn.stream().mapToInt(Integer::intValue).sorted().toArray());
  }

  /**
   * Those of given classes, numbered as these are.
   *
   * @throws RecipeException where none is of such a class
   */
  LabelledImages as(List<String> wanted) {
    int[] labels =
        IntStream.range(0, source.size())
            .map(i -> wanted.indexOf(source.classes().get(source.label(i))))
            .toArray();
    int[] known = IntStream.range(0, labels.length).filter(i -> labels[i] >= 0).toArray();
    if (known.length == 0) {
      throw new RecipeException(
          "the images to judge by are of "
              + shown(source.classes())
              + ", those to learn from of "
              + shown(wanted)
              + ": none is called the same. Rename the folders or labels");
    }
    return new LabelledImages(new GivenLabels(source, labels, wanted), groups, List.of())
        .some(known);
  }

  private static String className(ImageSource source, int image) {
    return Printable.line(source.classes().get(source.label(image)));
  }

  private static void emptyClasses(ImageSource images, KnownLabels known, Console console) {
    List<String> empty =
        images.numbered()
            ? List.of()
            : images.classes().stream().filter(name -> !known.classes().contains(name)).toList();
    if (!empty.isEmpty()) {
      console.say("warning: no image of " + shown(empty) + ", which can't be learnt");
    }
  }

  /** SHA-256 of each labelled image; one that can't be read has none like it. */
  private static String[] digests(
      ImageSource images, int[] labelled, double badShare, Console console) {
    console.begin("looking at the images");
    String[] digests = new String[images.size()];
    Map<Integer, String> bad = new TreeMap<>();
    AtomicInteger done = new AtomicInteger();
    Arrays.stream(labelled)
        .parallel()
        .forEach(
            i -> {
              try {
                digests[i] = images.digest(i);
              } catch (BadImageException e) {
                digests[i] = "unread " + i;
                synchronized (bad) {
                  bad.put(i, e.reason());
                }
              }
              synchronized (console) {
                console.progress(done.incrementAndGet(), labelled.length);
              }
            });
    if (bad.size() > badShare * labelled.length) {
      throw new RecipeException(
          String.format(
              Locale.ROOT,
              "%,d of %,d labels are of images that can't be read: %s%s. Mend the paths or the files, or let a"
                  + " share of %s be bad with --bad-images",
              bad.size(),
              labelled.length,
              bad.entrySet().stream()
                  .limit(SHOWN)
                  .map(
                      e -> "'" + Printable.line(images.id(e.getKey())) + "' (" + e.getValue() + ")")
                  .collect(Collectors.joining(", ")),
              bad.size() > SHOWN ? ", …" : "",
              Math.min(1, Math.ceil(100.0 * bad.size() / labelled.length) / 100)));
    }
    return digests;
  }

  /** The classes with enough unlike images. */
  private static Set<String> classes(
      KnownLabels known, int[] labelled, String[] digests, int least, Console console) {
    Map<String, Set<String>> unlike = new TreeMap<>();
    for (int i : labelled) {
      unlike.computeIfAbsent(known.name(i), name -> new HashSet<>()).add(digests[i]);
    }
    List<String> small =
        unlike.keySet().stream()
            .filter(name -> unlike.get(name).size() < Math.max(2, least))
            .toList();
    if (!small.isEmpty() && least < 2 && unlike.size() > 1) {
      throw new RecipeException(
          "one image, or only copies of one, of "
              + shown(small)
              + ": a class needs two that differ, to learn from one and judge by the other. Add images,"
              + " or leave out such classes with --least 2");
    }
    if (!small.isEmpty() && unlike.size() - small.size() >= 2) {
      console.say(
          "left out, with fewer than "
              + Names.counted(Math.max(2, least), "image")
              + ": "
              + shown(small));
    }
    Set<String> kept = new HashSet<>(unlike.keySet());
    kept.removeAll(small);
    if (unlike.size() == 1 || kept.size() < 2) {
      throw new RecipeException(
          unlike.size() == 1
              ? "one class alone, "
                  + shown(List.copyOf(unlike.keySet()))
                  + ": there is nothing to tell apart. Give a second, such as photos of anything else"
              : "fewer than two classes have " + Math.max(2, least) + " unlike images; add some");
    }
    List<String> few =
        kept.stream().filter(name -> unlike.get(name).size() < FEW).sorted().toList();
    if (!few.isEmpty()) {
      console.say(
          "warning: fewer than "
              + FEW
              + " images of "
              + shown(few)
              + ": what is said of such a class is little more than a guess");
    }
    return kept;
  }

  private static List<int[]> contradictions(ImageSource source, int[] groups) {
    Map<Integer, List<Integer>> members = new TreeMap<>();
    for (int i = 0; i < groups.length; i++) {
      members.computeIfAbsent(groups[i], g -> new ArrayList<>()).add(i);
    }
    return members.values().stream()
        .filter(group -> group.stream().map(source::label).distinct().count() > 1)
        .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  static String shown(List<String> names) {
    return names.stream()
            .limit(SHOWN)
            .map(name -> "'" + Printable.line(name) + "'")
            .collect(Collectors.joining(", "))
        + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
  }
}
