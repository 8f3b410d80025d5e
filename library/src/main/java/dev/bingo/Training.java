package dev.bingo;

import dev.bingo.bag.Bags;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Modules;
import dev.bingo.image.ImageSource;
import dev.bingo.method.Method;
import dev.bingo.pretrained.EncoderFile.Info;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.ProgressListener;
import dev.bingo.train.Identity;
import dev.bingo.train.Listener;
import dev.bingo.train.OptimiserConfig;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Schedule;
import dev.bingo.train.Setup;
import dev.bingo.train.TrainConfig;
import dev.bingo.train.Trainer;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Mates;
import dev.bingo.view.Normalisation;
import dev.bingo.view.View;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;

/**
 * A training by a method, from images to an encoder, for Java programs: {@code library/README.md}
 * has whole ones.
 *
 * <p>It writes checkpoints and metrics into a folder of its own. The same program started again
 * after it was stopped or killed goes on from the newest checkpoint: on the CPU, with what a run
 * that was never interrupted would have had. Where the images, the bags, the settings here or those
 * of {@link #toldBy} are others than the checkpoint's, that is refused.
 *
 * <p>Settings are those of MoCo v2 where nothing is said: 200 epochs of batches of 256, SGD with
 * momentum 0.9 and weight decay 1e-4, a rate of 0.03 that falls by a cosine. One object is one
 * training.
 */
public final class Training {
  private static final int PREFETCH = 4;

  private final Method method;
  private final ImageSource images;
  private Mates mates;
  private Path folder;
  private TrainConfig config = TrainConfig.of(200, 256);
  private OptimiserConfig optimiser = OptimiserConfig.sgd(0.9, 1e-4);
  private Schedule schedule = Schedule.cosine(0.03);
  private String normalisation = "imagenet";
  private Device device;
  private int ranks = 1;
  private Supplier<Method> replica;
  private final Map<String, String> told = new LinkedHashMap<>();
  private volatile boolean stopped;
  private volatile Trainer trainer;

  private Training(Method method, ImageSource images) {
    this.method = method;
    this.images = images;
    mates = method.mates();
  }

  /**
   * A training that has not begun.
   *
   * @param method at its start, on the CPU; trained in place
   * @param images stay open; their owner closes them
   */
  public static Training of(Method method, ImageSource images) {
    Engine.start();
    return new Training(method, images);
  }

  /** Which images share a bag, for views that are of a mate. */
  public Training bags(Mates bags) {
    mates = bags;
    return this;
  }

  /** So many passes over the images. */
  public Training epochs(int count) {
    config = config.withEpochs(count);
    return this;
  }

  /** So many images a step. */
  public Training batch(int size) {
    config = config.withBatch(size);
    return this;
  }

  /** The learning rate's course. */
  public Training rate(Schedule course) {
    schedule = course;
    return this;
  }

  /** How parameters are moved. */
  public Training optimiser(OptimiserConfig rule) {
    optimiser = rule;
    return this;
  }

  /** All of the loop's settings, those above too. */
  public Training config(TrainConfig all) {
    config = all;
    return this;
  }

  /** How pixels are normalised: one of {@link Normalisation#names}. */
  public Training normalisation(String name) {
    Normalisation.named(name);
    normalisation = name;
    return this;
  }

  /**
   * Has ranks share every batch: threads, each with LibTorch on its part of the threads, which on a
   * CPU don't wait for each other at every operation. The numbers are the same but for the rounding
   * of sums; a training goes on by another number of ranks, too.
   *
   * @param count of ranks; they divide the batch, and its batch-norm groups where it has some
   * @param made what makes another method like this training's; a teacher may be shared
   */
  public Training ranks(int count, Supplier<Method> made) {
    ranks = count;
    replica = made;
    return this;
  }

  /** Trains there, with the networks in this precision; a teacher must be on the same device. */
  public Training on(Device where, Precision precision) {
    device = where;
    config = config.withPrecision(precision);
    return this;
  }

