package dev.bingo.app.command;

import dev.bingo.Encoder;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.evaluate.CachedProbe;
import dev.bingo.evaluate.ClassMatch;
import dev.bingo.evaluate.Collapse;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.evaluate.Knn;
import dev.bingo.evaluate.LinearProbe;
import dev.bingo.evaluate.Score;
import dev.bingo.image.ImageSource;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.image.Subset;
import dev.bingo.recipe.Settings;
import dev.bingo.run.Console;
import dev.bingo.run.DataSets;
import dev.bingo.run.EncoderPath;
import dev.bingo.run.Judgement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "eval",
    description = "Judges an encoder on labelled images: weighted kNN and a linear probe.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo eval runs/student/encoder.safetensors --train photos/train \\",
      "      --val photos/val",
      "  bingo eval runs/student/encoder.safetensors --train cifar10.tar \\",
      "      --prefix train --val cifar10.tar --val-prefix val --linear moco"
    })
public final class EvalCommand implements Callable<Integer> {
  @Mixin private EncoderArguments encoder;
  @Mixin private ImageArguments images;

  @Option(
      names = "--train",
      required = true,
      paramLabel = "DATA",
      description = "Images to learn from.")
  private Path train;

  @Option(
      names = "--val",
      required = true,
      paramLabel = "DATA",
      description = "Images to judge by.")
  private Path val;

  @Option(names = "--val-prefix", description = "As --prefix, of --val.")
  private String valPrefix = "";

  @Option(names = "--val-limit", description = "As --limit, of --val.")
  private int valLimit;

  @Option(names = "--k", description = "Neighbours (default: ${DEFAULT-VALUE}).")
  private int k = 200;

  @Option(
      names = "--temperature",
      description = "Of the neighbours' weights (default: ${DEFAULT-VALUE}).")
  private double temperature = 0.1;

  @Option(
      names = "--linear",
      paramLabel = "PROTOCOL",
      description =
          "fast, none, or a paper's own: moco, seed, bingo, bingo-efficientnet, swav, ressl, wcl,"
              + " msvq, compress (default: fast).")
  private String linear = "fast";

  @Option(
      names = "--epochs",
      description = "Of a paper's protocol, whose schedule keeps its shape (default: its own).")
  private int epochs;

  @Option(
      names = "--control",
      paramLabel = "RUN",
      description =
          "A run, or an encoder's file, that this one ought to be better than: the report says whether it is.")
  private Path control;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description =
          "Where the report goes (default: eval.html in the run's directory; of a file of other origin NAME.eval.html here).")
  private Path report;

  @Override
  public Integer call() throws IOException {
    Path page = EvalPage.file(report, encoder.file());
    Encoder beside = control == null ? null : Encoder.load(EncoderPath.existing(control));
    Settings.oneOf("--linear", linear, Settings.PROBES);
    EncoderArguments.Ready ready = encoder.load();
    Console console = TerminalConsole.standard();
    try (GivenImages givenTrain =
            images.open(
                train, Split.TRAIN, images.prefix, images.limit, "train", list("train"), console);
        GivenImages givenVal =
            images.open(val, Split.TEST, valPrefix, valLimit, "val", list("val"), console)) {
      ImageSource learn = labelled(givenTrain, "train", console);
      ImageSource judge = labelled(givenVal, "val", console);
      DataSets.sayUnknown(ClassMatch.of(learn, judge), console);
      Features bank = features(ready, learn, "embedding train", console);
      givenTrain.tell();
      Features queries = features(ready, judge, "embedding val", console);
      givenVal.tell();
      Collapse collapse = Collapse.of(queries.values());
      System.out.printf(
          Locale.ROOT,
          "spread %.2f of 1, effective rank %.1f of %d, mean cosine of random pairs %.2f%n",
          collapse.spread(),
          collapse.effectiveRank(),
          queries.width(),
          collapse.meanCosine());
      Knn knn = new Knn(Math.min(k, bank.size()), temperature);
      Score neighbours = knn.score(bank, queries);
      System.out.println("kNN     " + neighbours);
      EvalPage.Measured measured = probe(ready, learn, judge, bank, queries, console);
      if (beside != null) {
        beside.on(ready.device(), ready.precision());
      }
      Judgement judgement = Judgement.of(ready.encoder(), beside, judge, console);
      System.out.println(judgement.verdict());
      EvalPage.write(page, encoder.file(), ready.encoder(), judgement, neighbours, measured);
      console.say("report: " + page);
    }
    return 0;
  }

  /** Nothing else is written, so that this lies where the command was started. */
  private static Path list(String set) {
    return Path.of("bad-images-" + set + ".tsv");
  }

  /** Those that can be scored. */
  private static ImageSource labelled(GivenImages given, String name, Console console) {
    ImageSource labelled = Subset.labelled(given.source());
    int without = given.source().size() - labelled.size();
    if (without > 0) {
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %,d of %,d have no label and are left out",
              name,
              without,
              given.source().size()));
    }
    return labelled;
  }

  private static Features features(
      EncoderArguments.Ready ready, ImageSource source, String what, Console console) {
    console.begin(what);
    return Embeddings.extract(
        ready.encoder().backbone(), source, ready.options(), console::progress);
  }

  private EvalPage.Measured probe(
      EncoderArguments.Ready ready,
      ImageSource learn,
      ImageSource judge,
      Features bank,
      Features queries,
      Console console) {
    if (linear.equals("fast")) {
      CachedProbe.Outcome outcome = CachedProbe.DEFAULT.run(bank, queries);
      System.out.println("linear  " + outcome.score());
      console.say(CachedProbe.DIFFERENCE);
      return new EvalPage.Measured(outcome.score(), outcome.confusion());
    }
    if (!linear.equals("none")) {
      LinearProbe named = LinearProbe.named(linear);
      LinearProbe paper = epochs > 0 ? named.with(epochs, 0) : named;
      LinearProbe.Outcome outcome =
          paper.run(
              ready.encoder().backbone(),
              learn,
              judge,
              ready.options(),
              end ->
                  console.say(
                      String.format(
                          Locale.ROOT,
                          "probe epoch %d  loss %.3f  %s",
                          end.epoch() + 1,
                          end.loss(),
                          end.test())));
      System.out.println("linear  " + outcome.last() + " (last epoch)");
      System.out.println(
          "linear  " + outcome.best() + " (best epoch, chosen on val, as the papers' code)");
      return new EvalPage.Measured(outcome.last(), null);
    }
    return EvalPage.Measured.NONE;
  }
}
