package dev.bingo.app.command;

import dev.bingo.app.terminal.StopSignals;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.Console;
import dev.bingo.run.EncoderPath;
import dev.bingo.run.Plan;
import dev.bingo.run.Planner;
import dev.bingo.run.Run;
import dev.bingo.run.RunSummary;
import dev.bingo.run.StopFile;
import dev.bingo.run.StopRequests;
import dev.bingo.train.RunDirectory;
import dev.bingo.train.Trainer.Outcome;
import dev.bingo.train.TrainingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "train",
    description = {
      "Trains an encoder: of images that are named alone as it sees fit, or as a recipe says.",
      "Of images it looks at them and at this machine, picks a method and its settings, says what it picked and how"
          + " long it will take, and begins ('bingo plan' says it alone)."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo train photos",
      "  bingo train photos --budget 2h data.val=judged --out runs/photos",
      "  bingo train photos teacher.file=runs/teacher",
      "  bingo train moco-v2-cifar10 data.train=cifar10.tar \\",
      "      data.train_prefix=train train.epochs=20",
      "  bingo train my-recipe.yaml --out runs/a",
      "  bingo train --resume runs/a",
      "  bingo train --resume runs/a train.epochs=400"
    })
public final class TrainCommand implements Callable<Integer> {
  /** As after SIGTERM, where the request came by a file. */
  private static final int ASKED = 143;

  @Parameters(
      arity = "0..*",
      paramLabel = "DATA|RECIPE [KEY=VALUE]",
      description =
          "Images, or a recipe's name or file (see 'bingo recipes'), then settings that override what it says"
              + " ('bingo recipes methods' lists what method= can be).")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = TrainingWords.Budget.class,
      description = "What a training of images may take: 30m, 2h, 1h30m (default: 30m).")
  private Duration budget;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Run directory (default: runs/NAME-TIME).")
  private Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = {
        "Go on with the run in this directory, by its own recipe.",
        "KEY=VALUE then changes what does not change the training, as data.train where the images have"
            + " moved, or train.log_every; train.epochs makes it longer or shorter."
      })
  private Path resume;

  @Option(
      names = "--control",
      paramLabel = "RUN",
      description =
          "A run, or an encoder's file, that this one ought to be better than: its report says whether it is.")
  private Path control;

  @Option(
      names = "--allow-code",
      description =
          "As teacher.allow_code=yes: run a teacher that is a TorchScript module, which is to execute the"
              + " code in its file. No recipe can say so for you.")
  private boolean allowCode;

  @Option(
      names = "--strict",
      description = "Refuse settings that the run has no use for, in place of a warning.")
  private boolean strict;

  @Override
  public Integer call() throws IOException {
    Recipe recipe;
    Path directory;
    Plan plan = null;
    if (resume != null) {
      if (budget != null) {
        throw new RecipeException(
            "--resume goes on with the run's own recipe: --budget is not for it; train.epochs=N makes"
                + " it longer or shorter");
      }
      if (out != null) {
        throw new RecipeException("--resume goes on in the run directory: --out is not for it");
      }
      if (Files.isRegularFile(resume)) {
        throw new RecipeException(
            resume
                + ": --resume takes a run directory. To start from a file's weights alone:"
                + " bingo train RECIPE student.init="
                + resume);
      }
      Path file = RunDirectory.checked(resume).file(RunDirectory.RECIPE);
      if (!Files.exists(file)) {
        throw new RecipeException(
            resume + ": is no run directory, it has no " + RunDirectory.RECIPE);
      }
      directory = resume;
      recipe = Recipes.read(file.toString(), settings(words));
    } else {
      TrainingWords named = TrainingWords.of(words);
      List<String> settings = settings(named.settings());
      if (out != null) {
        refuseUsed(out);
      }
      plan = named.images() != null ? planned(named, settings) : null;
      recipe = plan != null ? plan.recipe() : read(named, settings);
      directory = out != null ? out : Path.of("runs", recipe.name() + "-" + time());
      refuseUsed(directory);
    }
    if (control != null) {
      EncoderPath.existing(control);
    }
    return train(recipe, directory, plan);
  }

  private Recipe read(TrainingWords named, List<String> settings) {
    if (budget != null) {
      throw new RecipeException(
          "--budget is for images; how long a recipe trains is what it says (train.epochs)");
    }
    Recipe recipe = Recipes.read(named.first(), settings);
    sayIgnored(Recipes.ignored(named.first(), settings));
    return recipe;
  }

  private Plan planned(TrainingWords named, List<String> settings) throws IOException {
    Console console = TerminalConsole.standard();
    Plan plan = Planner.plan(named.images(), settings, budget, console);
    sayIgnored(Recipes.ignored(plan.recipe(), settings));
    PlanText.of(plan).forEach(console::say);
    console.say("(another length: --budget TIME; another setting: KEY=VALUE)");
    return plan;
  }

  private List<String> settings(List<String> given) {
    List<String> all = new ArrayList<>(given);
    if (allowCode) {
      all.add("teacher.allow_code=yes");
    }
    return all;
  }

  private void sayIgnored(Map<String, String> ignored) {
    String all =
        ignored.entrySet().stream()
            .map(e -> e.getKey() + " has no effect: " + e.getValue())
            .collect(Collectors.joining("; "));
    if (!all.isEmpty() && strict) {
      throw new RecipeException(all + " (--strict)");
    }
    if (!all.isEmpty()) {
      TerminalConsole.standard().say("warning: " + all);
    }
  }

  private int train(Recipe recipe, Path directory, Plan plan) throws IOException {
    long start = System.nanoTime();
    Console console = TerminalConsole.standard();
    StopSignals signals = new StopSignals(console);
    StopRequests stops = StopRequests.any(signals, new StopFile(directory, console));
    Outcome outcome;
    try {
      outcome = new Run(recipe, directory, console, stops).train();
    } catch (TrainingException e) {
      if (RunSummary.isRun(directory)) {
        TrainPage.writeFailed(recipe, directory, e);
      }
      throw e;
    }
    if (outcome == Outcome.DONE) {
      TrainPage.writeOrSay(recipe, directory, control, console);
      if (plan != null) {
        console.say(plan.outcome((System.nanoTime() - start) / 1e9));
      }
    }
    // A request that came with the last step found nothing left to stop.
    if (outcome != Outcome.STOPPED) {
      return 0;
    }
    console.say("stopped with a checkpoint; go on with: bingo train --resume " + directory);
    return signals.exitCode() == 0 ? ASKED : signals.exitCode();
  }

  private static void refuseUsed(Path directory) throws IOException {
    Path checkpoints = RunDirectory.checked(directory).folder("checkpoints");
    if (Files.isDirectory(checkpoints)) {
      try (Stream<Path> files = Files.list(checkpoints)) {
        if (files.findAny().isPresent()) {
          throw new RecipeException(
              directory
                  + ": already holds a run. Go on with it: bingo train --resume "
                  + directory
                  + ". Or choose another --out");
        }
      }
    }
  }

  private static String time() {
    return DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")
        .format(LocalDateTime.now(ZoneId.systemDefault()));
  }
}
