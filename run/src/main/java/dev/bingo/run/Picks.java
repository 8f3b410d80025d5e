package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.encoder.Encoders;
import dev.bingo.pretrained.FrozenBackbone;
import dev.bingo.recipe.Methods;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a plan picks: rules of thumb, from what the papers did and docs/results.md measured. What a
 * person set is theirs.
 */
final class Picks {
  private static final String BASE = "moco-v2";

  /** Up to this side CIFAR's stem is the finer one, at so many times the cost. */
  static final int TINY = 40;

  private static final int CIFAR_STEM = 12;
  static final int SMALL = 64;
  static final int LARGE = 224;
  private static final int STEP = 32;
  private static final int LEAST_SIDE = 28;

  /** Of fewer, the nearest five are seldom alike. */
  static final int ENOUGH_FOR_BAGS = 500;

  /** Wanted of an epoch, and images of a batch where there are fewer. */
  private static final int STEPS = 16;

  static final int BATCH = 128;
  static final int DISTILLING_BATCH = 32;
  private static final int LEAST_BATCH = 4;
  static final int QUEUE = 4096;
  private static final double RATE = 0.06;
  private static final int NEIGHBOURS = 200;

  /** With so many epochs keys of a tenth of them are computed before. */
  private static final int CACHED_FROM = 20;

  private final Recipe asked;
  private final DataFacts facts;
  private final Set<String> given;
  private final Teacher teacher;
  private final List<Rung> ladder;
  private final int rung;
  private final boolean bags;
  private final int epochs;
  private final int images;
  private final int everyEpochs;
  private final int checkpointSteps;

  /**
   * What images are shown as, and to which stem.
   *
   * @param cost of a step, the first one's being 1
   */
  private record Rung(int size, String stem, double cost) {}

  /**
   * What is known of the teacher's file.
   *
   * @param size of the images that it was trained with, where it says so; else 0
   * @param program whether its batch-norm can't be set
   */
  private record Teacher(String arch, int size, String normalisation, boolean program) {}

  private Picks(
      Picks o, int rung, boolean bags, int epochs, int images, int everyEpochs, int steps) {
    asked = o.asked;
    facts = o.facts;
    given = o.given;
    teacher = o.teacher;
    ladder = o.ladder;
    this.rung = rung;
    this.bags = bags;
    this.epochs = epochs;
    this.images = images;
    this.everyEpochs = everyEpochs;
    checkpointSteps = steps;
  }

  private Picks(Recipe asked, DataFacts facts, Set<String> given, Teacher teacher) {
    this.asked = asked;
    this.facts = facts;
    this.given = given;
    this.teacher = teacher;
    ladder = ladder();
    rung = 0;
    bags = teacher != null && facts.images() >= ENOUGH_FOR_BAGS;
    epochs = given.contains("train.epochs") ? asked.train().epochs() : 1;
    images = facts.images();
    everyEpochs = 0;
    checkpointSteps = 0;
  }

  /**
   * The first picks: the cheapest way to show the images, one epoch.
   *
   * @param asked what a person set, over a shipped recipe
   * @param given the keys of it
   */
  static Picks of(Recipe asked, DataFacts facts, Set<String> given) throws IOException {
    if (asked.teacher().file().isEmpty()) {
      if (Methods.hasTeacher(asked)) {
        throw new RecipeException(
            "method: "
                + asked.method()
                + " distils a teacher; add teacher.file=RUN (a run, or anybody's weights:"
                + " docs/teachers.md), or leave the method out");
      }
      return new Picks(asked, facts, given, null);
    }
    if (given.contains("method") && !Methods.hasTeacher(asked)) {
      throw new RecipeException(
          "teacher.file: " + asked.method() + " has no teacher; leave one of the two out");
    }
    Encoder loaded =
        Encoder.load(ForeignWeights.teacherFile(asked), ForeignWeights.teacherWish(asked));
    boolean says = !loaded.provenance().foreign();
    return new Picks(
        asked,
        facts,
        given,
        new Teacher(
            loaded.info().architecture(),
            says ? loaded.info().imageSize() : 0,
            loaded.info().normalisation(),
            loaded.backbone() instanceof FrozenBackbone));
  }

