package dev.bingo.run;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.evaluate.ClassMatch;
import dev.bingo.evaluate.Confusion;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.file.Folders;
import dev.bingo.image.HiddenLabels;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.method.MobyV2al;
import dev.bingo.method.MobyV2alConfig;
import dev.bingo.neighbour.Rows;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Names;
import dev.bingo.torch.Precision;
import dev.bingo.torch.ProgressListener;
import dev.bingo.train.Identity;
import dev.bingo.train.Listener;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Setup;
import dev.bingo.train.TrainConfig;
import dev.bingo.train.Trainer;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Normalisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * MoBYv2AL's rounds: its encoder and classifier are trained anew on what is labelled and on as many
 * images that are not.
 */
public final class JointLearner implements Learner {
  private static final long UNLABELLED = 0x0b1;

  private final Recipe recipe;
  private final ImageSource pool;
  private final ImageSource test;
  private final Path scratch;
  private final Console console;
  private final boolean unit;
  private final boolean leak;
  private final Device device;
  private final Precision precision;

  /**
   * @param recipe of the method {@code mobyv2al}
   * @param pool all labelled; stays the caller's
   * @param test labelled, to judge by; stays the caller's
   * @param scratch a folder for the trainings, which are deleted
   * @param unit whether distances are between directions; the paper's are not
   * @param leak whether half of the unlabelled images show their labels, as by the public code's
   *     defect
   */
  public JointLearner(
      Recipe recipe,
      ImageSource pool,
      ImageSource test,
      Path scratch,
      boolean unit,
      boolean leak,
      Console console) {
    if (!(recipe.own() instanceof MobyV2alConfig)) {
      throw new RecipeException(
          "method: active learning trains mobyv2al in each round, the recipe has "
              + recipe.method());
    }
    if (!recipe.train().ranks().equals("1")) {
      throw new RecipeException(
          "train.ranks: active learning trains each round by one; train.ranks=1");
    }
    Engine.start();
    String threads = Machine.threads(recipe.train().torchThreads());
    if (!threads.isEmpty()) {
      console.say(threads);
    }
    this.recipe = recipe;
    this.pool = pool;
    this.test = test;
    this.scratch = scratch;
    this.unit = unit;
    this.leak = leak;
    this.console = console;
    device = Machine.device(recipe.train().device());
    precision = Machine.precision(recipe.train().precision(), device);
  }

  @Override
  public int size() {
    return pool.size();
  }

  /**
   * Refuses what can't work before the first round.
   *
   * @param initial images that are labelled then
   */
  public void check(int initial) {
    recipe.own().demand().check(images(initial), recipe.train().batch());
  }

  private int images(int labelled) {
    return Math.min(pool.size(), 2 * labelled);
  }

  @Override
  public Learnt learn(int[] labelled, long seed) throws IOException {
    MobyV2al method = train(labelled, recipe.train().seed() + seed);
    Features all = embed(method, pool);
    Features judged = embed(method, test);
    if (all.size() < pool.size()) {
      throw new IllegalArgumentException(
          Names.counted(pool.size() - all.size(), "image")
              + " to choose from can't be read; take them out of the set");
    }
    ClassMatch match = ClassMatch.of(all, judged);
    Tensor given = method.logits(judged.values()).argmax(new LongOptional(1), false);
    // The classifier numbers the classes of the pool as the pool does.
    Confusion confusion =
        Confusion.of(match.queries(judged.labels()), match.bank(given.contiguous()), match.names());
    Rows rows = Rows.of(unit ? torch.normalize(all.values()) : all.values());
    return new Learnt(rows, x -> method.logits(x).softmax(1), confusion);
  }

  private MobyV2al train(int[] labelled, long seed) throws IOException {
    MobyV2al method =
        new MobyV2al(
            (MobyV2alConfig) recipe.own(), pool.classes().size(), () -> backbone(seed), seed);
    Modules.channelsLast(method.state());
    method.state().to(device, false);
    TrainConfig config =
        Settings.train(recipe, precision)
            .withSeed(seed)
            .withCheckpointSteps(0)
            .withCheckpointEpochs(recipe.train().epochs())
            .withKeep(1);
    Path folder = Files.createTempDirectory(scratch, "round");
    try (RunDirectory run = new RunDirectory(folder)) {
      Trainer trainer =
          new Trainer(
              new Setup(
                  method,
                  new Loader(
                      images(labelled, seed),
                      method.views(),
                      null,
                      new LoaderOptions(config.batch(), seed, config.threads(), 4, true)),
                  normalisation(),
                  device,
                  Settings.optimiser(recipe),
                  Settings.schedule(recipe),
                  config),
              run,
              Identity.of("round"),
              progress());
      console.begin("training on " + labelled.length + " labels");
      trainer.train();
    } finally {
      Folders.delete(folder);
    }
    return method;
  }

  private Backbone backbone(long seed) {
    Backbone backbone = Encoders.create(recipe.student().arch(), Settings.stem(recipe), seed);
    ForeignWeights.warmStart(recipe, backbone, Console.SILENT);
    return backbone;
  }

  /** The labelled images and as many others, whose labels are hidden. */
  private ImageSource images(int[] labelled, long seed) {
    boolean[] known = new boolean[pool.size()];
    IntStream.of(labelled).forEach(row -> known[row] = true);
    int[] rest = IntStream.range(0, known.length).filter(i -> !known[i]).toArray();
    int[] others =
        Arrays.stream(Draws.of(seed, UNLABELLED).permutation(rest.length))
            .limit((long) images(labelled.length) - labelled.length)
            .map(i -> rest[i])
            .toArray();
    if (leak) {
      Arrays.stream(others).limit(others.length / 2).forEach(row -> known[row] = true);
    }
    int[] all = IntStream.concat(IntStream.of(labelled), IntStream.of(others)).sorted().toArray();
    return Subset.of(new HiddenLabels(pool, known), all);
  }

  private Listener progress() {
    return new Listener() {
      @Override
      public void onStepTaken(int epoch, int epochs, long step, long totalSteps) {
        console.progress(step, totalSteps);
      }

      @Override
      public void onNotice(String message) {
        console.say(message);
      }
    };
  }

  private Features embed(MobyV2al method, ImageSource images) {
    Embeddings.Options options =
        Embeddings.Options.of(recipe.data().size(), normalisation())
            .on(device.type(), Precision.FP32);
    return Embeddings.extract(method.encoder(), images, options, ProgressListener.NONE);
  }

  private Normalisation normalisation() {
    return Settings.normalisation(recipe.data().normalise());
  }
}
