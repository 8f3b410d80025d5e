package dev.bingo.app.command;

import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.classify.ClassifierModel;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.Console;
import dev.bingo.torch.Names;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bingo classify predict}. */
@Command(
    name = "predict",
    description = {
      "Says which class photos are of, how probably, and whether that is too little.",
      "Images that can't be read are listed, and get no class."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo classify predict classifier.onnx photos",
      "  bingo classify predict classifier.onnx photos --out classes.csv",
      "  bingo classify predict classifier.onnx photos --jsonl | grep '\"rejected\":true'"
    })
public final class ClassifyPredictCommand implements Callable<Integer> {
  @Mixin private ClassifierArguments classifier;

  @Parameters(index = "1", paramLabel = "PHOTOS", description = "What is to be classified.")
  private Path photos;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write to FILE.csv or FILE.jsonl, and print none.")
  private Path out;

  @Option(names = "--csv", description = "Print comma-separated values.")
  private boolean csv;

  @Option(names = "--jsonl", description = "Print a line of JSON a photo.")
  private boolean jsonl;

  @Mixin private OverwriteArgument overwrite;
  @Mixin private ImageArguments images;

  @Override
  public Integer call() throws IOException {
    if (csv && jsonl) {
      throw new RecipeException("--csv and --jsonl: choose one");
    }
    if (out != null) {
      FewShotResults.format(out);
      overwrite.check(out);
    }
    Path list =
        out == null
            ? Path.of("bad-images.tsv")
            : out.resolveSibling(out.getFileName() + ".bad-images.tsv");
    Console console = TerminalConsole.standard();
    try (ClassifierModel model = classifier.open();
        GivenImages given =
            images.open(photos, Split.TEST, images.prefix, images.limit, "photos", list, console)) {
      Predictions found = new Predictions(model, given.source(), new Paths(photos, images.prefix));
      console.begin("classifying");
      model.classify(given.source(), classifier.threads(), found, console::progress);
      given.tell();
      write(found, console);
    }
    return 0;
  }

  private void write(Predictions found, Console console) throws IOException {
    if (csv || jsonl || out == null) {
      System.out.print(csv ? found.csv() : jsonl ? found.jsonl() : found.text());
      System.out.flush();
    }
    if (out != null) {
      WholeFile.write(out, FewShotResults.format(out).equals("csv") ? found.csv() : found.jsonl());
      console.say(found.counts());
    }
    console.say(
        Names.counted(found.size(), "photo")
            + (found.threshold() == 0
                ? ""
                : String.format(
                    Locale.ROOT,
                    "; %,d rejected, with a probability below %.3f",
                    found.rejected(),
                    found.threshold())));
    if (out != null) {
      console.say("wrote " + out);
    }
  }
}