  /** The folder of its checkpoints and metrics; made where it isn't there. */
  public Training in(Path directory) {
    folder = directory;
    return this;
  }

  /**
   * What the method was told, or its teacher's name: a method does not say it by itself. A
   * checkpoint of other words is refused, and the encoder's metadata have them.
   */
  public Training toldBy(String what, Object value) {
    told.put(what, String.valueOf(value));
    return this;
  }

  /** Ends {@link #run} after the step that runs, with a checkpoint. From any thread. */
  public void stop() {
    stopped = true;
    Trainer running = trainer;
    if (running != null) {
      running.requestStop();
    }
  }

  /**
   * As {@link #run(Listener)}.
   *
   * @param steps is told of every step
   */
  public Encoder run(ProgressListener steps) throws IOException {
    return run(
        new Listener() {
          @Override
          public void onStepTaken(int epoch, int epochs, long step, long totalSteps) {
            steps.progressed(step, totalSteps);
          }
        });
  }

  /**
   * Trains to the end, or goes on to it.
   *
   * @return the encoder, which is {@code encoder.safetensors} in the folder, too
   * @throws CancellationException where {@link #stop} was called
   * @throws dev.bingo.train.TrainingException where the loss is no longer finite
   * @throws IllegalArgumentException where the settings can't work with so many images
   * @throws IllegalStateException where the folder's checkpoints are of another training
   */
  public Encoder run(Listener listener) throws IOException {
    Objects.requireNonNull(folder, "a training needs a folder: in(Path)");
    Device where = device == null ? new Device("cpu") : device;
    Modules.channelsLast(method.state());
    method.state().to(where, false);
    LoaderOptions options =
        new LoaderOptions(config.batch(), config.seed(), config.threads(), PREFETCH, true);
    Setup setup =
        new Setup(
            method,
            replicas(),
            new Loader(images, method.views(), mates, options),
            Normalisation.named(normalisation),
            where,
            optimiser,
            schedule,
            config);
    try (RunDirectory directory = new RunDirectory(folder)) {
      trainer = new Trainer(setup, directory, Identity.of(settings()), listener);
      if (stopped) {
        trainer.requestStop();
      }
      if (trainer.train() == Trainer.Outcome.STOPPED) {
        throw new CancellationException(
            folder + ": stopped with a checkpoint, from which the same training goes on");
      }
      Encoder encoder = encoder();
      encoder.save(directory.path().resolve(RunDirectory.ENCODER));
      directory.prune(1);
      return encoder;
    }
  }

  private List<Method> replicas() {
    return IntStream.range(1, ranks).mapToObj(r -> replica.get()).toList();
  }

  private Encoder encoder() {
    Backbone backbone = method.encoder();
    Map<String, String> about = new LinkedHashMap<>(told);
    about.put("method", method.name());
    about.put("data", images.fingerprint());
    int size = method.views().stream().mapToInt(View::size).max().orElseThrow();
    Info info = new Info(backbone.architecture(), backbone.stem(), size, normalisation, about);
    return Encoder.of(backbone, method.head(), info);
  }

  /** What must be the same for a checkpoint to be gone on with. */
  private Map<String, String> settings() {
    Map<String, String> all = new LinkedHashMap<>(told);
    all.put("method", method.name());
    all.put("views", method.views().toString());
    all.put("data", images.fingerprint());
    all.put("bags", mates instanceof Bags bags ? bags.sha256() : "none");
    all.put("epochs", String.valueOf(config.epochs()));
    all.put("batch", String.valueOf(config.batch()));
    all.put("accumulate", String.valueOf(config.accumulate()));
    all.put("clip norm", String.valueOf(config.clipNorm()));
    all.put("precision", config.precision().name());
    all.put("seed", String.valueOf(config.seed()));
    all.put("optimiser", optimiser.toString());
    all.put("rate", schedule.toString());
    all.put("normalisation", normalisation);
    return all;
  }
}
