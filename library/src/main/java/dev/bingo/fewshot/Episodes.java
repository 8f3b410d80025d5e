package dev.bingo.fewshot;

import dev.bingo.image.ImageSetException;
import dev.bingo.image.ImageSource;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Names;
import dev.bingo.view.Order;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * N-way K-shot episodes of a labelled set: classes without replacement, then of each class K
 * supports and Q queries, all different. Episode i is a function of (seed, i) alone.
 */
public final class Episodes {
  private static final long PURPOSE = 0xE915;
  private static final int SHOWN = 5;

  private final Shape shape;
  private final long seed;
  private final List<int[]> images = new ArrayList<>();
  private final Map<String, Integer> leftOut = new LinkedHashMap<>();

  /**
   * What an episode is of.
   *
   * @param ways classes
   * @param shots supports of a class
   * @param queries of a class
   */
  public record Shape(int ways, int shots, int queries) {
    public Shape {
      if (ways < 2 || shots < 1 || queries < 1) {
        throw new IllegalArgumentException(
            "an episode needs at least 2 ways, 1 shot and 1 query, got "
                + ways
                + ", "
                + shots
                + " and "
                + queries);
      }
      if ((long) ways * (shots + (long) queries) > 1 << 20) {
        throw new IllegalArgumentException("an episode of over a million images");
      }
    }

    /** Supports of all classes. */
    public int supports() {
      return ways * shots;
    }

    /** All images. */
    public int size() {
      return ways * (shots + queries);
    }

    @Override
    public String toString() {
      return ways + "-way " + shots + "-shot";
    }
  }

  /**
   * The episodes of a set. Classes with fewer than K + Q images have no part in them, see {@link
   * #leftOut}.
   *
   * @throws ImageSetException where fewer than N classes have enough
   */
  public Episodes(ImageSource source, Shape shape, long seed) {
    this(labels(source), source.classes(), source.describe(), shape, seed);
  }

  /**
   * The episodes of labelled rows, such as those of features.
   *
   * @param labels of the rows, −1 for none
   * @param names of the classes, in label order; may be empty
   * @param what the rows are, for messages
   * @throws ImageSetException as above
   */
  public Episodes(long[] labels, List<String> names, String what, Shape shape, long seed) {
    this.shape = shape;
    this.seed = seed;
    Map<Long, List<Integer>> members = new TreeMap<>();
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= 0) {
        members.computeIfAbsent(labels[i], label -> new ArrayList<>()).add(i);
      }
    }
    int least = shape.shots + shape.queries;
    members.forEach(
        (label, of) -> {
          if (of.size() >= least) {
            images.add(of.stream().mapToInt(Integer::intValue).toArray());
          } else {
            leftOut.put(name(names, label), of.size());
          }
        });
    if (images.size() < shape.ways) {
      throw new ImageSetException(
          String.format(
              "%s: %s with %s + %s take at least %d classes of %d images, and there %s %d%s",
              what,
              shape,
              Names.counted(shape.shots, "support"),
              Names.counted(shape.queries, "query"),
              shape.ways,
              least,
              images.size() == 1 ? "is" : "are",
              images.size(),
              advice()));
    }
  }

  private String advice() {
    if (leftOut.isEmpty()) {
      return ". Give a folder with a sub-folder for each class";
    }
    List<String> some =
        leftOut.entrySet().stream()
            .limit(SHOWN)
            .map(e -> e.getKey() + " has " + e.getValue())
            .toList();
    return " ("
        + String.join(", ", some)
        + (leftOut.size() > SHOWN ? ", …" : "")
        + "). Fewer ways, shots or queries, or more images";
  }

  private static long[] labels(ImageSource source) {
    return IntStream.range(0, source.size()).mapToLong(i -> source.label(i)).toArray();
  }

  private static String name(List<String> names, long label) {
    return label < names.size() ? names.get((int) label) : "class " + label;
  }

  /** Classes that have too few images, and how many they have. */
  public Map<String, Integer> leftOut() {
    return Collections.unmodifiableMap(leftOut);
  }

  /** What an episode is of. */
  public Shape shape() {
    return shape;
  }

  /** How many classes take part. */
  public int classes() {
    return images.size();
  }

  /**
   * The images of an episode: supports class by class, then queries class by class.
   *
   * @return positions in the set, {@link Shape#size} of them
   */
  public int[] images(long episode) {
    Draws draws = Draws.of(seed, episode, PURPOSE);
    int[] chosen = some(images.size(), shape.ways, draws);
    int[] all = new int[shape.size()];
    for (int c = 0; c < shape.ways; c++) {
      int[] members = images.get(chosen[c]);
      int[] drawn = some(members.length, shape.shots + shape.queries, draws);
      for (int i = 0; i < drawn.length; i++) {
        int at =
            i < shape.shots
                ? c * shape.shots + i
                : shape.supports() + c * shape.queries + i - shape.shots;
        all[at] = members[drawn[i]];
      }
    }
    return all;
  }

  /** The first of a random order, which is not made whole: classes may have many images. */
  private static int[] some(int n, int count, Draws draws) {
    Map<Integer, Integer> moved = new LinkedHashMap<>();
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      int j = i + draws.below(n - i);
      drawn[i] = moved.getOrDefault(j, j);
      moved.put(j, moved.getOrDefault(i, i));
    }
    return drawn;
  }

  /** The same episodes as the samples of a loader's epochs, so many an epoch. */
  public Order order(int episodes) {
    return new Order() {
      @Override
      public int size() {
        return Math.multiplyExact(episodes, shape.size());
      }

      @Override
      public int[] of(int epoch) {
        return IntStream.range(0, episodes)
            .flatMap(e -> IntStream.of(images((long) epoch * episodes + e)))
            .toArray();
      }
    };
  }
}
