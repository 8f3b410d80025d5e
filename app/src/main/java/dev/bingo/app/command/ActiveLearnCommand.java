package dev.bingo.app.command;

import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.evaluate.Embeddings;
import dev.bingo.evaluate.Features;
import dev.bingo.image.ImageSource;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.image.Subset;
import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.recipe.Settings;
import dev.bingo.run.ActiveLearning;
import dev.bingo.run.Console;
import dev.bingo.run.Curves;
import dev.bingo.run.FixedLearner;
import dev.bingo.run.JointLearner;
import dev.bingo.run.RareClasses;
import dev.bingo.select.Strategy;
import dev.bingo.torch.Names;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "active-learn",
    description = {
      "Simulates rounds of labelling on a set whose labels are all known: what would each way to choose images"
          + " have given, beside random ones?",
      "ENCODER stays as it is under a linear classifier; in its place a recipe of mobyv2al can be named, which"
          + " is trained anew in each round."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo active-learn runs/student photos/train --val photos/val \\",
      "      --initial 50 --budget 50 --rounds 6 --out curves",
      "  bingo active-learn mobyv2al-cifar10 cifar10.tar --prefix train \\",
      "      --val cifar10.tar --val-prefix val --set train.epochs=20 --out joint"
    })
public final class ActiveLearnCommand implements Callable<Integer> {
  @Mixin private EncoderArguments encoder;

  @Parameters(index = "1", paramLabel = "DATA", description = "Labelled images to choose from.")
  private Path data;

  @Mixin private ImageArguments images;

  @Option(
      names = "--val",
      required = true,
      paramLabel = "DATA",
      description = "Labelled images to judge by.")
  private Path val;

  @Option(names = "--val-prefix", description = "As --prefix, of --val.")
  private String valPrefix = "";

  @Option(names = "--val-limit", description = "As --limit, of --val.")
  private int valLimit;

  @Option(
      names = "--initial",
      description = "Images labelled at first, at random (default: ${DEFAULT-VALUE}).")
  private int initial = 100;

  @Option(names = "--budget", description = "Labels more a round (default: ${DEFAULT-VALUE}).")
  private int budget = 100;

  @Option(names = "--rounds", description = "Rounds (default: ${DEFAULT-VALUE}).")
  private int rounds = 5;

  @Option(names = "--seeds", description = "Times all of it is done (default: ${DEFAULT-VALUE}).")
  private int seeds = 3;

  @Option(
      names = "--strategies",
      split = ",",
      paramLabel = "NAME",
      description =
          "random, core-set, margin, entropy, typiclust, margin-core-set (default: all; random is"
              + " always tried).")
  private List<String> strategies = List.of();

  @Option(
      names = "--rare",
      paramLabel = "SHARE",
      description =
          "Cut the first half of the classes to this share of their images, 0.1 for a tenth"
              + " (default: 1).")
  private double rare = 1;

  @Option(
      names = "--distance",
      description =
          "Between images: cosine, or euclidean as in MoBYv2AL's paper (default: ${DEFAULT-VALUE}).")
  private String distance = SelectCommand.COSINE;

  @Option(
      names = "--apart",
      description = "Least distance of what is chosen (default: 0: copies are left out).")
  private double apart;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Override a setting of the recipe.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--leak",
      description =
          "Let half of the unlabelled images show their labels, as MoBYv2AL's public code does by a"
              + " defect; for comparisons alone.")
  private boolean leak;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where to write curves.csv.")
  private Path out;

  @Mixin private OverwriteArgument overwrite;

  @Override
  public Integer call() throws IOException {
    overwrite.check(file());
    Settings.oneOf("--distance", distance, SelectCommand.DISTANCES);
    ActiveLearning plan =
        new ActiveLearning(initial, budget, rounds, strategies(), seeds, apart, 10);
    boolean joint = isRecipe();
    if (!joint && (leak || !settings.isEmpty())) {
      throw new RecipeException("--set and --leak are of a recipe, and no recipe is named");
    }
    Console console = TerminalConsole.standard();
    try (GivenImages givenPool =
            images.open(
                data, Split.TRAIN, images.prefix, images.limit, "images", list("images"), console);
        GivenImages givenTest =
            images.open(val, Split.TEST, valPrefix, valLimit, "val", list("val"), console);
        PointerScope scope = new PointerScope()) {
      ImageSource pool = RareClasses.cut(Subset.labelled(givenPool.source()), rare);
      ImageSource test = Subset.labelled(givenTest.source());
      plan.check(pool.size());
      console.say("to choose from: " + Names.counted(pool.size(), "image"));
      Files.createDirectories(out);
      Curves curves = joint ? joint(plan, pool, test, console) : fixed(plan, pool, test, console);
      givenPool.tell();
      givenTest.tell();
      System.out.printf(
          "macro-F1, percent, mean and standard deviation of %s:%n%s%n%n",
          Names.counted(seeds, "seed"), curves.table(Curves.Point::macroF1));
      System.out.printf("accuracy:%n%s%n%n", curves.table(Curves.Point::accuracy));
      System.out.printf("less random's, mean of the rounds:%n%s%n", curves.againstRandom());
      console.say("wrote " + file());
    }
    return 0;
  }

  /** After each round: what is done is not lost where the rest is not. */
  private void write(Curves soFar) throws IOException {
    WholeFile.write(file(), soFar.csv());
  }

  private Path file() {
    return out.resolve("curves.csv");
  }

  private Path list(String set) {
    return out.resolve("bad-images-" + set + ".tsv");
  }

  private List<Strategy> strategies() {
    if (strategies.isEmpty()) {
      return List.of(Strategy.values());
    }
    return strategies.stream().map(SelectCommand::strategy).toList();
  }

  private boolean isRecipe() {
    String name = encoder.file().toString();
    return Recipes.SHIPPED.contains(name) || name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private Curves joint(ActiveLearning plan, ImageSource pool, ImageSource test, Console console)
      throws IOException {
    Recipe recipe = Recipes.read(encoder.file().toString(), settings);
    JointLearner learner =
        new JointLearner(
            recipe, pool, test, out, distance.equals(SelectCommand.COSINE), leak, console);
    learner.check(initial);
    return plan.run(learner, console, this::write);
  }

  private Curves fixed(ActiveLearning plan, ImageSource pool, ImageSource test, Console console)
      throws IOException {
    EncoderArguments.Ready ready = encoder.load();
    console.begin("embedding");
    Features all =
        Embeddings.extract(ready.encoder().backbone(), pool, ready.options(), console::progress);
    Features judged =
        Embeddings.extract(ready.encoder().backbone(), test, ready.options(), console::progress);
    return plan.run(
        new FixedLearner(all, judged, distance.equals(SelectCommand.COSINE)), console, this::write);
  }
}
