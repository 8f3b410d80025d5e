package dev.bingo.app.command;

import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.run.Console;
import dev.bingo.run.Plan;
import dev.bingo.run.Planner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "plan",
    description = {
      "Says what 'bingo train' would do with images, and how long it would take: nothing is begun.",
      "Looks at the images (a thousand of them at most) and tries some steps on this machine. Of a recipe it says"
          + " what it takes."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo plan photos",
      "  bingo plan photos --budget 2h --json",
      "  bingo plan photos teacher.file=runs/teacher",
      "  bingo plan photos --recipe > my.yaml",
      "  bingo plan moco-v2-cifar10 data.train=cifar10.tar data.train_prefix=train"
    })
public final class PlanCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "DATA|RECIPE [KEY=VALUE]",
      description = "As for 'bingo train'.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = TrainingWords.Budget.class,
      description = "What the training may take: 30m, 2h, 1h30m (default: 30m).")
  private Duration budget;

  @Option(names = "--json", description = "For programs.")
  private boolean json;

  @Option(names = "--recipe", description = "Print the recipe alone, as YAML.")
  private boolean recipe;

  @Override
  public Integer call() throws IOException {
    if (json && recipe) {
      throw new RecipeException("--json has the recipe in it; leave --recipe out");
    }
    Plan plan = plan(TrainingWords.of(words), budget, TerminalConsole.standard());
    if (json) {
      System.out.println(PlanJson.of(plan));
    } else if (recipe) {
      System.out.print(Recipes.write(plan.recipe()));
    } else {
      PlanText.of(plan).forEach(System.out::println);
    }
    return 0;
  }

  /** Of images, or of a recipe. */
  static Plan plan(TrainingWords words, Duration budget, Console console) throws IOException {
    if (words.images() != null) {
      return Planner.plan(words.images(), words.settings(), budget, console);
    }
    if (budget != null) {
      throw new RecipeException(
          "--budget is for images; how long a recipe trains is what it says (train.epochs)");
    }
    return Planner.estimate(Recipes.read(words.first(), words.settings()), console);
  }
}
