package dev.bingo.recipe;

import dev.bingo.method.Bingo;
import dev.bingo.method.BingoConfig;
import dev.bingo.method.Compress;
import dev.bingo.method.CompressConfig;
import dev.bingo.method.Cone;
import dev.bingo.method.ConeConfig;
import dev.bingo.method.Demand;
import dev.bingo.method.Demand.Size;
import dev.bingo.method.Method;
import dev.bingo.method.MixSim;
import dev.bingo.method.MixSimConfig;
import dev.bingo.method.MobyV2al;
import dev.bingo.method.MobyV2alConfig;
import dev.bingo.method.MocoConfig;
import dev.bingo.method.MocoV2;
import dev.bingo.method.Msvq;
import dev.bingo.method.MsvqConfig;
import dev.bingo.method.Seed;
import dev.bingo.method.SeedConfig;
import dev.bingo.method.SimReg;
import dev.bingo.method.SimRegConfig;
import dev.bingo.method.Swav;
import dev.bingo.method.SwavConfig;
import dev.bingo.method.Wcl;
import dev.bingo.method.WclConfig;
import dev.bingo.recipe.MethodEntry.Parts;
import dev.bingo.recipe.MethodEntry.Use;
import java.io.IOException;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** From a recipe's name of a method to the method: the one place that knows them all. */
public final class Methods {
  private static final List<MethodEntry<?>> OWN =
      List.of(
          MethodEntry.of(
              "bingo",
              "a student learns a teacher's bags of alike images",
              BingoConfig.PUBLIC_CODE,
              (c, p, seed) -> new Bingo(c, p.student(), p.teacherEmbeddings(c.views()), seed),
              Use.TEACHER,
              Use.BAGS),
          MethodEntry.of(
              "seed",
              "a student learns a teacher's likeness of an image to a queue of others",
              SeedConfig.PAPER,
              (c, p, seed) -> new Seed(c, p.student(), p.teacherEmbeddings(c.views()), seed),
              Use.TEACHER),
          MethodEntry.of(
              "compress",
              "the same by features before the heads, with one queue or two",
              CompressConfig.TWO_QUEUES,
              (c, p, seed) -> new Compress(c, p::student, p.teacherFeatures(c.views()), seed),
              Use.TEACHER),
          MethodEntry.of(
              "simreg",
              "a student's features point where a teacher's do, behind a head that is dropped",
              SimRegConfig.PUBLIC_CODE,
              (c, p, seed) -> new SimReg(c, p.student(), p.teacherFeatures(c.views()), seed),
              Use.TEACHER),
          MethodEntry.of(
              "mixsim",
              "likeness to a queue on mixed images, and of the places of an image to each other",
              MixSimConfig.FIRST,
              (c, p, seed) -> new MixSim(c, p.student(), p.teacherFeatures(c.views()), seed),
              Use.TEACHER),
          MethodEntry.of(
                  "moco-v2",
                  "tells an image from a queue of others by a momentum encoder's keys",
                  MocoConfig.PAPER.withGroups(1),
                  (c, p, seed) -> new MocoV2(c, p::student, seed))
              .inSection("moco"),
          MethodEntry.of(
              "msvq",
              "learns the likeness to two queues as two momentum encoders see it",
              MsvqConfig.CIFAR10,
              (c, p, seed) -> new Msvq(c, p::student, seed)),
          MethodEntry.of(
              "swav",
              "predicts one crop's assignment to prototypes from another crop",
              SwavConfig.PAPER,
              (c, p, seed) -> new Swav(c, p.student(), seed)),
          MethodEntry.of(
              "wcl",
              "tells images apart, and joins those that hang together in a graph of neighbours",
              WclConfig.PAPER,
              (c, p, seed) -> new Wcl(c, p.images(), p.student(), seed)),
          MethodEntry.of(
              "cone",
              "a classifier, with labels, that learns from an image's neighbours too",
              ConeConfig.PAPER,
              (c, p, seed) -> new Cone(c, p.classes(), p::student, seed)),
          MethodEntry.of(
              "mobyv2al",
              "contrast by two queues and a classifier at once, where some images have labels",
              MobyV2alConfig.PAPER,
              (c, p, seed) -> new MobyV2al(c, p.classes(), p::student, seed)));

  private static final List<MethodEntry<?>> ALL =
      Stream.<MethodEntry<?>>concat(
              OWN.stream(),
              ServiceLoader.load(MethodProvider.class).stream().map(p -> p.get().entry()))
          .toList();

  private Methods() {}

  /** What a recipe's {@code method} can be. */
  public static List<String> names() {
    return ALL.stream().map(MethodEntry::name).toList();
  }

  /** A method in a few words. */
  public static String what(String name) {
    return entry(name).what();
  }

  /** The group of a recipe's settings that a method has to itself. */
  public static String section(String name) {
    return entry(name).section();
  }

  /** All those groups, in the order of {@link #names()}. */
  static List<String> sections() {
    return ALL.stream().<String>map(MethodEntry::section).toList();
  }

  /** What the images must suffice for. */
  public static Demand demand(Recipe recipe) {
    Demand own = recipe.own().demand();
    if (hasTeacher(recipe)) {
      own = own.teacher(recipe.teacher().groups());
    }
    Recipe.Bags bags = recipe.bags();
    if (!usesBags(recipe) || !bags.file().isEmpty()) {
      // a file that is given says what is in it
      return own;
    }
    int clusters = bags.kind().equals("kmeans") ? bags.clusters() : 0;
    return own.bags(new Size("bags.k", bags.k()), new Size("bags.clusters", clusters));
  }

  /** Whether mates are drawn from bags. */
  public static boolean usesBags(Recipe recipe) {
    return entry(recipe.method()).uses().contains(Use.BAGS);
  }

  /** Whether a teacher is distilled. */
  public static boolean hasTeacher(Recipe recipe) {
    return entry(recipe.method()).uses().contains(Use.TEACHER);
  }

  /** A recipe's method at its start, on the CPU. */
  public static Method create(Recipe recipe, Parts parts) throws IOException {
    return entry(recipe.method()).make(recipe.own(), parts, recipe.train().seed());
  }

  /**
   * By name.
   *
   * @throws RecipeException where there is none
   */
  static MethodEntry<?> entry(String name) {
    Settings.oneOf("method", name, names());
    return ALL.get(names().indexOf(name));
  }
}
