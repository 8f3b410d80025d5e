package dev.bingo.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.bag.Bags;
import dev.bingo.file.Printable;
import dev.bingo.image.ImageSource;
import dev.bingo.method.Progress;
import dev.bingo.recipe.OldIdentity;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.recipe.Settings;
import dev.bingo.torch.Precision;
import dev.bingo.train.Identity;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Schedule;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What must be the same for a run to go on, setting by setting: one that a checkpoint does not
 * have, as it came later, had its default. Data, teacher and bags are known by their content,
 * wherever they lie; how the run is watched does not count, nor do the other methods' sections.
 */
final class RunIdentity implements Identity {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Beside the recipe's settings; their names have no dot. */
  private static final String DATA = "data";

  private static final String TEACHER = "teacher";
  private static final String BAGS = "bags";
  private static final String EPOCHS = "train.epochs";
  private static final String PRECISION = "train.precision";

  /** How a run is called, held to and watched: no part of what it learns. */
  static final Set<String> WATCHED =
      Set.of(
          "name",
          "data.memory",
          "data.bad_images",
          "teacher.allow_code",
          "teacher.check",
          "teacher.cache",
          "train.loader_threads",
          "train.torch_threads",
          "train.ranks",
          "train.log_every",
          "train.checkpoint_every_steps",
          "train.checkpoint_every_epochs",
          "train.keep",
          "train.watchdog_seconds");

  /** Where things lie, and what their content stands for. */
  private static final Set<String> PLACES =
      Set.of(
          "data.train",
          "data.train_prefix",
          "data.val",
          "data.val_prefix",
          "data.val_limit",
          "data.kind",
          "student.init",
          "teacher.file",
          "bags.file",
          "bags.listing");

  private final Recipe recipe;
  private final int images;
  private final RunDirectory run;
  private final Console console;
  private final Map<String, String> settings;

  /**
   * A run's.
   *
   * @param precision that it was settled on
   * @param bags that it draws mates from, or null
   */
  RunIdentity(
      Recipe recipe,
      Precision precision,
      ImageSource train,
      Bags bags,
      RunDirectory run,
      Console console)
      throws IOException {
    this.recipe = recipe;
    this.run = run;
    this.console = console;
    images = train.size();
    settings = essence(Recipes.settings(recipe));
    settings.put(PRECISION, precision.name());
    settings.put(DATA, train.fingerprint());
    if (bags != null) {
      settings.put(BAGS, bags.sha256());
    }
    Path teacher = Path.of(recipe.teacher().file());
    if (Files.isRegularFile(teacher)) {
      settings.put(TEACHER, BagMaker.sha256(teacher));
    }
  }

  /** How many ranks a run was begun by, or went on with; empty where it has not begun. */
  static OptionalInt ranks(Path directory) {
    Path file = directory.resolve(RunDirectory.RECIPE);
    return Files.exists(file) ? Settings.ranks(written(file)) : OptionalInt.empty();
  }

  private static Map<String, String> essence(Map<String, String> all) {
    Map<String, String> essence = new TreeMap<>(all);
    essence.keySet().removeAll(WATCHED);
    essence.keySet().removeAll(PLACES);
    essence.keySet().removeIf(key -> key.startsWith("evaluate."));
    return essence;
  }

