package dev.bingo.app.recipe;

import dev.bingo.encoder.Backbone;
import dev.bingo.method.Bingo;
import dev.bingo.method.BingoConfig;
import dev.bingo.method.Compress;
import dev.bingo.method.CompressConfig;
import dev.bingo.method.Cone;
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
import java.util.function.Consumer;

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

  /** One method: its name, what it is, its section of a recipe. */
  private record Entry(
      String name, String what, String section, Consumer<Recipe> check, Maker maker) {}

  private static final List<Entry> ALL =
      List.of(
          new Entry(
              "bingo",
              "a student learns a teacher's bags of alike images",
              "bingo",
              MethodSettings::bingo,
              (r, p, seed) -> {
                BingoConfig config = MethodSettings.bingo(r);
                return new Bingo(config, p.student(), p.teacherEmbeddings(config.views()), seed);
              }),
          new Entry(
              "seed",
              "a student learns a teacher's likeness of an image to a queue of others",
              "seed",
              MethodSettings::seed,
              (r, p, seed) -> {
                SeedConfig config = MethodSettings.seed(r);
                return new Seed(config, p.student(), p.teacherEmbeddings(config.views()), seed);
              }),
          new Entry(
              "compress",
              "the same by features before the heads, with one queue or two",
              "compress",
              MethodSettings::compress,
              (r, p, seed) -> {
                CompressConfig config = MethodSettings.compress(r);
                return new Compress(config, p::student, p.teacherFeatures(config.views()), seed);
              }),
          new Entry(
              "moco-v2",
              "tells an image from a queue of others by a momentum encoder's keys",
              "moco",
              MethodSettings::moco,
              (r, p, seed) -> new MocoV2(MethodSettings.moco(r), p::student, seed)),
          new Entry(
              "msvq",
              "learns the likeness to two queues as two momentum encoders see it",
              "msvq",
              MethodSettings::msvq,
              (r, p, seed) -> new Msvq(MethodSettings.msvq(r), p::student, seed)),
          new Entry(
              "swav",
              "predicts one crop's assignment to prototypes from another crop",
              "swav",
              MethodSettings::swav,
              (r, p, seed) -> new Swav(MethodSettings.swav(r), p.student(), seed)),
          new Entry(
              "wcl",
              "tells images apart, and joins those that hang together in a graph of neighbours",
              "wcl",
              MethodSettings::wcl,
              (r, p, seed) -> new Wcl(MethodSettings.wcl(r), p.images(), p.student(), seed)),
          new Entry(
              "cone",
              "a classifier, with labels, that learns from an image's neighbours too",
              "cone",
              MethodSettings::cone,
              (r, p, seed) -> new Cone(MethodSettings.cone(r), p.classes(), p::student, seed)));

  private Methods() {}

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

  /** Converts every method's section, so that a mistake shows even where it is not used. */
  static void check(Recipe recipe) {
    ALL.forEach(entry -> entry.check.accept(recipe));
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