  /** The shipped recipe that settings are laid over before anything is known. */
  static String base(List<String> settings) {
    return base(
        settings.stream()
            .filter(s -> s.startsWith("method="))
            .map(s -> s.substring("method=".length()))
            .reduce(BASE, (first, last) -> last));
  }

  private static String base(String method) {
    String shipped = method + "-cifar10";
    return Recipes.SHIPPED.contains(shipped) ? shipped : BASE + "-cifar10";
  }

  /** What a run of these images is called. */
  static String name(Path data) {
    Path last = data.toAbsolutePath().normalize().getFileName();
    String name = last == null ? "" : last.toString().replaceFirst("\\.(tar|csv|jsonl)$", "");
    name = name.replaceAll("[^\\p{L}\\p{N} ._+-]", "-").replaceFirst("^[^\\p{L}\\p{N}]+", "");
    name =
        name.substring(
            0, name.offsetByCodePoints(0, Math.min(60, name.codePointCount(0, name.length()))));
    return name.isBlank() ? "photos" : name;
  }

  private List<Rung> ladder() {
    int median = facts.medianSide();
    String stem = asked.student().stem();
    boolean ownStem = given.contains("student.stem");
    int fixed =
        given.contains("data.size")
            ? asked.data().size()
            : teacher != null && teacher.size > 0
                ? teacher.size
                : median <= SMALL + STEP / 2 ? Math.max(LEAST_SIDE, Math.min(SMALL, median)) : 0;
    if (fixed > 0) {
      int size = given.contains("data.size") ? fixed : fitting(fixed);
      Rung coarse = new Rung(size, ownStem ? stem : "imagenet", 1);
      boolean finer = !ownStem && size <= TINY && Encoders.hasStems(arch());
      return finer ? List.of(coarse, new Rung(size, "cifar", CIFAR_STEM)) : List.of(coarse);
    }
    List<Rung> all = new ArrayList<>();
    int first = fitting(SMALL);
    IntStream.iterate(SMALL, s -> s <= Math.min(LARGE, median), s -> s + STEP)
        .map(this::fitting)
        .distinct()
        .forEach(
            s ->
                all.add(new Rung(s, ownStem ? stem : "imagenet", Math.pow((double) s / first, 2))));
    return all;
  }

  /** The next size of which student and teacher take whole patches. */
  private int fitting(int size) {
    return IntStream.range(size, size + STEP)
        .filter(s -> fits(arch(), s) && (teacher == null || fits(teacher.arch, s)))
        .findFirst()
        .orElse(size);
  }

