package dev.bingo.run;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.bag.BagFile;
import dev.bingo.bag.Bags;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.file.PlainFolder;
import dev.bingo.image.ImageSource;
import dev.bingo.method.Demand;
import dev.bingo.method.Keys;
import dev.bingo.method.Method;
import dev.bingo.pretrained.EncoderFile;
import dev.bingo.recipe.MethodEntry;
import dev.bingo.recipe.Methods;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.recipe.Settings;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Names;
import dev.bingo.torch.Precision;
import dev.bingo.train.Capture;
import dev.bingo.train.Listener;
import dev.bingo.train.Replay;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Setup;
import dev.bingo.train.TrainConfig;
import dev.bingo.train.Trainer;
import dev.bingo.train.Trainer.Outcome;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Mates;
import dev.bingo.view.Normalisation;
import dev.bingo.view.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Device;

/** One training, from a recipe to an encoder on disk. */
public final class Run {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MOST_METRICS = 256 << 20;

  private Recipe recipe;
  private final Path directory;
  private final Console console;
  private final StopRequests stops;
  private final Device device;
  private final Precision precision;
  private final Normalisation normalisation;
  private Bags bags;
  private String origins;

  /** The encoder's file in a run directory. */
  public static final String ENCODER = RunDirectory.ENCODER;

  public static final String RECIPE = RunDirectory.RECIPE;

  /** A run that nobody asks to stop. */
  public Run(Recipe recipe, Path directory, Console console) {
    this(recipe, directory, console, StopRequests.NONE);
  }

  /**
   * A run that has not begun.
   *
   * @param directory of its own; one that holds a run of the same recipe is gone on with
   */
  public Run(Recipe recipe, Path directory, Console console, StopRequests stops) {
    Engine.start();
    this.recipe = recipe;
    this.directory = directory;
    this.console = console;
    this.stops = stops;
    String threads = Machine.threads(recipe.train().torchThreads());
    if (!threads.isEmpty()) {
      console.say(threads);
    }
    device = Machine.device(recipe.train().device());
    precision = Machine.precision(recipe.train().precision(), device);
    normalisation = Settings.normalisation(recipe.data().normalise());
  }

  /** Opens the images, and trains. */
  public Outcome train() throws IOException {
    RunDirectory.checked(directory); // before the images, whose bad ones are listed in it
    try (ImageSource train = DataSets.train(recipe, directory, console);
        ImageSource val = DataSets.val(recipe, directory, console)) {
      return train(train, val);
    }
  }

