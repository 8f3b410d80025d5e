package dev.bingo.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.bingo.encoder.Modules;
import dev.bingo.fewshot.Episodes;
import dev.bingo.fewshot.EpisodicMethod;
import dev.bingo.fewshot.Judge;
import dev.bingo.fewshot.Learner;
import dev.bingo.fewshot.Mrn;
import dev.bingo.fewshot.MrnConfig;
import dev.bingo.fewshot.SmallImages;
import dev.bingo.image.BadImages;
import dev.bingo.image.ImageSource;
import dev.bingo.image.ImageSources;
import dev.bingo.image.SourceOptions;
import dev.bingo.image.Subset;
import dev.bingo.image.Tolerant;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Names;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Processors;
import dev.bingo.train.Identity;
import dev.bingo.train.OptimiserConfig;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Schedule;
import dev.bingo.train.Setup;
import dev.bingo.train.TrainConfig;
import dev.bingo.train.Trainer;
import dev.bingo.train.Trainer.Outcome;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;

/** One training by episodes, from images to the learner that did best on the validation classes. */
public final class FewShotRun {
  /** The learner's file in a run directory. */
  public static final String LEARNER = RunDirectory.FEW_SHOT;

  private static final int CHECKPOINT_STEPS = 500;
  private static final int REPORTS = 10;
  private static final long VAL_EPISODES = 0x7A1;
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int MOST_SETTINGS = 1 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final FewShotSettings settings;
  private final Path directory;
  private final Console console;
  private final StopRequests stops;
  private final Device device;
  private final Precision precision;

  /**
   * A run that has not begun.
   *
   * @param directory of its own; one that holds a run of the same settings is gone on with
   */
  public FewShotRun(FewShotSettings settings, Path directory, Console console, StopRequests stops) {
    Engine.start();
    this.settings = settings;
    this.directory = directory;
    this.console = console;
    this.stops = stops;
    device = Machine.device(settings.device());
    precision = Machine.precision(settings.precision(), device);
  }

