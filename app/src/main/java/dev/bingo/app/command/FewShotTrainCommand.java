package dev.bingo.app.command;

import dev.bingo.app.terminal.StopSignals;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.fewshot.MrnConfig;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.Console;
import dev.bingo.run.FewShotRun;
import dev.bingo.run.FewShotSettings;
import dev.bingo.run.FewShotSettings.Images;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Trainer.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bingo few-shot train}. */
@Command(
    name = "train",
    description = {
      "Trains a small network by episodes, to tell classes apart that it has never seen.",
      "The state that does best on the classes of --val is kept in few-shot.safetensors."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo few-shot train --train photos/train --val photos/val \\",
      "      --method mrn --shots 5 --out runs/mrn",
      "  bingo few-shot train --train omniglot.tar --train-prefix train \\",
      "      --val omniglot.tar --val-prefix val --size 28 --grey --turns \\",
      "      --method relation --episodes 10000 --out runs/relation",
      "  bingo few-shot train --resume runs/mrn"
    })
public final class FewShotTrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--train",
      paramLabel = "DATA",
      description = "Labelled images to learn from, with a few dozen classes or more.")
  private Path train;

  @Option(names = "--train-prefix", description = "Sub-folder of --train to take.")
  private String trainPrefix = "";

  @Option(
      names = "--val",
      paramLabel = "DATA",
      description = "Labelled images of other classes, to choose the best state by.")
  private Path val;

  @Option(names = "--val-prefix", description = "Sub-folder of --val to take.")
  private String valPrefix = "";

  @Option(names = "--out", paramLabel = "DIR", description = "Run directory.")
  private Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description =
          "Go on with the run in this directory, by its own settings; --train and --val say where"
              + " images have moved.")
  private Path resume;

  @Option(
      names = "--method",
      description = "protonet, relation or mrn (default: ${DEFAULT-VALUE}).")
  private String method = "mrn";

  @Option(names = "--ways", description = "Classes of an episode (default: ${DEFAULT-VALUE}).")
  private int ways = 5;

  @Option(names = "--shots", description = "Supports of a class (default: ${DEFAULT-VALUE}).")
  private int shots = 1;

  @Option(names = "--queries", description = "Queries of a class (default: ${DEFAULT-VALUE}).")
  private int queries = 5;

  @Option(
      names = "--val-queries",
      description = "The same in validation (default: ${DEFAULT-VALUE}).")
  private int valQueries = 15;

  @Option(names = "--episodes", description = "To train for (default: ${DEFAULT-VALUE}).")
  private int episodes = 10_000;

  @Option(
      names = "--evaluations",
      description = "During it, a multiple of 5 (default: ${DEFAULT-VALUE}).")
  private int evaluations = 20;

  @Option(
      names = "--val-episodes",
      description = "Episodes of an evaluation (default: ${DEFAULT-VALUE}).")
  private int valEpisodes = 600;

  @Option(
      names = "--size",
      description = "Side of the images, pixels, 26 to 512 (default: ${DEFAULT-VALUE}).")
  private int size = 84;

  @Option(names = "--grey", description = "One channel in place of three.")
  private boolean grey;

  @Option(
      names = "--turns",
      description =
          "Training classes turned by 90, 180 and 270 degrees are further classes, as for Omniglot.")
  private boolean turns;

  @Option(
      names = "--crop",
      description = "Shift training images by up to 4 pixels and flip half of them.")
  private boolean crop;

  @Option(
      names = "--normalise",
      description = "imagenet, swav, cifar10, cifar100 or half (default: ${DEFAULT-VALUE}).")
  private String normalise = "half";

  @Option(names = "--lr", description = "Learning rate at first (default: ${DEFAULT-VALUE}).")
  private double learningRate = 1e-3;

  @Option(names = "--seed", description = "Of weights and episodes (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--precision", description = "auto, fp32 or bf16 (default: fp32).")
  private String precision = "fp32";

  @Option(names = "--device", description = "auto, cpu or cuda (default: auto).")
  private String device = "auto";

  @Option(
      names = "--context",
      description =
          "MRN: where an image finds what is like it: episode, memory or both (default: both).")
  private MrnConfig.Context context = MrnConfig.Context.BOTH;

  @Option(
      names = "--neighbours",
      description = "MRN: how many of those it takes (default: ${DEFAULT-VALUE}).")
  private int neighbours = MrnConfig.DEFAULT.k();

  @Option(names = "--choice", description = "MRN: nearest or random (default: nearest).")
  private MrnConfig.Choice choice = MrnConfig.Choice.NEAREST;

  @Option(names = "--uniform", description = "MRN: all neighbours weigh the same.")
  private boolean uniform;

  @Option(
      names = "--slots",
      description = "MRN: the memory is written by episodes, or learnt (default: written).")
  private MrnConfig.Slots slots = MrnConfig.Slots.WRITTEN;

  @Option(names = "--no-mask", description = "MRN: an episode finds its own classes in memory.")
  private boolean noMask;

  @Option(
      names = "--transductive",
      description = "MRN: queries are looked at together, in training and later.")
  private boolean transductive;

  @Option(names = "--rounds", description = "MRN: of propagation, 1 or 2 (default: 1).")
  private int rounds = 1;

  @Option(names = "--loss", description = "relation, MRN: ce or mse (default: ce).")
  private MrnConfig.Loss loss = MrnConfig.Loss.CE;

  @Override
  public Integer call() throws IOException {
    FewShotSettings settings = resume == null ? fresh() : resumed();
    Path directory = resume == null ? out : resume;
    Console console = TerminalConsole.standard();
    StopSignals signals = new StopSignals(console);
    Outcome outcome = new FewShotRun(settings, directory, console, signals).train();
    if (outcome != Outcome.STOPPED) {
      return 0;
    }
    console.say(
        "stopped with a checkpoint; go on with: bingo few-shot train --resume " + directory);
    return signals.exitCode();
  }

  private FewShotSettings fresh() throws IOException {
    if (train == null || val == null || out == null) {
      throw new RecipeException(
          "few-shot train takes --train DATA, --val DATA and --out DIR, or --resume DIR");
    }
    refuseUsed(out);
    MrnConfig mrn =
        new MrnConfig(
            context,
            neighbours,
            MrnConfig.DEFAULT.temperature(),
            choice,
            uniform,
            slots,
            !noMask,
            transductive,
            rounds,
            loss);
    return new FewShotSettings(
        method,
        mrn,
        new Images(train.toAbsolutePath().toString(), trainPrefix),
        new Images(val.toAbsolutePath().toString(), valPrefix),
        size,
        grey,
        turns,
        crop,
        normalise,
        ways,
        shots,
        queries,
        valQueries,
        episodes,
        evaluations,
        valEpisodes,
        learningRate,
        precision,
        device,
        seed);
  }

  private FewShotSettings resumed() throws IOException {
    spec.commandLine().getParseResult().matchedOptions().stream()
        .map(o -> o.longestName())
        .filter(name -> !Stream.of("--resume", "--train", "--val").toList().contains(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw new RecipeException(
                  name + ": a run goes on by its own settings; --resume takes none of them");
            });
    FewShotSettings kept = FewShotRun.settings(resume);
    return kept.at(
        train == null ? kept.train().path() : train.toAbsolutePath().toString(),
        val == null ? kept.val().path() : val.toAbsolutePath().toString());
  }

  private static void refuseUsed(Path directory) throws IOException {
    Path settings = RunDirectory.checked(directory).file(RunDirectory.FEW_SHOT_SETTINGS);
    if (Files.exists(settings)) {
      throw new RecipeException(
          directory
              + ": already holds a run. Go on with it: bingo few-shot train --resume "
              + directory
              + ". Or choose another --out");
    }
    if (Files.exists(directory.resolve(RunDirectory.RECIPE))) {
      throw new RecipeException(directory + ": holds a run of 'bingo train'; choose another --out");
    }
  }
}
