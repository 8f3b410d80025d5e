package dev.bingo.recipe;

import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.evaluate.LinearProbe;
import dev.bingo.file.Printable;
import dev.bingo.image.SourceOptions;
import dev.bingo.image.SourceOptions.Kind;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.method.Teacher.BatchNormMode;
import dev.bingo.torch.Names;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Processors;
import dev.bingo.train.OptimiserConfig;
import dev.bingo.train.OptimiserConfig.Scaling;
import dev.bingo.train.Schedule;
import dev.bingo.train.TrainConfig;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Normalisation;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * From a recipe's words to the library's types; what does not fit is refused with the recipe's own
 * key.
 */
public final class Settings {
  /** How neighbours can be searched for. */
  public static final List<String> SEARCHES = List.of("auto", "exact", "approximate");

  /** How bags can be made. */
  public static final List<String> BAG_KINDS = List.of("knn", "kmeans", "labels");

  public static final List<String> PRECISIONS = List.of("auto", "fp32", "bf16");
  public static final List<String> DEVICES = List.of("auto", "cpu", "cuda");
  public static final List<String> PROBES =
      Stream.concat(Stream.of("fast", "none"), LinearProbe.names().stream()).toList();

  private static final Pattern NAME =
      Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} ._+-]{0,99}");

  private Settings() {}

  /** Converts everything once, so that a mistake shows before anything runs. */
  static void check(Recipe r) {
    try {
      if (!NAME.matcher(r.name()).matches()) {
        throw new RecipeException(
            "name: expected at most 100 letters, digits, spaces and ._+- with a letter or digit first, as"
                + " a folder is called by it, got '"
                + Printable.line(r.name())
                + "'");
      }
      source(r, Split.TRAIN);
      augmentation(r);
      normalisation(r.data().normalise());
      architecture(r.student().arch());
      stem(r);
      viewSizes(r);
      teacherMode(r);
      oneOf("bags.kind", r.bags().kind(), BAG_KINDS);
      oneOf("bags.search", r.bags().search(), SEARCHES);
      optimiser(r);
      schedule(r);
      train(r, Precision.FP32);
      oneOf("train.precision", r.train().precision(), PRECISIONS);
      oneOf("teacher.allow_code", r.teacher().allowCode(), List.of("yes", "no"));
      oneOf("teacher.check", r.teacher().check(), List.of("yes", "no"));
      if (!r.teacher().arch().isEmpty()) {
        oneOf("teacher.arch", r.teacher().arch(), Encoders.names());
      }
      oneOf("train.device", r.train().device(), DEVICES);
      ranks(r);
      oneOf("data.memory", r.data().memory(), List.of("auto", "yes", "no"));
      oneOf("evaluate.linear", r.evaluate().linear(), PROBES);
      atLeast("data.limit", r.data().limit(), 0);
      atLeast("data.val_limit", r.data().valLimit(), 0);
      atLeast("bags.k", r.bags().k(), 1);
      atLeast("bags.clusters", r.bags().clusters(), 2);
      atLeast("teacher.run_seconds", r.teacher().runSeconds(), 1);
      atLeast("teacher.groups", r.teacher().groups(), 1);
      atLeast("teacher.cached_views", r.teacher().cachedViews(), 0);
      atLeast("evaluate.every_epochs", r.evaluate().everyEpochs(), 0);
      atLeast("evaluate.knn_k", r.evaluate().knnK(), 1);
      if (!(r.evaluate().knnTemperature() > 0)) {
        throw new RecipeException(
            "evaluate.knn_temperature: expected a number above 0, got "
                + r.evaluate().knnTemperature());
      }
      if (!(r.data().badImages() >= 0 && r.data().badImages() <= 1)) {
        throw new RecipeException(
            "data.bad_images: expected a share of 0 to 1, got " + r.data().badImages());
      }
      if (r.data().size() < 8 || r.data().size() > 2048) {
        throw new RecipeException("data.size: expected 8 to 2048 pixels, got " + r.data().size());
      }
    } catch (IllegalArgumentException e) {
      throw new RecipeException(e.getMessage());
    }
  }

  /** How the training or the judging images are opened. */
  public static SourceOptions source(Recipe r, Split split) {
    return SourceOptions.DEFAULT
        .withKind(constant("data.kind", r.data().kind(), Kind.class))
        .withSplit(split)
        .withPrefix(split == Split.TRAIN ? r.data().trainPrefix() : r.data().valPrefix())
        .withExif(r.data().exif());
  }

  /** Of the method's views. */
  public static Augmentation augmentation(Recipe r) {
    try {
      return Augmentations.parse(r.augmentation());
    } catch (RecipeException e) {
      throw new RecipeException("augmentation: " + e.getMessage());
    }
  }

  public static Normalisation normalisation(String name) {
    return Normalisation.named(oneOf("data.normalise", name, Normalisation.names()));
  }

  private static void architecture(String name) {
    oneOf("student.arch", name, Encoders.names());
  }

  private static void viewSizes(Recipe r) {
    String arch = r.student().arch();
    Encoders.checkSize(arch, "data.size", r.data().size());
    r.own().otherSizes().forEach((key, size) -> Encoders.checkSize(arch, key, size));
  }

  public static Stem stem(Recipe r) {
    return constant("student.stem", r.student().stem(), Stem.class);
  }

  public static BatchNormMode teacherMode(Recipe r) {
    return constant("teacher.batch_norm", r.teacher().batchNorm(), BatchNormMode.class);
  }

  public static OptimiserConfig optimiser(Recipe r) {
    Recipe.Optimiser o = r.optimiser();
    String name =
        oneOf("optimiser.name", o.name(), List.of("sgd", "adamw", "lars", "larc", "larc-clip"));
    if (!(o.lr() > 0)) {
      throw new RecipeException("optimiser.lr: expected a number above 0, got " + o.lr());
    }
    return new OptimiserConfig(
        name.equals("adamw") ? OptimiserConfig.Kind.ADAMW : OptimiserConfig.Kind.SGD,
        o.momentum(),
        o.nesterov(),
        o.weightDecay(),
        o.exclude1d(),
        switch (name) {
          case "lars" -> Scaling.LARS;
          case "larc" -> Scaling.LARC;
          case "larc-clip" -> Scaling.LARC_CLIP;
          default -> Scaling.NONE;
        },
        o.trust());
  }

  public static Schedule schedule(Recipe r) {
    Recipe.Schedule s = r.schedule();
    return new Schedule(
        constant("schedule.kind", s.kind(), Schedule.Shape.class),
        oneOf("schedule.per", s.per(), List.of("epoch", "step")).equals("step"),
        r.optimiser().lr(),
        s.end(),
        s.warmupEpochs(),
        s.warmupStart(),
        s.warmupInclusive(),
        s.milestones(),
        s.gamma());
  }

  /** The loop's settings, with the precision that was settled on. */
  public static TrainConfig train(Recipe r, Precision precision) {
    Recipe.Train t = r.train();
    return new TrainConfig(
        t.epochs(),
        t.batch(),
        t.accumulate(),
        t.clipNorm(),
        precision,
        t.seed(),
        t.loaderThreads() > 0 ? t.loaderThreads() : Processors.available().count(),
        t.logEvery(),
        t.checkpointEverySteps(),
        t.checkpointEveryEpochs(),
        t.keep());
  }

  /**
   * How many ranks share a batch.
   *
   * @return empty: it is to be measured
   */
  public static OptionalInt ranks(Recipe r) {
    String ranks = r.train().ranks();
    if (ranks.equals("auto")) {
      return OptionalInt.empty();
    }
    if (!ranks.matches("[1-9][0-9]{0,3}")) {
      throw new RecipeException(
          "train.ranks: expected auto or a whole number of at least 1, got '"
              + Printable.line(ranks)
              + "'");
    }
    return OptionalInt.of(Integer.parseInt(ranks));
  }

  /**
   * The constant that a user names.
   *
   * @throws RecipeException where there is none of that name
   */
  public static <E extends Enum<E>> E constant(String key, String value, Class<E> type) {
    List<String> known = Arrays.stream(type.getEnumConstants()).map(Names::spell).toList();
    int at = known.indexOf(oneOf(key, value, known));
    return type.getEnumConstants()[at];
  }

  public static String oneOf(String key, String value, java.util.Collection<String> known) {
    if (!known.contains(value)) {
      throw new RecipeException(
          key + ": unknown value '" + value + "'" + Names.didYouMean(value, known));
    }
    return value;
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new RecipeException(key + ": expected at least " + least + ", got " + value);
    }
  }
}