  private static boolean fits(String arch, int size) {
    try {
      Encoders.checkSize(arch, "data.size", size);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private String arch() {
    return given.contains("student.arch") ? asked.student().arch() : "resnet18";
  }

  /**
   * Larger images, or a finer stem.
   *
   * @param fit how many times as much work there is time for
   */
  Picks finer(double fit) {
    int best = 0;
    for (int i = 1; i < ladder.size(); i++) {
      best = ladder.get(i).cost <= fit ? i : best;
    }
    return best == rung
        ? this
        : new Picks(this, best, bags, epochs, images, everyEpochs, checkpointSteps);
  }

  /** Whether BINGO was picked, and not asked for. */
  boolean hasBags() {
    return bags && !given.contains("method");
  }

  Picks withoutBags() {
    return new Picks(this, rung, false, epochs, images, everyEpochs, checkpointSteps);
  }

  /**
   * With its length.
   *
   * @param count images to train with
   * @param every epochs between two scores; 0 where there is nothing to score by
   * @param steps between two checkpoints; 0 for epochs' ends only
   */
  Picks sized(int passes, int count, int every, int steps) {
    return new Picks(this, rung, bags, passes, count, every, steps);
  }

  /** Images to train with. */
  int images() {
    return images;
  }

  private String method() {
    return given.contains("method")
        ? asked.method()
        : teacher == null ? BASE : bags ? "bingo" : "seed";
  }

  /** The shipped recipe that all this is laid over. */
  String base() {
    return base(method());
  }

  private int batch() {
    if (given.contains("train.batch")) {
      return asked.train().batch();
    }
    int most = teacher == null ? BATCH : DISTILLING_BATCH;
    int wanted = Math.max(Math.min(STEPS, share(4)), share(STEPS));
    return Math.max(LEAST_BATCH, Math.min(most, wanted));
  }

  private int queue() {
    return Math.max(batch(), Math.min(QUEUE, share(4)));
  }

  /** The power of two up to a part of the images. */
  private int share(int parts) {
    return Integer.highestOneBit(Math.max(1, images / parts));
  }

  private double rate() {
    int full = teacher == null ? BATCH : DISTILLING_BATCH;
    return RATE * Math.min(1, (double) batch() / full);
  }

  /** All of them as {@code key=value}; what a person set comes after. */
  List<String> settings() {
    Rung shown = ladder.get(rung);
    List<String> all = new ArrayList<>();
    all.add("method=" + method());
    all.add("data.size=" + shown.size);
    all.add("data.normalise=" + normalisation());
    all.add("data.limit=" + (images < facts.images() ? images : asked.data().limit()));
    all.add("student.arch=" + arch());
    all.add("student.stem=" + shown.stem);
    all.add("augmentation=" + augmentation());
    all.add("train.epochs=" + epochs);
    all.add("schedule.per=step");
    all.add(String.format(Locale.ROOT, "schedule.warmup_epochs=%.2f", warmup()));
    all.add("train.checkpoint_every_steps=" + checkpointSteps);
    all.add("evaluate.every_epochs=" + everyEpochs);
    all.add("evaluate.knn_k=" + Math.max(5, Math.min(NEIGHBOURS, facts.images() / 10)));
    if (TUNED.containsKey(method())) {
      all.add("train.batch=" + batch());
      all.add(Methods.section(method()) + ".queue=" + queue());
      all.add(String.format(Locale.ROOT, "optimiser.lr=%.4g", rate()));
      all.addAll(TUNED.get(method()));
    }
    if (teacher != null) {
      boolean mixes = method().equals("bingo") && !teacher.program && !isTransformer();
      all.add("teacher.batch_norm=" + (mixes ? "batch" : "running"));
      all.add("teacher.cached_views=" + (epochs >= CACHED_FROM ? epochs / 10 : 0));
    }
    return all;
  }

  /** What the short trainings of docs/results.md had, by method. */
  private static final Map<String, List<String>> TUNED =
      Map.of(
          "moco-v2",
          List.of("moco.symmetric=false", "moco.hidden=0", "moco.groups=1"),
          "bingo",
          List.of("bingo.temperature=0.1", "bingo.hidden=512", "bingo.warmup_epochs=0"),
          "seed",
          List.of());

  private boolean isTransformer() {
    return teacher.arch.startsWith("dino");
  }

  private String normalisation() {
    return teacher != null ? teacher.normalisation : facts.isGrey() ? "half" : "imagenet";
  }

  private String augmentation() {
    String changes = ladder.get(rung).size <= SMALL ? "moco2-small crop_min=0.2" : "moco2";
    return facts.isGrey() ? changes + " saturation=0 hue=0 grey=0" : changes;
  }

  private double warmup() {
    return Math.min(10, 0.05 * epochs);
  }

  /** Why all this was picked. */
  PickReasons reasons() {
    return new PickReasons(
        facts,
        given,
        teacher == null ? "" : teacher.arch,
        teacher != null && teacher.size > 0,
        TUNED.containsKey(method()) ? Methods.section(method()) + ".queue" : "",
        bags,
        images,
        batch());
  }
}
