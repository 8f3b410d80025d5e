package dev.bingo.app.command;

import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.file.Folders;
import dev.bingo.image.ImageSource;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.Console;
import dev.bingo.run.DataSets;
import dev.bingo.run.Run;
import dev.bingo.torch.Precision;
import dev.bingo.train.Capture;
import dev.bingo.train.Replay;
import dev.bingo.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "replay",
    description = {
      "Runs a step again whose loss was not finite, in the run's precision and in fp32.",
      "The weights before it are reached as the run reached them: from the newest checkpoint before it, or from"
          + " the start."
    },
    footerHeading = "%nExamples:%n",
    footer = "  bingo replay runs/a/captures/step-000001234")
public final class ReplayCommand implements Callable<Integer> {
  private static final int SHOWN = 8;

  @Parameters(paramLabel = "CAPTURE", description = "Folder in RUN/captures.")
  private Path folder;

  @Option(
      names = "--allow-code",
      description = "Run a teacher that is a TorchScript module: execute the code in its file.")
  private boolean allowCode;

  @Override
  public Integer call() throws IOException {
    Path run = folder.toAbsolutePath().normalize().resolve("../..").normalize();
    Path file = RunDirectory.checked(run).file(RunDirectory.RECIPE);
    if (!Files.exists(file)) {
      throw new RecipeException(
          folder
              + ": lies in no run directory, there is no "
              + RunDirectory.RECIPE
              + " two folders above");
    }
    Capture capture = Capture.read(folder);
    Recipe recipe =
        Recipes.read(file.toString(), allowCode ? List.of("teacher.allow_code=yes") : List.of());
    Console console = TerminalConsole.standard();
    Run again = new Run(recipe, run, console);
    Path scratch = Files.createTempDirectory("bingo-replay");
    System.out.printf(
        Locale.ROOT,
        "step %d: the run's loss was %s, its batch %s%n",
        capture.step(),
        capture.loss(),
        shown(java.util.Arrays.stream(capture.indices()).boxed().toList()));
    Set<Precision> precisions = EnumSet.of(again.precision(), Precision.FP32);
    try (ImageSource train = DataSets.train(recipe, scratch, console)) {
      for (Precision precision : precisions) {
        console.say("going to step " + capture.step() + " for " + name(precision));
        print(again.replay(capture, train, precision, scratch));
      }
    } finally {
      Folders.delete(scratch);
    }
    return 0;
  }

  private static void print(Replay replay) {
    System.out.printf(
        Locale.ROOT,
        "%s: loss %s, weights before it %s, gradients %s, batch %s%n",
        name(replay.precision()),
        replay.loss(),
        finite(replay.badWeights()),
        finite(replay.badGradients()),
        shown(replay.indices()));
    replay.figures().forEach((key, v) -> System.out.printf(Locale.ROOT, "  %s %s%n", key, v));
  }

  private static String finite(List<String> bad) {
    return bad.isEmpty() ? "finite" : "NOT finite in " + shown(bad);
  }

  private static String shown(List<?> all) {
    String first = String.join(", ", all.stream().limit(SHOWN).map(Object::toString).toList());
    return "[" + first + (all.size() > SHOWN ? ", … " + (all.size() - SHOWN) + " more" : "") + "]";
  }

  private static String name(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }
}
