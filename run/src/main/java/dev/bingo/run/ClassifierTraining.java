package dev.bingo.run;

import dev.bingo.Encoder;
import dev.bingo.classify.Balance;
import dev.bingo.classify.FineTune;
import dev.bingo.classify.Folds;
import dev.bingo.classify.HeadTraining;
import dev.bingo.classify.Judgement;
import dev.bingo.classify.Labelled;
import dev.bingo.classify.Rejection;
import dev.bingo.classify.Unseen;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.export.ClassifierHead;
import dev.bingo.export.OnnxModel;
import dev.bingo.export.Verification;
import dev.bingo.image.BadImageException;
import dev.bingo.image.ImageSource;
import dev.bingo.image.Reduction;
import dev.bingo.image.Subset;
import dev.bingo.pretrained.FrozenBackbone;
import dev.bingo.recipe.RecipeException;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Names;
import dev.bingo.torch.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

/** From an encoder and labelled images to a classifier in one file. */
public final class ClassifierTraining {
  /** Enough to meet portraits, landscapes and small ones. */
  private static final int CHECKED = 64;

  private static final int TRIED = 16;
  private static final double MOST_DIFFERENCE = 1e-4;

  private final ClassifierSettings settings;
  private final Path file;
  private final Encoder encoder;
  private final Embeddings.Options options;
  private final Console console;

  /**
   * A training that has not begun.
   *
   * @param file of the encoder
   * @param options how images get to it
   * @throws RecipeException for an encoder that can't be written as ONNX
   */
  public ClassifierTraining(
      ClassifierSettings settings,
      Path file,
      Encoder encoder,
      Embeddings.Options options,
      Console console) {
    Engine.start();
    if (encoder.backbone() instanceof FrozenBackbone) {
      throw new RecipeException(
          file
              + ": is a program ("
              + encoder.info().architecture()
              + "), which can be run but not written into a classifier's file; give weights (.pth,"
              + " .safetensors). 'bingo few-shot' classifies with programs, too");
    }
    this.settings = settings;
    this.file = file;
    this.encoder = encoder;
    this.options = options;
    this.console = console;
  }

  /**
   * Trains a head.
   *
   * @param images that were looked at
   * @throws RecipeException where the encoder tells nothing apart, or the wanted accuracy is out of
   *     reach
   */
  public TrainedClassifier train(LabelledImages images) throws IOException {
    sayBalance(images.source());
    tryEncoder(images.source());
    try (PointerScope scope = new PointerScope()) {
      Features features =
          CachedFeatures.of(settings.features(), file, encoder, options, images.source(), console);
      finite(features.values());
      int[] positions = features.positions();
      int[] groups = Arrays.stream(positions).map(p -> images.groups()[p]).toArray();
      Labelled labelled = Labelled.of(features, groups);
      stillAll(labelled);
      console.begin("training");
      HeadTraining.Outcome outcome =
          new HeadTraining(settings.balance(), settings.folds(), settings.seed())
              .run(labelled, console::progress);
      String how =
          String.format(
              Locale.ROOT,
              "logistic regression on the features of %s, penalty %s by cross-validation in %d folds;"
                  + " each image judged by a head that has not seen it",
              encoder.info().architecture(),
              number(outcome.l2()),
              Math.min(settings.folds(), labelled.size()));
      return trained(
          outcome.head(), how, images, positions, outcome.unseen(), outcome.temperature());
    }
  }

