package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.image.BadImageException;
import dev.bingo.image.ForwardingSource;
import dev.bingo.image.ImageSource;
import dev.bingo.image.PixelBuffer;
import dev.bingo.image.Pixels;
import dev.bingo.image.Reduction;
import dev.bingo.image.Subset;
import dev.bingo.method.Keys;
import dev.bingo.method.Method;
import dev.bingo.method.Method.Images;
import dev.bingo.method.Progress;
import dev.bingo.method.Teacher;
import dev.bingo.recipe.MethodEntry;
import dev.bingo.recipe.Methods;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Settings;
import dev.bingo.torch.Precision;
import dev.bingo.torch.ProgressListener;
import dev.bingo.train.Setup;
import dev.bingo.train.TrainConfig;
import dev.bingo.train.Trial;
import dev.bingo.view.Loader;
import dev.bingo.view.LoaderOptions;
import dev.bingo.view.Mates;
import dev.bingo.view.View;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Measures on this machine what a recipe's steps and embeddings take: some are done, on a few of
 * the images, and nothing is written.
 */
final class Rehearsal {
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  /** Batches of different images: enough that the first are not in a processor's cache again. */
  private static final int BATCHES = 6;

  private static final int SMALL = 64;
  private static final int EMBEDDED_LARGE = 64;
  private static final int READ = 48;

  private final Recipe recipe;
  private final ImageSource train;
  private final Device device;
  private final Precision precision;

  /**
   * Has done nothing yet.
   *
   * @param train with bad images replaced
   */
  Rehearsal(Recipe recipe, ImageSource train, Device device, Precision precision) {
    this.recipe = recipe;
    this.train = train;
    this.device = device;
    this.precision = precision;
  }

  /** Measures. */
  Pace pace() throws IOException {
    try (PointerScope scope = new PointerScope()) {
      double read = read();
      Parts parts = new Parts();
      Method method = Methods.create(recipe, parts);
      Modules.channelsLast(method.state());
      method.state().to(device, false);
      TrainConfig config = Settings.train(recipe, precision);
      int few = (int) Math.min(train.size(), (long) BATCHES * config.batch() * config.accumulate());
      LoaderOptions options =
          new LoaderOptions(config.batch(), config.seed(), config.threads(), 4, true);
      Setup setup =
          new Setup(
              method,
              new Loader(new Repeated(train, few), method.views(), mates(method), options),
              Settings.normalisation(recipe.data().normalise()),
              device,
              Settings.optimiser(recipe),
              Settings.schedule(recipe),
              config);
      Trial trial = Trial.of(setup, config.epochs() / 2, PATIENCE);
      double embed = embed(method.encoder());
      double teach = parts.teacher == null ? 0 : embed(parts.teacher.on(device, precision));
      int width = parts.teacher == null ? method.encoder().width() : parts.teacher.width();
      long memory = ProcessMemory.most() + ProcessMemory.unusedHeap();
      return new Pace(trial.seconds(), trial.steps(), embed, teach, read, width, memory);
    }
  }

  /** As the loader's threads do it, from the disk where the images lie there. */
  private double read() {
    int count = Math.min(READ, train.size());
    Subset some = Subset.random(train, count, 1);
    long start = System.nanoTime();
    IntStream.range(0, count).parallel().map(some::position).forEach(this::read);
    return (System.nanoTime() - start) / 1e9 / count;
  }

  private void read(int i) {
    try {
      train.read(i, Reduction.NONE);
    } catch (BadImageException e) {
      throw new IllegalStateException("bad images are replaced", e);
    }
  }

  private double embed(Backbone backbone) {
    return embed(
        backbone,
        Embeddings.Options.of(
                recipe.data().size(), Settings.normalisation(recipe.data().normalise()))
            .on(device.type(), precision));
  }

  private double embed(Encoder teacher) {
    return embed(teacher.backbone(), teacher.options());
  }

  /** First as many as a score takes at once, which shows what memory that wants. */
  private double embed(Backbone backbone, Embeddings.Options options) {
    boolean large = options.transform().size() > SMALL;
    double all = embed(backbone, options, options.batch());
    return Math.min(all, embed(backbone, options, large ? EMBEDDED_LARGE : options.batch()));
  }

  private double embed(Backbone backbone, Embeddings.Options options, int wanted) {
    int count = Math.min(wanted, train.size());
    ImageSource some = Subset.of(train, IntStream.range(0, count).toArray());
    try (PointerScope scope = new PointerScope()) {
      long start = System.nanoTime();
      Embeddings.extract(backbone, some, options.withBatch(count), ProgressListener.NONE);
      return (System.nanoTime() - start) / 1e9 / count;
    }
  }

  private Mates mates(Method method) {
    if (method.mates() != null) {
      return method.mates();
    }
    boolean wanted = method.views().stream().anyMatch(v -> v.source() == View.Source.MATE);
    return wanted ? (anchor, draws) -> (anchor + 1) % train.size() : null;
  }

  /** The recipe's parts, with keys that cost nothing where those of a teacher will be cached. */
  private final class Parts implements MethodEntry.Parts {
    private Encoder teacher;

    @Override
    public Backbone student() {
      return Encoders.create(recipe.student().arch(), Settings.stem(recipe), recipe.train().seed());
    }

    @Override
    public Keys teacherEmbeddings(List<View> views) throws IOException {
      return keys(load().net());
    }

    @Override
    public Keys teacherFeatures(List<View> views) throws IOException {
      Backbone backbone = load().backbone();
      return keys(new EmbeddingNet(backbone, ProjectionHead.none(backbone.width())));
    }

    private Encoder load() throws IOException {
      teacher = ForeignWeights.teacher(recipe, Console.SILENT).on(device, precision);
      return teacher;
    }

    private Keys keys(EmbeddingNet net) {
      int groups = recipe.teacher().groups();
      return Estimate.caches(recipe)
          ? new Given(net.width(), groups)
          : new Teacher(net, Settings.teacherMode(recipe), groups);
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

  private record Given(int width, int groups) implements Keys {
    @Override
    public List<Tensor> keys(Images images, Progress progress, int... views) {
      Tensor first = images.view(views[0]);
      Tensor key = torch.normalize(torch.ones(new long[] {first.size(0), width}, first.options()));
      return Collections.nCopies(views.length, key);
    }
  }

  /** As many images as there are, but of few files: what is kept once it was read is so soon. */
  private static final class Repeated extends ForwardingSource {
    private final int few;

    Repeated(ImageSource source, int few) {
      super(source);
      this.few = few;
    }

    @Override
    public Pixels read(int i, Reduction reduction) throws BadImageException {
      return source.read(i % few, reduction);
    }

    @Override
    public Pixels read(int i, Reduction reduction, PixelBuffer buffer) throws BadImageException {
      return source.read(i % few, reduction, buffer);
    }

    @Override
    public int resolved(int i) {
      return i;
    }
  }
}