  @Override
  public String text() {
    try {
      return JSON.writeValueAsString(settings);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String difference(String kept, int epoch) {
    Map<String, String> before = before(kept);
    if (before == null) {
      return "the recipe, the seed or the data set are others, and it says no more, being older";
    }
    Map<String, String> usual = essence(Recipes.usual(recipe.method()));
    Set<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(settings.keySet());
    List<String> different = new ArrayList<>();
    for (String key : keys) {
      String old = before.getOrDefault(key, usual.get(key));
      String now = settings.getOrDefault(key, usual.get(key));
      boolean longer = key.equals(EPOCHS) && isCount(old) && Integer.parseInt(now) >= epoch;
      if (!longer && !same(key, old, now)) {
        different.add(words(key, old, now));
      }
    }
    return Printable.line(String.join("; ", different));
  }

  /** What a checkpoint keeps; of an older one, what the run's recipe says, where they fit. */
  private Map<String, String> before(String kept) {
    try {
      if (!OldIdentity.isOne(kept)) {
        return JSON.readValue(kept, new TypeReference<TreeMap<String, String>>() {});
      }
      Path file = recipeFile();
      String text = Files.readString(file);
      String hash = OldIdentity.of(text, settings.get(PRECISION), settings.get(DATA));
      if (!hash.equals(kept)) {
        return null;
      }
      Map<String, String> before = essence(Recipes.settings(written()));
      before.put(PRECISION, settings.get(PRECISION));
      before.put(DATA, settings.get(DATA));
      return before;
    } catch (IOException e) {
      return null;
    }
  }

  /** The run's recipe as it stands there; a consent that an older one has is not taken from it. */
  private Recipe written() {
    return written(recipeFile());
  }

  private static Recipe written(Path file) {
    return Recipes.read(file.toString(), List.of("teacher.allow_code=no"));
  }

  private Path recipeFile() {
    return run.path().resolve(RunDirectory.RECIPE);
  }

  /** Content that is not known on one side is not compared: nothing is to be said of it. */
  private static boolean same(String key, String old, String now) {
    if (Set.of(TEACHER, BAGS).contains(key) && (old == null || now == null)) {
      return true;
    }
    if (old == null || now == null) {
      return false;
    }
    try {
      return old.equals(now) || new BigDecimal(old).compareTo(new BigDecimal(now)) == 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String words(String key, String old, String now) {
    return switch (key) {
      case DATA -> "data.train: the images are others";
      case TEACHER -> "teacher.file: the teacher's weights are others";
      case BAGS -> "bags: the bags are others";
      case EPOCHS -> EPOCHS + ": " + now + ", and more are done already";
      default ->
          key
              + ": "
              + (old == null ? "not known then" : old)
              + ", now "
              + (now == null ? "not known any more" : now);
    };
  }

  private static boolean isCount(String text) {
    return text != null && text.matches("[0-9]{1,9}");
  }

  @Override
  public void begun() throws IOException {
    run.write(RunDirectory.RECIPE, Recipes.write(fromAnyFolder()));
  }

  @Override
  public void resumed(String kept, int epoch) throws IOException {
    Map<String, String> before = before(kept);
    if (OldIdentity.isOne(kept) && settings.containsKey(TEACHER) && teacherMoved()) {
      console.say(
          "warning: the run is older than its checkpoints know their teacher's content: that "
              + recipe.teacher().file()
              + " is the same can't be told");
    }
    String old = before.getOrDefault(EPOCHS, String.valueOf(Recipe.DEFAULT.train().epochs()));
    if (Integer.parseInt(old) != recipe.train().epochs()) {
      console.say(longer(Integer.parseInt(old), epoch));
    }
    Recipe written = written();
    String ranks = written.train().ranks();
    if (!ranks.equals(recipe.train().ranks())) {
      console.say(
          "train.ranks: "
              + recipe.train().ranks()
              + " in place of "
              + ranks
              + ": the training is the same, but for the rounding of its sums");
    }
    if (!Recipes.write(written).equals(Recipes.write(fromAnyFolder()))) {
      begun();
    }
  }

  private Recipe fromAnyFolder() {
    return Recipes.withPaths(recipe, Path::toAbsolutePath);
  }

  private boolean teacherMoved() {
    Recipe written = written();
    return !Path.of(written.teacher().file())
        .toAbsolutePath()
        .equals(Path.of(recipe.teacher().file()).toAbsolutePath());
  }

  private String longer(int before, int epoch) {
    int now = recipe.train().epochs();
    return String.format(
        Locale.ROOT,
        "train.epochs: %d in place of %d. From epoch %d on the schedule is that of %d epochs: the"
            + " learning rate is %.4g there, by the one before %.4g, and what else follows the"
            + " schedule changes with it. A run of %d epochs from its start would be another",
        now,
        before,
        epoch + 1,
        now,
        rate(epoch, now),
        rate(epoch, before),
        now);
  }

  private double rate(int epoch, int epochs) {
    Schedule schedule = Settings.schedule(recipe);
    int steps = Math.max(1, images / (recipe.train().batch() * recipe.train().accumulate()));
    return schedule.at(
        new Progress(epoch, (long) epoch * steps, steps, epochs, recipe.train().seed()));
  }
}
