package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.encoder.Encoders;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.fewshot.Conv4;
import dev.bingo.fewshot.EpisodeScores;
import dev.bingo.fewshot.Episodes;
import dev.bingo.fewshot.FewShotFile;
import dev.bingo.fewshot.Judge;
import dev.bingo.fewshot.Learner;
import dev.bingo.fewshot.Prototypes;
import dev.bingo.fewshot.SmallImages;
import dev.bingo.image.ImageSource;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Precision;
import dev.bingo.torch.ProgressListener;
import dev.bingo.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;

/**
 * What classifies by a few images a class: a learner that was trained by episodes, or any encoder,
 * whose features are compared with the classes' means.
 */
public final class FewShotModel {
  private final Path file;
  private final Encoder encoder;
  private final FewShotFile.Loaded learnt;
  private final Judge judge;
  private final Embeddings.Options options;

  private FewShotModel(Path file, Encoder encoder, Embeddings.Options options) {
    this.file = file;
    this.encoder = encoder;
    this.options = options;
    learnt = null;
    judge = null;
  }

  private FewShotModel(
      Path file, FewShotFile.Loaded learnt, Judge judge, Embeddings.Options options) {
    this.file = file;
    this.learnt = learnt;
    this.judge = judge;
    this.options = options;
    encoder = null;
  }

  /**
   * Opens a file, or the one in a run's directory.
   *
   * @param named by the user
   * @param wish what the user says of a foreign file
   * @param threads that decode images
   * @throws RecipeException where it is asked to be what it is not
   */
  public static FewShotModel open(
      Path named, Wish wish, Device device, Precision precision, int threads, Console console)
      throws IOException {
    Engine.start();
    Path own = named.resolve(FewShotRun.LEARNER);
    Path file = Files.isRegularFile(own) ? own : EncoderPath.of(named);
    if (!FewShotFile.is(file)) {
      Encoder encoder = ForeignWeights.open(file, wish, console).on(device, precision);
      Encoders.checkSize(encoder.info().architecture(), "--size", encoder.info().imageSize());
      return new FewShotModel(file, encoder, encoder.options().withThreads(threads));
    }
    FewShotFile.Loaded learnt = FewShotFile.load(file);
    int size = learnt.info().imageSize();
    if (wish.imageSize() != 0 && wish.imageSize() != size) {
      throw new RecipeException(
          "--size: %s was trained with images of %d pixels, and takes no other; leave the option out"
              .formatted(file, size));
    }
    learnt.learner().to(device, false);
    Judge judge =
        new Judge(Settings.normalisation(learnt.info().normalisation()), precision, device);
    return new FewShotModel(
        file,
        learnt,
        judge,
        Embeddings.Options.of(size, judge.normalisation())
            .on(device.type(), precision)
            .withThreads(threads));
  }

  /** Side of the images it sees, pixels. */
  public int imageSize() {
    return options.transform().size();
  }

  /** What it is, for people. */
  public String describe() {
    return learnt == null
        ? "prototypes of " + encoder.info().architecture() + "'s features"
        : learnt.info().method() + ", trained on " + learnt.info().about().get("episode");
  }

  /** The file. */
  public Path file() {
    return file;
  }

  /** Whether looking at all images together is something it can do. */
  public boolean canBeTransductive() {
    return learnt == null || learnt.learner().canBeTransductive();
  }

  /** Whether it was trained to look at all images together. */
  public boolean isTransductive() {
    return learnt != null && learnt.learner().transductive();
  }

  /** Whether batch-norm can go by the images at hand. */
  public boolean hasBatchStatistics() {
    return learnt != null;
  }

  /** Classes of these names that it was trained on. */
  public Set<String> known(List<String> classes) {
    Set<String> known = learnt == null ? Set.of() : new HashSet<>(learnt.info().classes());
    Set<String> both = new HashSet<>(classes);
    both.retainAll(known);
    return both;
  }

  /**
   * What goes in: features, or maps in rows.
   *
   * @return {@code float32 [N, D]}, the caller's
   */
  Features embed(ImageSource images, ProgressListener listener) {
    if (learnt == null) {
      return Embeddings.extract(encoder.backbone(), images, options, listener);
    }
    return Embeddings.extract(
        view -> judge.encoded(learnt.learner(), view).flatten(1, -1).cpu(),
        mapValues(),
        images,
        options,
        listener);
  }

  /** Numbers of a map. */
  int mapValues() {
    int side = Conv4.mapSize(imageSize());
    return Conv4.CHANNELS * side * side;
  }

  Learner learner() {
    return learnt == null ? null : learnt.learner();
  }

  Judge judge() {
    return judge;
  }

  Embeddings.Options options() {
    return options;
  }

  long[] ids(List<String> classes) {
    long[] none = new long[classes.size()];
    Arrays.fill(none, -1);
    return learnt == null ? none : Judge.ids(learnt.info().classes(), classes);
  }

  /**
   * Accuracies on the first episodes of a labelled set; models are given the same ones.
   *
   * @param source whose images all have a label; those that can't be read are left out
   */
  public EpisodeScores judge(
      ImageSource source,
      Episodes.Shape shape,
      int count,
      long seed,
      Judge.Mode mode,
      Console console) {
    String what =
        "judging " + (learnt == null ? encoder.info().architecture() : learnt.info().method());
    if (learnt == null) {
      console.begin("embedding");
      try (PointerScope scope = new PointerScope()) {
        Features features = embed(source, console::progress);
        Episodes episodes =
            new Episodes(
                Tensors.toLongs(features.labels()),
                source.classes(),
                source.describe(),
                shape,
                seed);
        console.begin(what);
        return Prototypes.judge(features, episodes, count, mode.transductive(), console::progress);
      }
    }
    console.begin("reading");
    SmallImages images =
        SmallImages.of(source, imageSize(), false, options.threads(), console::progress);
    Episodes episodes = new Episodes(images, shape, seed);
    console.begin(what);
    return judge.judge(
        learnt.learner(),
        learnt.info().classes(),
        images,
        episodes,
        count,
        mode,
        console::progress);
  }
}
