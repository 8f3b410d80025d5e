package dev.bingo.app.command;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bingo.app.terminal.StopSignals;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.classify.Balance;
import dev.bingo.classify.FineTune;
import dev.bingo.export.ModelCard;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import dev.bingo.run.ClassifierSettings;
import dev.bingo.run.ClassifierTraining;
import dev.bingo.run.Console;
import dev.bingo.run.FineTuning;
import dev.bingo.run.LabelledImages;
import dev.bingo.run.TrainedClassifier;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bingo classify train}. */
@Command(
    name = "train",
    description = {
      "Trains a classifier on an encoder and writes it as one ONNX file: pixels in, probabilities"
          + " out.",
      "Beside it lie a report to look at (.html), the same for programs (.json), labels that look"
          + " wrong (.suspects.csv) and a model card (.onnx.md)."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo classify train runs/student labelled --out classifier.onnx",
      "  bingo classify train runs/student labels.csv --accuracy 0.97 \\",
      "      --out classifier.onnx",
      "  bingo classify train runs/student photos --labels label-studio.json \\",
      "      --balance images --out classifier.onnx",
      "  bingo classify train runs/student photos/train --share 0.01 \\",
      "      --fine-tune swav-1 --judge photos/val --out one-percent.onnx"
    })
public final class ClassifyTrainCommand implements Callable<Integer> {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  @Mixin private EncoderArguments encoder;

