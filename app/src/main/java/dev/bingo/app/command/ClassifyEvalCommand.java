package dev.bingo.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.classify.ClassifierModel;
import dev.bingo.classify.Judgement;
import dev.bingo.classify.Rejection;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.run.ClassifierJudge;
import dev.bingo.run.ClassifierJudge.Judged;
import dev.bingo.run.Console;
import dev.bingo.torch.Names;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bingo classify eval}. */
@Command(
    name = "eval",
    description = {
      "Judges a classifier by labelled images that it has not learnt from.",
      "Classes are the same where they are called the same."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo classify eval classifier.onnx other-labelled",
      "  bingo classify eval classifier.onnx labels.csv --json scores.json"
    })
public final class ClassifyEvalCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin private ClassifierArguments classifier;

  @Parameters(index = "1", paramLabel = "LABELLED", description = "Labelled images.")
  private Path data;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Labels of the images by their ids, in place of their own.")
  private List<Path> labels = List.of();

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures.")
  private Path json;

  @Mixin private OverwriteArgument overwrite;
  @Mixin private ImageArguments images;

  @Override
  public Integer call() throws IOException {
    if (json != null) {
      overwrite.check(json);
    }
    Console console = TerminalConsole.standard();
    try (ClassifierModel model = classifier.open();
        GivenImages given =
            images.open(
                data,
                Split.TEST,
                images.prefix,
                images.limit,
                "labelled",
                Path.of("bad-images.tsv"),
                console)) {
      Judged judged =
          ClassifierJudge.judge(model, given.source(), labels, classifier.threads(), console);
      given.tell();
      print(judged);
      if (json != null) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("images", judged.images()).put("of_unknown_classes", judged.unknown());
        ClassifyJson.judged(root, judged.after());
        root.put("calibration_error_before", judged.before().calibrationError());
        ClassifyJson.rejection(root, judged.rejection());
        WholeFile.write(json, JSON.writeValueAsString(root));
        console.say("wrote " + json);
      }
    }
    return 0;
  }

  private static void print(Judged judged) {
    StringBuilder text = new StringBuilder();
    Judgement after = judged.after();
    ClassifyText.section(
        text,
        "measured",
        List.of(
            String.format(
                Locale.ROOT,
                "macro-F1 %.1f %%, accuracy %.1f %% of %s",
                after.confusion().macroF1(),
                after.confusion().accuracy(),
                Names.counted(judged.images(), "image"))));
    Rejection rejection = judged.rejection();
    ClassifyText.section(
        text,
        "sureness",
        List.of(
            String.format(
                Locale.ROOT,
                "calibration error %.1f points, without its temperature %.1f",
                100 * after.calibrationError(),
                100 * judged.before().calibrationError()),
            rejection.threshold() == 0
                ? "it rejects nothing"
                : String.format(
                    Locale.ROOT,
                    "rejected below %.3f: %.1f %% kept, of those %.1f %% right",
                    rejection.threshold(),
                    100 * rejection.coverage(),
                    100 * rejection.accuracy())));
    ClassifyText.table(text, after.confusion());
    ClassifyText.section(text, "confused", ClassifyText.mistakes(after.confusion()));
    System.out.print(text);
    System.out.flush();
  }
}
