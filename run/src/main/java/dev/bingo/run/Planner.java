package dev.bingo.run;

import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.image.KeptSource;
import dev.bingo.image.Subset;
import dev.bingo.image.Tolerant;
import dev.bingo.method.UnfitException;
import dev.bingo.recipe.Methods;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.torch.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Device;

/**
 * Plans a training: looks at images and machine, picks a recipe, and measures some of its steps. It
 * writes nothing.
 */
public final class Planner {
  /** What a training may take where nobody says. */
  public static final Duration USUAL = Duration.ofMinutes(30);

  private static final Duration LEAST = Duration.ofSeconds(30);

  /** As long as the papers train. */
  private static final int MOST_EPOCHS = 200;

  /** With fewer epochs, larger images or a finer stem cost more than they bring. */
  private static final int ENOUGH_EPOCHS = 30;

  /** BINGO shows its student three images for one of SEED's: of a few epochs SEED makes more. */
  private static final int BAG_EPOCHS = 3;

  /** Some of the budget is left for what seconds of measuring can't know. */
  private static final double USED = 0.95;

  /** Images of a training that has not the time for all: so many batches at least. */
  private static final int LEAST_STEPS = 100;

  private static final double CHECKPOINT_SECONDS = 600;
  private static final double SCORES_SHARE = 0.1;
  private static final int MOST_SCORES = 10;

  private final Path data;
  private final List<String> given;
  private final Set<String> keys;
  private final Duration budget;
  private final Console console;
  private final long start = System.nanoTime();

  private Planner(Path data, List<String> given, Duration budget, Console console) {
    this.data = data;
    this.given = List.copyOf(given);
    this.budget = budget;
    this.console = console;
    keys =
        given.stream()
            .map(setting -> setting.substring(0, Math.max(0, setting.indexOf('='))))
            .collect(Collectors.toSet());
  }

  /**
   * A plan for images.
   *
   * @param settings {@code key=value}, which hold whatever is picked
   * @param budget that all of it is to take; null for {@link #USUAL}
   * @throws RecipeException where settings are not understood, or contradict each other
   * @throws dev.bingo.image.ImageSetException where nothing can be learnt from the images
   */
  public static Plan plan(Path data, List<String> settings, Duration budget, Console console)
      throws IOException {
    Engine.start();
    return new Planner(data, settings, budget, console).plan();
  }

  /**
   * What a recipe will take as it is.
   *
   * @throws RecipeException where it has no images
   * @throws UnfitException where it can't work with so few
   */
  public static Plan estimate(Recipe recipe, Console console) throws IOException {
    Engine.start();
    try (ImageSource raw = DataSets.rawTrain(recipe);
        ImageSource val = DataSets.val(recipe, null, Console.SILENT)) {
      Methods.demand(recipe).check(raw.size(), recipe.train().batch(), recipe.train().accumulate());
      Monitor.check(raw, val);
      DataFacts facts = DataFacts.of(raw, console);
      Measured measured = new Measured(replaced(raw, recipe), val, facts, console);
      Estimate estimate = measured.estimate(recipe, measured.pace(recipe));
      return new Plan(recipe, facts, List.of(), estimate, 0, List.of(), memory(estimate));
    }
  }

  private Plan plan() throws IOException {
    if (keys.contains("data.train")) {
      throw new RecipeException(
          "data.train: the images are those of " + data + " already; leave one of the two out");
    }
    if (budget != null && keys.contains("train.epochs")) {
      throw new RecipeException(
          "train.epochs: the budget decides how many; leave one of the two out");
    }
    if (budget != null && budget.compareTo(LEAST) < 0) {
      throw new RecipeException("budget: expected 30 seconds at least");
    }
    Recipe asked = read(Picks.base(given), List.of());
    try (ImageSource raw = DataSets.rawTrain(asked);
        ImageSource val = DataSets.val(asked, null, Console.SILENT)) {
      DataFacts facts = DataFacts.of(raw, console);
      facts.check(asked.data().badImages());
      Monitor.check(raw, val);
      return plan(asked, new Measured(replaced(raw, asked), val, facts, console));
    }
  }

