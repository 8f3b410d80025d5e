package dev.bingo.run;

import dev.bingo.encoder.Backbone;
import dev.bingo.evaluate.CachedProbe;
import dev.bingo.evaluate.ClassMatch;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.evaluate.Knn;
import dev.bingo.evaluate.LinearProbe;
import dev.bingo.evaluate.Score;
import dev.bingo.evaluate.SelfRetrieval;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Subset;
import dev.bingo.method.Method;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Settings;
import dev.bingo.torch.Names;
import dev.bingo.torch.Neighbours;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Processors;
import dev.bingo.torch.ProgressListener;
import dev.bingo.view.Augmentation;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;

/**
 * Shows the steps, scores the encoder by kNN now and then, and by kNN and a linear probe at the
 * end.
 */
final class Monitor extends ConsoleListener {
  /** Images that the encoder is compared with while it trains; at the end they are all. */
  static final int BANK = 10_000;

  private static final long VIEWS = 0x7e57;

  private final Recipe recipe;
  private final NeighbourWatch watch;
  private final Embeddings.Options options;
  private final ImageSource train;
  private final ImageSource sample;
  private final ImageSource val;
  private final BestEncoder best;
  private long steps;

  /**
   * What watches one run.
   *
   * @param val images to judge by, or null; without labels on both sides the encoder is judged by
   *     how often two views of an image find each other
   * @param best keeps the encoder that scores best
   */
  Monitor(
      Recipe recipe,
      Console console,
      Device device,
      Precision precision,
      ImageSource train,
      ImageSource val,
      BestEncoder best) {
    super(console);
    this.recipe = recipe;
    this.best = best;
    sample = CollapseWatch.sample(train);
    boolean judged = judges(train, val);
    this.train = judged ? Subset.labelled(train) : train;
    this.val = judged ? Subset.labelled(val) : null;
    if (judged) {
      DataSets.sayUnknown(ClassMatch.of(this.train, this.val), console);
    }
    // On a GPU the host's threads do little; ranks don't wait for each other's threads.
    int ranks = Settings.ranks(recipe).orElse(1);
    watch =
        new NeighbourWatch(
            new Neighbours()::busy,
            System::nanoTime,
            device.is_cuda() ? 1 : Math.max(1, torch.get_num_threads() / ranks),
            Processors.available().count());
    options =
        Embeddings.Options.of(
                recipe.data().size(), Settings.normalisation(recipe.data().normalise()))
            .on(device.type(), precision);
  }

  private static boolean judges(ImageSource train, ImageSource val) {
    return val != null && train.labelled() && val.labelled();
  }

  /**
   * Refuses labels that can't be compared, before a training finds out.
   *
   * @param val may be null
   * @throws IllegalArgumentException where no class is on both sides
   */
  static void check(ImageSource train, ImageSource val) {
    if (judges(train, val)) {
      ClassMatch.of(Subset.labelled(train), Subset.labelled(val));
    }
  }

  @Override
  public void onStep(Step step) {
    steps = step.step();
    super.onStep(step);
    String neighbours = watch.look(step);
    if (!neighbours.isEmpty()) {
      console.say(neighbours);
    }
  }

  @Override
  public Map<String, Double> onEpochEnd(int epoch, Backbone encoder) {
    Map<String, Double> figures = new LinkedHashMap<>(collapse(epoch, encoder));
    int every = recipe.evaluate().everyEpochs();
    boolean last = epoch == recipe.train().epochs();
    if (last || (every > 0 && epoch % every == 0)) {
      if (val == null) {
        figures.put(BestEncoder.UNLABELLED, retrieval(epoch, encoder));
      } else {
        figures.putAll(scores(epoch, encoder, last));
      }
      best.measured(epoch, figures);
    }
    return figures;
  }

  @Override
  public void onEpochKept(int epoch, Method method) throws IOException {
    best.kept(epoch, method);
  }

  /** What can be told without labels. */
  private double retrieval(int epoch, Backbone encoder) {
    SelfRetrieval.Found found =
        SelfRetrieval.score(
            encoder, sample, Augmentation.MOCO2_SMALL, options, VIEWS, ProgressListener.NONE);
    say(
        epoch,
        String.format(
            Locale.ROOT,
            "self-retrieval %.2f %% of %s (two views that find each other)",
            found.percent(),
            Names.counted(found.images(), "image")));
    return found.percent();
  }

  private Map<String, Double> scores(int epoch, Backbone encoder, boolean last) {
    Map<String, Double> figures = new LinkedHashMap<>();
    boolean probe = last && !recipe.evaluate().linear().equals("none");
    ImageSource bank = !probe && train.size() > BANK ? Subset.random(train, BANK, 0) : train;
    try (PointerScope scope = new PointerScope()) {
      Features known = Embeddings.extract(encoder, bank, options, ProgressListener.NONE);
      Features judged = Embeddings.extract(encoder, val, options, ProgressListener.NONE);
      Knn knn =
          new Knn(
              Math.min(recipe.evaluate().knnK(), known.size()), recipe.evaluate().knnTemperature());
      Score score = knn.score(known, judged);
      say(epoch, "kNN " + score);
      figures.put("knn_top1", score.top1());
      if (probe) {
        Score linear = linear(epoch, encoder, known, judged);
        say(epoch, "linear " + linear);
        figures.put("linear_top1", linear.top1());
      }
    }
    return figures;
  }

  private Map<String, Double> collapse(int epoch, Backbone encoder) {
    try (PointerScope scope = new PointerScope()) {
      Features features = Embeddings.extract(encoder, sample, options, ProgressListener.NONE);
      boolean settled = CollapseWatch.isSettled(encoder, steps);
      return CollapseWatch.look(epoch, settled, features.values());
    }
  }

  private Score linear(int epoch, Backbone encoder, Features known, Features judged) {
    if (recipe.evaluate().linear().equals("fast")) {
      return CachedProbe.DEFAULT.run(known, judged).score();
    }
    return LinearProbe.named(recipe.evaluate().linear())
        .run(
            encoder,
            train,
            val,
            options,
            end -> say(epoch, "probe epoch " + (end.epoch() + 1) + ": " + end.test()))
        .last();
  }

  private void say(int epoch, String what) {
    console.say(String.format(Locale.ROOT, "%s  epoch %d  %s", recipe.name(), epoch, what));
  }
}
