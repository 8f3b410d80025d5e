package dev.bingo.recipe;

import dev.bingo.encoder.Backbone;
import dev.bingo.method.Bingo;
import dev.bingo.method.BingoConfig;
import dev.bingo.method.Compress;
import dev.bingo.method.CompressConfig;
import dev.bingo.method.Cone;
import dev.bingo.method.Demand;
import dev.bingo.method.Demand.Size;
import dev.bingo.method.Keys;
import dev.bingo.method.Method;
import dev.bingo.method.MocoV2;
import dev.bingo.method.Msvq;
import dev.bingo.method.Seed;
import dev.bingo.method.SeedConfig;
import dev.bingo.method.Swav;
import dev.bingo.method.Wcl;
import dev.bingo.view.View;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/** From a recipe's name of a method to the method: the one place that knows them all. */
public final class Methods {
  /** What a run has for methods; each part is made when it is asked for. */
  public interface Parts {
    /** Another of the recipe's networks, at its start: all are alike. */
    Backbone student();

    /** What the recipe's teacher gives behind its head for a method's views. */
    Keys teacherEmbeddings(List<View> views) throws IOException;

    /** What the recipe's teacher gives before its head. */
    Keys teacherFeatures(List<View> views) throws IOException;

    /** Images to train with. */
    int images();

    /** Classes of their labels; 0 without labels. */
    int classes();
  }

  @FunctionalInterface
  private interface Maker {
    Method make(Recipe recipe, Parts parts, long seed) throws IOException;
  }

  /** One method: its name, what it is, its section of a recipe, what else of a recipe it uses. */
  private record Entry(
      String name,
      String what,
      String section,
      boolean teacher,
      boolean bags,
      Function<Recipe, Demand> demand,
      Maker maker) {}

  private static final List<Entry> ALL =
      List.of(
          new Entry(
              "bingo",
              "a student learns a teacher's bags of alike images",
              "bingo",
              true,
              true,
              r -> withBags(r, MethodSettings.bingo(r).demand(r.teacher().groups())),
              (r, p, seed) -> {
                BingoConfig config = MethodSettings.bingo(r);
                return new Bingo(config, p.student(), p.teacherEmbeddings(config.views()), seed);
              }),
          new Entry(
              "seed",
              "a student learns a teacher's likeness of an image to a queue of others",
              "seed",
              true,
              false,
              r -> MethodSettings.seed(r).demand(r.teacher().groups()),
              (r, p, seed) -> {
                SeedConfig config = MethodSettings.seed(r);
                return new Seed(config, p.student(), p.teacherEmbeddings(config.views()), seed);
              }),
          new Entry(
              "compress",
              "the same by features before the heads, with one queue or two",
              "compress",
              true,
              false,
              r -> MethodSettings.compress(r).demand(r.teacher().groups()),
              (r, p, seed) -> {
                CompressConfig config = MethodSettings.compress(r);
                return new Compress(config, p::student, p.teacherFeatures(config.views()), seed);
              }),
          new Entry(
              "moco-v2",
              "tells an image from a queue of others by a momentum encoder's keys",
              "moco",
              false,
              false,
              r -> MethodSettings.moco(r).demand(),
              (r, p, seed) -> new MocoV2(MethodSettings.moco(r), p::student, seed)),
          new Entry(
              "msvq",
              "learns the likeness to two queues as two momentum encoders see it",
              "msvq",
              false,
              false,
              r -> MethodSettings.msvq(r).demand(),
              (r, p, seed) -> new Msvq(MethodSettings.msvq(r), p::student, seed)),
          new Entry(
              "swav",
              "predicts one crop's assignment to prototypes from another crop",
              "swav",
              false,
              false,
              r -> MethodSettings.swav(r).demand(),
              (r, p, seed) -> new Swav(MethodSettings.swav(r), p.student(), seed)),
          new Entry(
              "wcl",
              "tells images apart, and joins those that hang together in a graph of neighbours",
              "wcl",
              false,
              false,
              r -> MethodSettings.wcl(r).demand(),
              (r, p, seed) -> new Wcl(MethodSettings.wcl(r), p.images(), p.student(), seed)),
          new Entry(
              "cone",
              "a classifier, with labels, that learns from an image's neighbours too",
              "cone",
              false,
              false,
              r -> MethodSettings.cone(r).demand(),
              (r, p, seed) -> new Cone(MethodSettings.cone(r), p.classes(), p::student, seed)));

  private Methods() {}

  /** With bags that the run makes; a file that is given says what is in it. */
  private static Demand withBags(Recipe recipe, Demand own) {
    Recipe.Bags bags = recipe.bags();
    int clusters = bags.kind().equals("kmeans") ? bags.clusters() : 0;
    return bags.file().isEmpty()
        ? own.bags(new Size("bags.k", bags.k()), new Size("bags.clusters", clusters))
        : own;
  }

  /** What a recipe's {@code method} can be. */
  public static List<String> names() {
    return ALL.stream().map(Entry::name).toList();
  }

  /** A method in a few words. */
  public static String what(String name) {
    return entry(name).what;
  }

  /** The group of a recipe's settings that a method has to itself. */
  public static String section(String name) {
    return entry(name).section;
  }

  /** Whether a group of settings is a method's own. */
  static boolean isSection(String group) {
    return ALL.stream().anyMatch(e -> e.section.equals(group));
  }

  /** Converts every method's section, so that a mistake shows even where it is not used. */
  static void check(Recipe recipe) {
    ALL.forEach(entry -> entry.demand.apply(recipe));
  }

  /** What the images must suffice for. */
  public static Demand demand(Recipe recipe) {
    return entry(recipe.method()).demand.apply(recipe);
  }

  /** Whether mates are drawn from bags. */
  public static boolean usesBags(Recipe recipe) {
    return entry(recipe.method()).bags;
  }

  /** Whether a teacher is distilled. */
  public static boolean hasTeacher(Recipe recipe) {
    return entry(recipe.method()).teacher;
  }

  /** A recipe's method at its start, on the CPU. */
  public static Method create(Recipe recipe, Parts parts) throws IOException {
    return entry(recipe.method()).maker.make(recipe, parts, recipe.train().seed());
  }

  private static Entry entry(String name) {
    return ALL.stream()
        .filter(e -> e.name.equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("method: unknown value '" + name + "'"));
  }
}
