package dev.bingo.app.command;

import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.fewshot.LeaveOneOut;
import dev.bingo.image.ImageSource;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.Console;
import dev.bingo.run.FewShotClassifier;
import dev.bingo.run.FewShotClassifier.Classified;
import dev.bingo.run.FewShotModel;
import dev.bingo.select.Wilson;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Names;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bingo few-shot}. */
@Command(
    name = "few-shot",
    description = {
      "Classifies photos by a handful of labelled ones a class, with any encoder.",
      "The support is a folder with a sub-folder for each class; nothing is trained. 'bingo few-shot"
          + " train' trains a network for it, 'bingo few-shot eval' says how well either does."
    },
    subcommands = {FewShotTrainCommand.class, FewShotEvalCommand.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo few-shot --encoder runs/student --support five-of-each photos",
      "  bingo few-shot --encoder dino_deitsmall16_pretrain.pth \\",
      "      --support five-of-each photos --out classes.csv",
      "  bingo few-shot --encoder runs/mrn --support five-of-each photos --jsonl"
    })
public final class FewShotCommand implements Callable<Integer> {
  private static final double DOUBTFUL = .5;

  @Option(
      names = "--encoder",
      paramLabel = "ENCODER",
      description =
          "A run's directory or file ('bingo train', 'bingo few-shot train'), or anybody's encoder"
              + " (docs/teachers.md).")
  private Path encoder;

  @Option(
      names = "--support",
      paramLabel = "DATA",
      description = "A few labelled photos of each class: a sub-folder a class.")
  private Path support;

  @Parameters(arity = "0..1", paramLabel = "PHOTOS", description = "What is to be classified.")
  private Path photos;

  @Option(
      names = "--transductive",
      description =
          "Look at all photos together: better where each is of one of the classes, and about as"
              + " many of each; worse where not.")
  private boolean transductive;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write all probabilities to FILE.csv or FILE.jsonl, and print none.")
  private Path out;

  @Option(names = "--csv", description = "Print comma-separated values.")
  private boolean csv;

  @Option(names = "--jsonl", description = "Print a line of JSON a photo.")
  private boolean jsonl;

  @Mixin private OverwriteArgument overwrite;
  @Mixin private ImageArguments images;
  @Mixin private EncoderOptions options;

  @Override
  public Integer call() throws IOException {
    check();
    Console console = TerminalConsole.standard();
    Engine.start();
    try (PointerScope scope = new PointerScope();
        GivenImages few =
            images.open(support, Split.TRAIN, "", 0, "support", beside("support"), console);
        GivenImages given =
            images.open(
                photos,
                Split.TEST,
                images.prefix,
                images.limit,
                "photos",
                beside("photos"),
                console)) {
      FewShotClassifier.check(few.source());
      FewShotModel model = options.loadFewShot(encoder);
      boolean together = transductive || model.isTransductive();
      FewShotClassifier classifier = learn(model, few, console);
      if (together) {
        classifier.checkTogether(given.source().size());
      }
      console.begin("classifying");
      Classified found = classifier.classify(given.source(), together, console::progress);
      given.tell();
      write(classifier, given.source(), found, together, console);
    }
    return 0;
  }

  private FewShotClassifier learn(FewShotModel model, GivenImages few, Console console) {
    ImageSource source = few.source();
    console.begin("looking at the support");
    FewShotClassifier classifier = FewShotClassifier.of(model, source, console::progress);
    few.tell();
    console.say(
        String.format(
            Locale.ROOT,
            "%s; %s, %s of each%s",
            model.describe(),
            Names.counted(classifier.classes().size(), "class"),
            range(classifier.shots()),
            fares(classifier.check())));
    long small = classifier.small(source);
    if (2 * small > source.size()) {
      console.say(
          String.format(
              Locale.ROOT,
              "warning: %,d of %,d supports are less than half as large as the %d pixels that the"
                  + " encoder sees: it was made for larger images",
              small,
              source.size(),
              model.imageSize()));
    }
    return classifier;
  }

  private static String range(int[] shots) {
    int least = Arrays.stream(shots).min().orElseThrow();
    int most = Arrays.stream(shots).max().orElseThrow();
    return least == most ? "" + least : least + " to " + most;
  }

  /** With what the count says of other photos: of few it says little. */
  private static String fares(LeaveOneOut check) {
    if (check == null) {
      return "; with two or more a class you would be told how well it works";
    }
    Wilson share = Wilson.of(check.right(), check.of());
    return String.format(
        Locale.ROOT,
        "; classified by the others, %d of %d supports are right: of such photos probably %.0f to"
            + " %.0f %%",
        check.right(),
        check.of(),
        100 * share.low(),
        100 * share.high());
  }

  private void check() {
    if (encoder == null || support == null || photos == null) {
      throw new RecipeException(
          "few-shot takes --encoder ENCODER, --support DATA and PHOTOS; see 'bingo few-shot --help'");
    }
    options.check();
    if (csv && jsonl) {
      throw new RecipeException("--csv and --jsonl: choose one");
    }
    if (out != null) {
      FewShotResults.format(out);
      overwrite.check(out);
    }
  }

  private Path beside(String set) {
    return out == null
        ? Path.of("bad-images-" + set + ".tsv")
        : out.resolveSibling(out.getFileName() + ".bad-images-" + set + ".tsv");
  }

  private void write(
      FewShotClassifier classifier,
      ImageSource source,
      Classified found,
      boolean together,
      Console console)
      throws IOException {
    FewShotResults results =
        new FewShotResults(
            classifier.classes(), new Paths(photos, images.prefix), source::id, found);
    if (csv || jsonl || out == null) {
      System.out.print(csv ? results.csv() : jsonl ? results.jsonl() : results.text());
      System.out.flush();
    }
    if (out != null) {
      WholeFile.write(
          out, FewShotResults.format(out).equals("csv") ? results.csv() : results.jsonl());
    }
    if (out != null) {
      console.say(results.counts());
    }
    long doubtful = results.below(DOUBTFUL);
    console.say(
        String.format(
            Locale.ROOT,
            "%s%s%s",
            Names.counted(found.positions().length, "photo"),
            together ? ", looked at together" : "",
            doubtful == 0
                ? ""
                : String.format(
                    Locale.ROOT, "; of %,d no class has half of the probability", doubtful)));
    if (out != null) {
      console.say("wrote " + out);
    }
  }
}