  /**
   * The settings that a run directory was begun with.
   *
   * @throws RecipeException where it is no run by episodes
   */
  public static FewShotSettings settings(Path directory) throws IOException {
    Path file = RunDirectory.checked(directory).file(RunDirectory.FEW_SHOT_SETTINGS);
    if (!Files.exists(file)) {
      throw new RecipeException(
          directory
              + ": is no run of 'bingo few-shot train', it has no "
              + RunDirectory.FEW_SHOT_SETTINGS);
    }
    if (Files.size(file) > MOST_SETTINGS) {
      throw new IOException(file + ": too large for settings");
    }
    try {
      return JSON.readValue(file.toFile(), FewShotSettings.class);
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": are no settings of a run: " + e.getOriginalMessage(), e);
    }
  }

  /** Trains, resuming where the directory has checkpoints. */
  public Outcome train() throws IOException {
    RunDirectory.checked(directory);
    try (ImageSource train = open(settings.train(), "train");
        ImageSource val = open(settings.val(), "val")) {
      checkClasses(train, val);
      SmallImages learn = held(train, settings.turns(), "train");
      SmallImages judge = held(val, false, "val");
      Episodes episodes = episodes(learn, settings.shape(), settings.seed(), "train");
      Episodes judged = episodes(judge, settings.valShape(), VAL_EPISODES, "val");
      caution(episodes);
      try (RunDirectory run = new RunDirectory(directory)) {
        return train(run, learn, episodes, judge, judged);
      }
    }
  }

  private Outcome train(
      RunDirectory run, SmallImages learn, Episodes episodes, SmallImages judge, Episodes judged)
      throws IOException {
    Learner learner = settings.info(learn.classes(), Map.of()).create(settings.seed());
    Modules.channelsLast(learner.encoder());
    learner.to(device, false);
    EpisodicMethod method =
        new EpisodicMethod(learner, settings.shape(), settings.size(), settings.crop());
    int perEpoch = settings.episodes() / settings.evaluations();
    int threads = Math.min(2, Processors.available().count());
    TrainConfig config =
        TrainConfig.of(settings.evaluations(), settings.shape().size())
            .withPrecision(precision)
            .withSeed(settings.seed())
            .withThreads(threads)
            .withLogEvery(Math.max(1, perEpoch / REPORTS))
            .withCheckpointSteps(CHECKPOINT_STEPS)
            .withKeep(2);
    LoaderOptions options =
        new LoaderOptions(settings.shape().size(), settings.seed(), threads, 4, true);
    console.say(
        String.format(
            Locale.ROOT,
            "few-shot: %s, %s with %s, %,d parameters, %s, %s, %,d episodes of %,d classes",
            settings.method(),
            settings.shape(),
            Names.counted(settings.queries(), "query"),
            Modules.parameterCount(learner),
            device.is_cuda() ? "cuda" : "cpu",
            precision.name().toLowerCase(Locale.ROOT),
            settings.episodes(),
            episodes.classes()));
    FewShotMonitor monitor =
        new FewShotMonitor(
            settings,
            directory.resolve(LEARNER),
            learner,
            learn,
            new Judge(Settings.normalisation(settings.normalise()), precision, device),
            judge,
            judged,
            console);
    Trainer trainer =
        new Trainer(
            new Setup(
                method,
                new Loader(learn, method.views(), options, episodes.order(perEpoch)),
                Settings.normalisation(settings.normalise()),
                device,
                new OptimiserConfig(
                    OptimiserConfig.Kind.ADAMW,
                    .9,
                    false,
                    0,
                    false,
                    OptimiserConfig.Scaling.NONE,
                    .001),
                Schedule.step(settings.learningRate(), .5, milestones()),
                config),
            run,
            identity(run, learn, judge),
            monitor);
    trainer.watch(PATIENCE);
    console.newTraining("few-shot");
    Outcome outcome = run(trainer);
    if (outcome == Outcome.DONE) {
      run.prune(1);
      console.say("learner: " + directory.resolve(LEARNER));
    }
    return outcome;
  }

  private Outcome run(Trainer trainer) throws IOException {
    try (StopRequests.Listening listening = stops.listen(trainer::requestStop)) {
      return trainer.train();
    }
  }

  private List<Integer> milestones() {
    int fifth = settings.evaluations() / FewShotSettings.FIFTHS;
    return IntStream.range(1, FewShotSettings.FIFTHS).map(i -> i * fifth).boxed().toList();
  }

  private Identity identity(RunDirectory run, SmallImages learn, SmallImages judge) {
    String text =
        "%s, %s, train %s, val %s"
            .formatted(
                settings.text(),
                precision.name().toLowerCase(Locale.ROOT),
                learn.fingerprint(),
                judge.fingerprint());
    Identity plain = Identity.of(text);
    return new Identity() {
      @Override
      public String text() {
        return plain.text();
      }

      @Override
      public String difference(String kept, int epoch) {
        return plain.difference(kept, epoch);
      }

      @Override
      public void begun() throws IOException {
        run.write(RunDirectory.FEW_SHOT_SETTINGS, JSON.writeValueAsString(settings));
        // One that an earlier start, killed before its first checkpoint, has left is not ours.
        Files.deleteIfExists(run.path().resolve(LEARNER));
      }
    };
  }

  private ImageSource open(FewShotSettings.Images images, String role) throws IOException {
    SourceOptions options = SourceOptions.DEFAULT.withPrefix(images.prefix());
    ImageSource all = ImageSources.open(Path.of(images.path()), options);
    try {
      ImageSource labelled = Subset.labelled(all);
      if (labelled.size() < all.size()) {
        console.say(
            String.format(
                Locale.ROOT,
                "%s: %,d of %,d have no label and are left out",
                role,
                all.size() - labelled.size(),
                all.size()));
      }
      Path list = directory.resolve(RunDirectory.badImages(role));
      BadImages bad = new BadImages(BadImages.DEFAULT_SHARE, list);
      console.say(role + ": " + labelled.describe());
      return new Tolerant(labelled, bad);
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  private SmallImages held(ImageSource source, boolean turns, String role) {
    console.begin("reading " + role);
    SmallImages held =
        SmallImages.of(
            source, settings.size(), turns, Processors.available().count(), console::progress);
    int missing = source.size() - (turns ? held.size() / 4 : held.size());
    if (missing > 0) {
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %,d can't be read and are left out; listed in %s",
              role,
              missing,
              directory.resolve(RunDirectory.badImages(role))));
    }
    return held;
  }

  private Episodes episodes(SmallImages images, Episodes.Shape shape, long seed, String role) {
    Episodes episodes = new Episodes(images, shape, seed);
    if (!episodes.leftOut().isEmpty()) {
      console.say(
          String.format(
              Locale.ROOT,
              "warning: %s: %,d of %,d classes have fewer than %d images and take no part",
              role,
              episodes.leftOut().size(),
              episodes.leftOut().size() + episodes.classes(),
              shape.shots() + shape.queries()));
    }
    return episodes;
  }

  /** What was chosen by classes that were trained on says nothing about others. */
  private static void checkClasses(ImageSource train, ImageSource val) {
    Set<String> both = new HashSet<>(train.classes());
    both.retainAll(new HashSet<>(val.classes()));
    boolean some = IntStream.range(0, val.size()).anyMatch(i -> both.contains(name(val, i)));
    if (some) {
      throw new RecipeException(
          "--val: "
              + Names.counted(both.size(), "class")
              + " of it "
              + (both.size() == 1 ? "is" : "are")
              + " in --train too ("
              + String.join(", ", both.stream().sorted().limit(5).toList())
              + (both.size() > 5 ? ", …" : "")
              + "); few-shot learning is judged on classes that it has never seen");
    }
  }

  private static String name(ImageSource source, int image) {
    int label = source.label(image);
    return label < source.classes().size() ? source.classes().get(label) : "";
  }

  private void caution(Episodes episodes) {
    MrnConfig mrn = settings.mrn();
    boolean memory =
        settings.method().equals(Mrn.NAME)
            && mrn.context() != MrnConfig.Context.EPISODE
            && mrn.slots() == MrnConfig.Slots.WRITTEN;
    if (memory && episodes.classes() < Mrn.LEAST_CLASSES) {
      console.say(
          String.format(
              Locale.ROOT,
              "warning: the memory is read from %d classes on, and train has %d: it stays unread",
              Mrn.LEAST_CLASSES,
              episodes.classes()));
    }
  }
}