  /**
   * Trains, resuming where the directory has checkpoints.
   *
   * @param val labelled images to judge by, or null
   */
  public Outcome train(ImageSource train, ImageSource val) throws IOException {
    check(train);
    Monitor.check(train, val);
    try (RunDirectory run = new RunDirectory(directory)) {
      RunParts parts = new RunParts(train);
      Method method = method(parts);
      method.check(train.size(), recipe.train().batch());
      Mates mates = mates(method, train);
      recipe = recipe.withTrain(recipe.train().withRanks(ranks(parts, method, mates)));
      TrainConfig config = Settings.train(recipe, precision);
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %s, %s, %,d parameters, %s, %s, %s of %s",
              recipe.name(),
              recipe.method(),
              recipe.student().arch(),
              Modules.parameterCount(method.encoder()),
              device.is_cuda() ? "cuda" : "cpu",
              precision.name().toLowerCase(Locale.ROOT),
              Names.counted(config.epochs(), "epoch"),
              Names.counted(train.size(), "image")));
      BestEncoder best =
          new BestEncoder(
              directory,
              console,
              (trained, about) -> save(trained, train, RunDirectory.BEST, about));
      Listener monitor = new Monitor(recipe, console, device, precision, train, val, best);
      Setup setup = setup(parts, method, mates, Settings.ranks(recipe).getAsInt());
      Trainer trainer = new Trainer(setup, run, identity(train, run), monitor);
      trainer.watch(Duration.ofSeconds(recipe.train().watchdogSeconds()));
      console.newTraining(recipe.name());
      Outcome outcome = train(trainer);
      if (outcome == Outcome.DONE) {
        save(method, train, ENCODER, Map.of());
        run.prune(1);
        console.say("encoder: " + directory.resolve(ENCODER));
        best.tell();
      }
      return outcome;
    }
  }

  /** Refuses what can't work before anything that takes time, or a folder, is begun. */
  private void check(ImageSource train) throws IOException {
    Recipe.Train loop = recipe.train();
    Demand demand = Methods.demand(recipe);
    demand.check(train.size(), loop.batch(), loop.accumulate());
    Settings.ranks(recipe).ifPresent(demand::checkRanks);
    for (String caution : demand.cautions(train.size(), loop.batch())) {
      console.say("warning: " + caution);
    }
    if (Methods.usesBags(recipe)) {
      Recipe.Bags wish = recipe.bags();
      if (wish.file().isEmpty()) {
        BagMaker.check(wish.kind(), wish.search(), wish.k(), train);
      } else {
        bags(train);
      }
    }
  }

  private Outcome train(Trainer trainer) throws IOException {
    try (StopRequests.Listening listening = stops.listen(trainer::requestStop)) {
      return trainer.train();
    }
  }

  /**
   * The recipe's ranks; of auto, those that the run began with, or else what a measurement finds.
   */
  private int ranks(RunParts parts, Method method, Mates mates) throws IOException {
    OptionalInt wish = Settings.ranks(recipe);
    if (wish.isPresent()) {
      return wish.getAsInt();
    }
    OptionalInt begun = RunIdentity.ranks(directory);
    if (begun.isPresent()) {
      return begun.getAsInt();
    }
    return new RankChoice(console)
        .fastest(
            RankChoice.possible(method, recipe.train().batch(), device.is_cuda()),
            ranks -> setup(parts, method(parts), mates, ranks));
  }

  /** A training that has not begun, by so many ranks. */
  private Setup setup(RunParts parts, Method method, Mates mates, int ranks) throws IOException {
    TrainConfig config = Settings.train(recipe, precision);
    LoaderOptions options =
        new LoaderOptions(config.batch(), config.seed(), config.threads(), 4, true);
    List<Method> replicas = new ArrayList<>();
    for (int r = 1; r < ranks; r++) {
      replicas.add(method(parts));
    }
    return new Setup(
        method,
        replicas,
        new Loader(parts.train, method.views(), mates, options),
        normalisation,
        device,
        Settings.optimiser(recipe),
        Settings.schedule(recipe),
        config);
  }

  private RunIdentity identity(ImageSource train, RunDirectory run) throws IOException {
    return new RunIdentity(recipe, precision, train, bags, run, console);
  }

  /** Runs a captured step again, in another precision or its own; {@code scratch} is left empty. */
  public Replay replay(Capture capture, ImageSource train, Precision wanted, Path scratch)
      throws IOException {
    try (RunDirectory run = new RunDirectory(scratch)) {
      RunParts parts = new RunParts(train);
      Method method = method(parts);
      int ranks = Settings.ranks(recipe).orElse(1);
      Setup setup = setup(parts, method, mates(method, train), ranks);
      return Replay.of(setup, identity(train, run), capture, wanted);
    }
  }

  /** What the recipe's precision is here. */
  public Precision precision() {
    return precision;
  }

  /** At its start, on its device; the second and later ones are replicas for further ranks. */
  private Method method(RunParts parts) throws IOException {
    Method method = Methods.create(recipe, parts);
    parts.made = true;
    Modules.channelsLast(method.state());
    method.state().to(device, false);
    return method;
  }

  /**
   * The parts of a method, and of its replicas, which have their weights and its teacher from it.
   */
  private final class RunParts implements MethodEntry.Parts {
    private final ImageSource train;
    private boolean made;
    private Keys keys;
    private final TeacherKeys teacher =
        new TeacherKeys(recipe, directory, device, precision, console, Run.this::bags);

    RunParts(ImageSource train) {
      this.train = train;
    }

    @Override
    public Backbone student() {
      Backbone backbone =
          Encoders.create(recipe.student().arch(), Settings.stem(recipe), recipe.train().seed());
      if (!made) {
        ForeignWeights.warmStart(recipe, backbone, console);
      }
      return backbone;
    }

    @Override
    public Keys teacherEmbeddings(List<View> views) throws IOException {
      keys = keys == null ? teacher.embeddings(train, views) : keys;
      return keys;
    }

    @Override
    public Keys teacherFeatures(List<View> views) throws IOException {
      keys = keys == null ? teacher.features(train, views) : keys;
      return keys;
    }

    @Override
    public int images() {
      return train.size();
    }

    @Override
    public int classes() {
      return train.classes().size();
    }
  }

  /** Whom a method's views show beside the anchors: as the method says, or by bags; or nobody. */
  private Mates mates(Method method, ImageSource train) throws IOException {
    if (method.mates() != null) {
      return method.mates();
    }
    boolean wanted = method.views().stream().anyMatch(v -> v.source() == View.Source.MATE);
    return wanted ? bags(train) : null;
  }

  /** The recipe's bag file, or one made in the run directory. */
  private Bags bags(ImageSource train) throws IOException {
    if (bags == null) {
      bags = readBags(train);
    }
    return bags;
  }

  private Bags readBags(ImageSource train) throws IOException {
    Recipe.Bags wish = recipe.bags();
    Path own = directory.resolve(RunDirectory.BAGS);
    Path file = wish.file().isEmpty() ? own : Path.of(wish.file());
    if (wish.file().isEmpty() && !BagFile.isWhole(own)) {
      BagMaker maker = new BagMaker(console, device, precision);
      maker.make(
          ForeignWeights.teacherFile(recipe),
          ForeignWeights.teacherWish(recipe),
          train,
          new BagMaker.Wish(
              wish.kind(), wish.k(), wish.clusters(), recipe.train().seed(), wish.search()),
          own);
    }
    Bags all =
        wish.listing().isEmpty()
            ? BagFile.read(file, train)
            : BagFile.read(file, train, Path.of(wish.listing()));
    Bags used = all.k() > wish.k() ? all.truncate(wish.k()) : all;
    if (used.k() < wish.k()) {
      console.say(
          "warning: bags.k=%d, but %s has bags of %s"
              .formatted(wish.k(), file, Names.counted(used.k(), "mate")));
    }
    BagMaker.say(used, train, console);
    return used;
  }

  private void save(Method method, ImageSource train, String name, Map<String, String> more)
      throws IOException {
    Map<String, String> about = new LinkedHashMap<>(more);
    about.put("method", method.name());
    // The names alone: the file goes to others, and is the same from wherever the run goes on.
    about.put(
        "recipe",
        Recipes.write(
            Recipes.withPaths(recipe, p -> p.getFileName() == null ? p : p.getFileName())));
    about.put("data", train.fingerprint());
    if (origins == null) {
      origins = Origins.of(recipe);
    }
    if (!origins.isEmpty()) {
      about.put(Origins.KEY, origins);
    }
    EncoderFile.save(
        directory.resolve(name),
        method.encoder(),
        method.head(),
        new EncoderFile.Info(
            recipe.student().arch(),
            Settings.stem(recipe),
            recipe.data().size(),
            recipe.data().normalise(),
            about));
  }

  /** The metrics of a run directory, a map a line. */
  public static List<Map<String, Object>> metrics(Path directory) throws IOException {
    Path file = new PlainFolder(directory).file(RunDirectory.METRICS);
    if (Files.size(file) > MOST_METRICS) {
      throw new IOException(file + ": too large for a run's metrics");
    }
    List<Map<String, Object>> lines = new ArrayList<>();
    try (Stream<String> texts = Files.lines(file)) {
      for (String text : (Iterable<String>) texts::iterator) {
        lines.add(JSON.readValue(text, new TypeReference<>() {}));
      }
    } catch (JacksonException e) {
      throw new IOException(
          file + ":" + (lines.size() + 1) + ": is no line of metrics: " + e.getOriginalMessage(),
          e);
    } catch (UncheckedIOException e) {
      throw new IOException(file + ": is not UTF-8 text", e);
    }
    return lines;
  }
}