  private Plan plan(Recipe asked, Measured measured) throws IOException {
    Picks picks = Picks.of(asked, measured.facts, keys);
    Recipe recipe = fitted(picks, measured.images());
    Pace pace = measured.pace(recipe);
    Picks finer = picks.finer(measured.estimate(recipe, pace).often(left()) / ENOUGH_EPOCHS);
    if (finer != picks) {
      picks = finer;
      recipe = fitted(picks, measured.images());
      pace = measured.pace(recipe);
    }
    if (picks.hasBags() && measured.estimate(recipe, pace).often(left()) < BAG_EPOCHS) {
      picks = picks.withoutBags();
      recipe = fitted(picks, measured.images());
      pace = measured.pace(recipe);
    }
    picks = sized(picks, recipe, measured, pace);
    boolean online = !Estimate.caches(recipe);
    recipe = fitted(picks, picks.images());
    if (online && Estimate.caches(recipe)) {
      pace = measured.pace(recipe); // without the teacher, whose keys will be there
    }
    Estimate estimate = measured.estimate(recipe, pace);
    List<String> warnings = new ArrayList<>(memory(estimate));
    warnings.addAll(Methods.demand(recipe).cautions(picks.images(), recipe.train().batch()));
    if (budget != null && estimate.seconds() > budget.toSeconds()) {
      warnings.add("even the shortest training takes longer than the budget");
    }
    return new Plan(
        recipe,
        measured.facts,
        picks.reasons().choices(recipe),
        estimate,
        keys.contains("train.epochs") ? 0 : allowed().toSeconds(),
        picks.reasons().worth(),
        warnings);
  }

  /** With as many epochs as fit, or fewer images where not even one does. */
  private Picks sized(Picks picks, Recipe recipe, Measured measured, Pace pace) {
    Estimate one = measured.estimate(recipe, pace);
    int images = measured.images();
    int epochs = recipe.train().epochs();
    if (!keys.contains("train.epochs")) {
      double fit = one.often(left());
      epochs = (int) Math.max(1, Math.min(MOST_EPOCHS, fit));
      if (fit < 1 && !keys.contains("data.limit")) {
        int least = Math.min(images, LEAST_STEPS * recipe.train().batch());
        images = Math.max(least, (int) (images * left() / one.seconds()));
      }
    }
    double epoch = Estimate.stepsPerEpoch(recipe, images) * pace.step();
    double score = (Math.min(images, Monitor.BANK) + measured.vals()) * pace.embed();
    double most = Math.min(MOST_SCORES, SCORES_SHARE * epochs * epoch / score);
    return picks.sized(
        epochs,
        images,
        measured.vals() == 0 ? 0 : (int) Math.max(1, Math.ceil(epochs / Math.max(1, most))),
        epoch > CHECKPOINT_SECONDS ? (int) Math.ceil(CHECKPOINT_SECONDS / 2 / pace.step()) : 0);
  }

  private Duration allowed() {
    return budget == null ? USUAL : budget;
  }

  /** Seconds of the budget that are left. */
  private double left() {
    return USED * allowed().toSeconds() - (System.nanoTime() - start) / 1e9;
  }

  private Recipe read(String base, List<String> picked) {
    List<String> all = new ArrayList<>(picked);
    all.add("name=" + Picks.name(data));
    all.add("data.train=" + data);
    all.addAll(given);
    return Recipes.read(base, all);
  }

  /** With what the number of images asks for, where nobody set it. */
  private Recipe fitted(Picks picks, int images) {
    Recipe recipe = read(picks.base(), picks.settings());
    try {
      Methods.demand(recipe).check(images, recipe.train().batch(), recipe.train().accumulate());
      return recipe;
    } catch (UnfitException e) {
      if (e.advice().isEmpty() || e.advice().keySet().stream().anyMatch(keys::contains)) {
        throw e;
      }
      List<String> settings = new ArrayList<>(picks.settings());
      e.advice().forEach((key, value) -> settings.add(key + "=" + value));
      return read(picks.base(), settings);
    }
  }

  /** As a training reads them. */
  private static ImageSource replaced(ImageSource raw, Recipe recipe) {
    return DataSets.kept(new Tolerant(raw, new BadImages(1, null, count -> {})), recipe);
  }

  private static List<String> memory(Estimate estimate) {
    return estimate.fits()
        ? List.of()
        : List.of(
            String.format(
                Locale.ROOT,
                "that may be more than this machine has (%.1f GB): a smaller train.batch, data.size"
                    + " or queue, or data.memory=no, takes less",
                estimate.available() / 1e9));
  }

  /** Images, and how fast they are worked on. */
  private record Measured(ImageSource train, ImageSource val, DataFacts facts, Console console) {
    int images() {
      return train.size();
    }

    /** Images that are judged. */
    int vals() {
      boolean judged = val != null && train.labelled() && val.labelled();
      return judged ? Subset.labelled(val).size() : 0;
    }

    Pace pace(Recipe recipe) throws IOException {
      console.say(
          "trying some steps of %s, %d images of %d px each"
              .formatted(recipe.method(), recipe.train().batch(), recipe.data().size()));
      Machine.threads(recipe.train().torchThreads());
      Device device = Machine.device(recipe.train().device());
      return new Rehearsal(
              recipe, train, device, Machine.precision(recipe.train().precision(), device))
          .pace();
    }

    Estimate estimate(Recipe recipe, Pace pace) {
      int limit = recipe.data().limit();
      int images = limit > 0 ? Math.min(limit, images()) : images();
      long kept = train instanceof KeptSource ? (long) (3 * facts.pixels() * images) : 0;
      return Estimate.of(recipe, pace, images, vals(), kept);
    }
  }
}
