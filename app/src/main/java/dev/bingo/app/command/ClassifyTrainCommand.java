package dev.bingo.app.command;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.classify.Balance;
import dev.bingo.export.ModelCard;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.ClassifierSettings;
import dev.bingo.run.ClassifierTraining;
import dev.bingo.run.Console;
import dev.bingo.run.LabelledImages;
import dev.bingo.run.TrainedClassifier;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
      "      --balance images --out classifier.onnx"
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
    ClassifierSettings settings =
        new ClassifierSettings(balance, folds, seed, accuracy, coverage, threshold, features);
    Path page = beside(".html");
    Path json = beside(".json");
    Path suspects = beside(".suspects.csv");
    overwrite.check(out, page, json, suspects, ModelCard.besides(out));
    Console console = TerminalConsole.standard();
    try (GivenImages given =
        images.open(
            data,
            Split.TRAIN,
            images.prefix,
            images.limit,
            "labelled",
            beside(".bad-images.tsv"),
            console)) {
      LabelledImages labelled =
          LabelledImages.of(given.source(), labels, least, images.badImages, console);
      EncoderArguments.Ready ready = encoder.load();
      ClassifierTraining training =
          new ClassifierTraining(
              settings, encoder.file(), ready.encoder(), ready.options(), console);
      TrainedClassifier trained = training.train(labelled);
      given.tell();
      Map<String, String> about = training.write(out, trained);
      ModelCard.write(out, about, Usage.classifier(out, about));
      ClassifyText text = new ClassifyText(trained, labelled);
      System.out.print(text.console());
      System.out.flush();
      WholeFile.write(json, JSON.writeValueAsString(ClassifyJson.of(trained, about)));
      WholeFile.write(suspects, text.suspectsCsv(new Paths(data, images.prefix)));
      new ClassifyPage(trained, text).page(out.getFileName().toString()).write(page);
      console.say(
          String.format(
              Locale.ROOT,
              "wrote %s (%,d KiB), %s, %s, %s and %s",
              out,
              Files.size(out) >> 10,
              page.getFileName(),
              json.getFileName(),
              suspects.getFileName(),
              ModelCard.besides(out).getFileName()));
    }
    return 0;
  }

  /** The classifier's name with another ending. */
  private Path beside(String ending) {
    String name = out.getFileName().toString();
    return out.resolveSibling(name.substring(0, name.length() - ".onnx".length()) + ending);
  }
}