  /**
   * Trains the whole encoder, and judges it by images that it has not learnt from.
   *
   * @param images to learn from
   * @param judge others to judge and calibrate by; null to hold out a fold of {@code images}
   * @return empty where it was stopped with a checkpoint
   * @throws RecipeException as {@link #train}, or where the protocol doesn't fit so many images
   */
  public Optional<TrainedClassifier> fineTune(
      LabelledImages images, LabelledImages judge, FineTuning tuning) throws IOException {
    ImageSource source = images.source();
    Folds folds =
        Folds.stratified(labels(source), images.groups(), settings.folds(), settings.seed());
    int[] learnt = judge != null ? IntStream.range(0, source.size()).toArray() : folds.outside(0);
    LabelledImages judged = judge != null ? judge.as(source.classes()) : images.some(folds.in(0));
    FineTune how = fitted(tuning.how(), learnt.length);
    sayBalance(source);
    tryEncoder(source);
    try (PointerScope scope = new PointerScope()) {
      ImageSource some = Subset.of(source, learnt);
      Features features = CachedFeatures.of(null, file, encoder, options, some, console);
      finite(features.values());
      int[] read = Arrays.stream(features.positions()).map(p -> learnt[p]).toArray();
      Labelled labelled =
          Labelled.of(features, Arrays.stream(read).map(p -> images.groups()[p]).toArray());
      ClassifierHead start =
          how.fromHead()
              ? new HeadTraining(settings.balance(), settings.folds(), settings.seed())
                  .run(labelled, (done, total) -> {})
                  .head()
              : null;
      Optional<ClassifierHead> head =
          new FineTuning(
                  how,
                  encoder,
                  file,
                  tuning.device(),
                  tuning.precision(),
                  tuning.folder(),
                  tuning.stops())
              .train(
                  Subset.of(source, read),
                  start,
                  settings.balance().ofClasses(labelled.labels(), source.classes().size()),
                  settings.seed(),
                  console);
      if (head.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(judged(head.get(), how, read.length, images, judged));
    }
  }

  private FineTune fitted(FineTune how, int images) {
    try {
      return how.forImages(images);
    } catch (IllegalArgumentException e) {
      throw new RecipeException("--fine-tune: " + e.getMessage(), e);
    }
  }

  private static int[] labels(ImageSource source) {
    return IntStream.range(0, source.size()).map(source::label).toArray();
  }

  private TrainedClassifier judged(
      ClassifierHead head, FineTune how, int learnt, LabelledImages images, LabelledImages judged)
      throws IOException {
    Features features = CachedFeatures.of(null, file, encoder, options, judged.source(), console);
    finite(features.values());
    int[] positions = features.positions();
    Labelled labelled =
        Labelled.of(features, Arrays.stream(positions).map(p -> judged.groups()[p]).toArray());
    double[] weights = settings.balance().weights(labelled.labels(), head.classes().size());
    Tensor logits = head.logits(features.values());
    Unseen unseen = Unseen.of(logits, labelled, settings.folds(), weights, settings.seed());
    double temperature = Unseen.temperature(logits, labelled, weights);
    String text =
        String.format(
            Locale.ROOT,
            "%s with a linear head, both trained by the protocol '%s' on %s: %s, batch %d, rate %s"
                + " (head %s); judged by %s that it has not seen",
            encoder.info().architecture(),
            how.name(),
            Names.counted(learnt, "image"),
            Names.counted(how.epochs(), "epoch"),
            how.batch(),
            number(how.rate()),
            number(how.headRate()),
            Names.counted(positions.length, "image"));
    TrainedClassifier trained =
        trained(head.cooled(temperature), text, judged, positions, unseen, temperature);
    trained.about().put("labelled", Integer.toString(learnt));
    trained.about().put("labelled_data", images.source().fingerprint());
    return trained;
  }

  private static String number(double value) {
    return Double.toString(value).replaceAll("\\.0(?=E|$)", "");
  }

  private TrainedClassifier trained(
      ClassifierHead head,
      String how,
      LabelledImages images,
      int[] positions,
      Unseen unseen,
      double temperature) {
    Rejection rejection = rejection(unseen);
    Map<String, String> about = encoder.about();
    Judgement judged = unseen.after();
    about.put("classifier", how);
    about.put("counted", settings.balance() == Balance.CLASSES ? "each class" : "each image");
    about.put("labelled", Integer.toString(images.source().size()));
    about.put("labelled_data", images.source().fingerprint());
    about.put("temperature", Double.toString(temperature));
    about.put(
        "accuracy",
        String.format(
            Locale.ROOT,
            "macro-F1 %.1f %%, accuracy %.1f %% of %s that were not learnt from",
            judged.confusion().macroF1(),
            judged.confusion().accuracy(),
            Names.counted(positions.length, "labelled image")));
    about.put(
        "calibration_error",
        String.format(
            Locale.ROOT,
            "%.4f, before calibration %.4f",
            judged.calibrationError(),
            unseen.before().calibrationError()));
    return new TrainedClassifier(
        head.rejectingBelow(rejection.threshold()),
        how,
        images.source(),
        positions,
        unseen,
        temperature,
        rejection,
        unseen.suspects(),
        about);
  }

  private Rejection rejection(Unseen unseen) {
    int[] labels = unseen.labels();
    float[][] probabilities = unseen.probabilities();
    if (settings.coverage() > 0) {
      return Rejection.forCoverage(settings.coverage(), labels, probabilities);
    }
    if (settings.accuracy() > 0) {
      return Rejection.forAccuracy(settings.accuracy(), labels, probabilities)
          .orElseThrow(() -> outOfReach(labels, probabilities));
    }
    return Rejection.at(settings.threshold(), labels, probabilities);
  }

  private RecipeException outOfReach(int[] labels, float[][] probabilities) {
    Rejection half = Rejection.forCoverage(.5, labels, probabilities);
    return new RecipeException(
        String.format(
            Locale.ROOT,
            "--accuracy %s: no threshold reaches it. Of the surer half of the images %.1f %% are right."
                + " Ask for less, label more, or take a better encoder; nothing was written",
            settings.accuracy(),
            100 * half.accuracy()));
  }

  private void sayBalance(ImageSource source) {
    int[] sizes = new int[source.classes().size()];
    IntStream.range(0, source.size()).forEach(i -> sizes[source.label(i)]++);
    int least = Arrays.stream(sizes).min().orElseThrow();
    int most = Arrays.stream(sizes).max().orElseThrow();
    console.say(
        String.format(
            Locale.ROOT,
            "%s of %s%s",
            Names.counted(sizes.length, "class"),
            least == most
                ? Names.counted(least, "image")
                : String.format(Locale.ROOT, "%,d to %,d images", least, most),
            least == most
                ? ""
                : settings.balance() == Balance.CLASSES
                    ? "; each class counts the same (--balance images: each image)"
                    : "; each image counts the same (--balance classes: each class)"));
  }

  /** A few images tell whether the rest are worth the time. */
  private void tryEncoder(ImageSource source) {
    int n = Math.min(TRIED, source.size());
    int[] some = IntStream.range(0, n).map(i -> (int) ((long) i * source.size() / n)).toArray();
    try (PointerScope scope = new PointerScope()) {
      Tensor values =
          Embeddings.extract(
                  encoder.backbone(),
                  Subset.of(source, some),
                  options.withBatch(n),
                  (done, total) -> {})
              .values();
      finite(values);
      double spread = values.sub(values.mean(0)).abs().max().item_double();
      double size = values.abs().max().item_double();
      if (n > 1 && spread <= 1e-6 * size) {
        throw new RecipeException(
            file
                + ": gives the same features to all images, so nothing can be told apart by it; its"
                + " training has collapsed. Take another encoder");
      }
    }
  }

  private void finite(Tensor values) {
    Tensor wrong = values.isfinite().logical_not();
    if (wrong.any().item_bool()) {
      throw new RecipeException(
          file
              + ": gives features that are not finite (NaN or infinite); its weights are broken, or the"
              + " precision is too low (--precision fp32). Take another file");
    }
  }

  /** Images that can't be decoded have no row: a class may have lost too many. */
  private static void stillAll(Labelled labelled) {
    for (int c = 0; c < labelled.classes().size(); c++) {
      int of = c;
      long unlike =
          IntStream.range(0, labelled.size())
              .filter(i -> labelled.labels()[i] == of)
              .map(i -> labelled.groups()[i])
              .distinct()
              .count();
      if (unlike < 2) {
        throw new RecipeException(
            "class '"
                + labelled.classes().get(c)
                + "': fewer than two unlike images of it can be read. Add some, or take it out");
      }
    }
  }

  /**
   * Writes the classifier, after ONNX Runtime gave the same probabilities with it.
   *
   * @return the model's metadata
   * @throws IOException where it can't be written, or they differ; nothing is written then
   */
  public Map<String, String> write(Path target, TrainedClassifier trained) throws IOException {
    Encoder plain = encoder.on(new Device("cpu"), Precision.FP32);
    OnnxModel model = plain.onnx().classifying(trained.head()).withPixels();
    ImageSource source = trained.source();
    int n = Math.min(CHECKED, trained.positions().length);
    double difference =
        Verification.ofClassifier(
            model,
            plain.backbone(),
            trained.head(),
            n,
            i -> {
              int row = (int) ((long) i * trained.positions().length / n);
              try {
                return source.read(trained.positions()[row], Reduction.NONE);
              } catch (BadImageException e) {
                throw new IOException(e.getMessage(), e);
              }
            });
    if (!(difference <= MOST_DIFFERENCE)) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: not written, its probabilities in ONNX Runtime differ from the trainer's by up to %.2g",
              target,
              difference));
    }
    Map<String, String> about = new LinkedHashMap<>(trained.about());
    about.put("encoder_sha256", BagMaker.sha256(file));
    about.put(
        "verification",
        String.format(
            Locale.ROOT,
            "ONNX Runtime against the trainer: probabilities differ by %.2g at the most, of %s",
            difference,
            Names.counted(n, "image")));
    about.putAll(model.contract());
    model.write(target, about);
    return about;
  }
}