  @Parameters(
      index = "1",
      paramLabel = "LABELLED",
      description =
          "Labelled images: a folder with a sub-folder a class, a CSV with the header path,label,"
              + " JSON lines, tar shards (docs/data.md).")
  private Path data;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "Labels of the images by their ids, in place of their own: .csv, .jsonl, or an export of"
              + " Label Studio or COCO; several may be given.")
  private List<Path> labels = List.of();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.onnx",
      description = "Where to write the classifier.")
  private Path out;

  @Option(
      names = "--balance",
      paramLabel = "WHAT",
      description =
          "What counts the same in learning: classes, however few images they have, or images"
              + " (default: classes). Probabilities are those of a set that is so composed.")
  private Balance balance = Balance.CLASSES;

  @Option(
      names = "--accuracy",
      paramLabel = "SHARE",
      description =
          "Reject what is unsure, so that of the rest this share is right, such as 0.97 (default:"
              + " reject nothing).")
  private double accuracy;

  @Option(
      names = "--coverage",
      paramLabel = "SHARE",
      description = "Or: reject so that this share of the images is kept.")
  private double coverage;

  @Option(
      names = "--threshold",
      paramLabel = "PROBABILITY",
      description = "Or: reject below this probability.")
  private double threshold;

  @Option(
      names = "--least",
      paramLabel = "N",
      description =
          "Leave out classes with fewer images (default: a class with a single one is refused).")
  private int least;

  @Option(
      names = "--fine-tune",
      paramLabel = "PROTOCOL",
      description =
          "Train the whole encoder, not a head alone: short, SwAV's for 1 or 10 % of the labels"
              + " (swav-1, swav-10), or scratch, for a network that knows nothing yet.")
  private String fineTune;

  @Option(
      names = "--epochs",
      description = "Of --fine-tune, whose schedule keeps its shape (default: its own).")
  private int epochs;

  @Option(
      names = "--share",
      description = "Learn from this share of each class alone, such as 0.01 (default: all).")
  private double share = 1;

  @Option(
      names = "--judge",
      paramLabel = "DATA",
      description =
          "Labelled images to judge and calibrate --fine-tune by (default: a fold is held out).")
  private Path judge;

  @Option(names = "--judge-prefix", description = "As --prefix, of --judge.")
  private String judgePrefix = "";

  @Option(names = "--folds", description = "Of the cross-validation (default: ${DEFAULT-VALUE}).")
  private int folds = 5;

  @Option(names = "--seed", description = "Of the folds (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--features",
      paramLabel = "DIR",
      description = "Keep the encoder's features there, and take them from there next time.")
  private Path features;

  @Mixin private ImageArguments images;
  @Mixin private OverwriteArgument overwrite;

  @Override
  public Integer call() throws IOException {
    if (!out.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
      throw new RecipeException("--out " + out + ": expected a name that ends with .onnx");
    }
    if (!(share > 0 && share <= 1)) {
      throw new RecipeException("--share: expected a share above 0, up to 1, got " + share);
    }
    ClassifierSettings settings =
        new ClassifierSettings(balance, folds, seed, accuracy, coverage, threshold, features);
    FineTune how = protocol();
    overwrite.check(out, page(), json(), suspects(), ModelCard.besides(out));
    Console console = TerminalConsole.standard();
    StopSignals signals = new StopSignals(console);
    try (GivenImages given = open(data, images.prefix, images.limit, "labelled", console);
        GivenImages judged = judge == null ? null : open(judge, judgePrefix, 0, "judge", console)) {
      EncoderArguments.Ready ready = encoder.load();
      ClassifierTraining training =
          new ClassifierTraining(
              settings, encoder.file(), ready.encoder(), ready.options(), console);
      LabelledImages all =
          LabelledImages.of(given.source(), labels, least, images.badImages, console);
      LabelledImages labelled = share < 1 ? all.share(share, seed) : all;
      LabelledImages others =
          judged == null
              ? null
              : LabelledImages.of(judged.source(), List.of(), 2, images.badImages, console);
      Optional<TrainedClassifier> trained =
          how == null
              ? Optional.of(training.train(labelled))
              : training.fineTune(labelled, others, tuning(how, ready, signals));
      if (trained.isEmpty()) {
        console.say("stopped with a checkpoint; the same command goes on with it");
        return signals.exitCode();
      }
      given.tell();
      write(training, trained.get(), labelled, console);
    }
    return 0;
  }

  private FineTune protocol() {
    if (fineTune == null) {
      if (epochs != 0 || judge != null) {
        throw new RecipeException("--epochs and --judge are for --fine-tune");
      }
      return null;
    }
    Settings.oneOf("--fine-tune", fineTune, List.copyOf(FineTune.names()));
    if (features != null) {
      throw new RecipeException(
          "--features: an encoder that is fine-tuned changes its features; leave one of them out");
    }
    if (epochs < 0) {
      throw new RecipeException("--epochs: expected 1 or more, got " + epochs);
    }
    FineTune how = FineTune.named(fineTune);
    return epochs == 0 ? how : how.withEpochs(epochs);
  }

  private FineTuning tuning(FineTune how, EncoderArguments.Ready ready, StopSignals signals) {
    return new FineTuning(
        how,
        ready.encoder(),
        encoder.file(),
        ready.device(),
        ready.precision(),
        beside(".run"),
        signals);
  }

  private GivenImages open(Path path, String prefix, int limit, String name, Console console)
      throws IOException {
    Path list = beside(".bad-images" + (name.equals("judge") ? "-judge" : "") + ".tsv");
    return images.open(path, Split.TRAIN, prefix, limit, name, list, console);
  }

  private void write(
      ClassifierTraining training,
      TrainedClassifier trained,
      LabelledImages labelled,
      Console console)
      throws IOException {
    Map<String, String> about = training.write(out, trained);
    ModelCard.write(out, about, Usage.classifier(out, about));
    ClassifyText text = new ClassifyText(trained, labelled);
    System.out.print(text.console());
    System.out.flush();
    WholeFile.write(json(), JSON.writeValueAsString(ClassifyJson.of(trained, about)));
    WholeFile.write(suspects(), text.suspectsCsv(new Paths(data, images.prefix)));
    new ClassifyPage(trained, text).page(out.getFileName().toString()).write(page());
    console.say(
        String.format(
            Locale.ROOT,
            "wrote %s (%,d KiB), %s, %s, %s and %s",
            out,
            Files.size(out) >> 10,
            page().getFileName(),
            json().getFileName(),
            suspects().getFileName(),
            ModelCard.besides(out).getFileName()));
  }

  private Path page() {
    return beside(".html");
  }

  private Path json() {
    return beside(".json");
  }

  private Path suspects() {
    return beside(".suspects.csv");
  }

  /** The classifier's name with another ending. */
  private Path beside(String ending) {
    String name = out.getFileName().toString();
    return out.resolveSibling(name.substring(0, name.length() - ".onnx".length()) + ending);
  }
}
