package dev.bingo.app;

import dev.bingo.Version;
import dev.bingo.app.command.ActiveLearnCommand;
import dev.bingo.app.command.BagsCommand;
import dev.bingo.app.command.ClassifyCommand;
import dev.bingo.app.command.CompareCommand;
import dev.bingo.app.command.DemoCommand;
import dev.bingo.app.command.DoctorCommand;
import dev.bingo.app.command.EmbedCommand;
import dev.bingo.app.command.EvalCommand;
import dev.bingo.app.command.ExportCommand;
import dev.bingo.app.command.FewShotCommand;
import dev.bingo.app.command.InspectCommand;
import dev.bingo.app.command.LookCommand;
import dev.bingo.app.command.PlanCommand;
import dev.bingo.app.command.RecipesCommand;
import dev.bingo.app.command.ReplayCommand;
import dev.bingo.app.command.SelectCommand;
import dev.bingo.app.command.ServeCommand;
import dev.bingo.app.command.SimilarCommand;
import dev.bingo.app.command.TrainCommand;
import dev.bingo.app.command.ZooCommand;
import dev.bingo.app.terminal.CleanStream;
import dev.bingo.app.terminal.Faults;
import dev.bingo.app.terminal.Signals;
import dev.bingo.image.ImageSetException;
import dev.bingo.recipe.RecipeException;
import dev.bingo.torch.EngineException;
import dev.bingo.torch.Names;
import dev.bingo.train.TrainingException;
import dev.bingo.view.LoaderException;
import dev.bingo.weights.OtherFileException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. */
@Command(
    name = "bingo",
    description =
        "Learns image encoders without labels, and distils a large one into a small student by bags of"
            + " instances (BINGO, arXiv 2107.01691).",
    versionProvider = Bingo.Release.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      TrainCommand.class,
      PlanCommand.class,
      InspectCommand.class,
      BagsCommand.class,
      EmbedCommand.class,
      SimilarCommand.class,
      LookCommand.class,
      EvalCommand.class,
      CompareCommand.class,
      FewShotCommand.class,
      ClassifyCommand.class,
      SelectCommand.class,
      ActiveLearnCommand.class,
      ExportCommand.class,
      ServeCommand.class,
      ReplayCommand.class,
      RecipesCommand.class,
      ZooCommand.class,
      DoctorCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo demo                     all of it on Fashion-MNIST, in ten minutes",
      "  bingo train photos             a training that fits images and machine",
      "  bingo train moco-v2-cifar10 data.train=photos --out runs/teacher",
      "  bingo train bingo-cifar10 data.train=photos \\",
      "      teacher.file=runs/teacher/encoder.safetensors --out runs/student",
      "  bingo inspect moco_v2_800ep_pretrain.pth.tar",
      "  bingo similar runs/student photos beach.jpg",
      "  bingo eval runs/student/encoder.safetensors --train photos/train \\",
      "      --val photos/val",
      "",
      "Exit codes:",
      "    0  done",
      "    1  failed: machine, images or loss gave out; or the verdict is no",
      "    2  wrong use: what was named is not understood, not there, or can't work",
      "  130  stopped by Ctrl-C, with a checkpoint (a second one ends at once, without)",
      "  143  stopped by SIGTERM, or from the page of bingo serve, with a checkpoint"
    })
public final class Bingo {
  @Option(
      names = "--verbose",
      description = "Show the stack trace of an error.",
      scope = ScopeType.INHERIT)
  private boolean verbose;

  static final class Release implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"bingo " + Version.CURRENT};
    }
  }

  private Bingo() {}

  /** Runs a command and exits with its code. */
  public static void main(String... args) {
    for (String signal : List.of("TERM", "INT", "HUP")) {
      Signals.leaveToSystem(signal);
    }
    System.exit(run(args));
  }

  /** Runs a command. */
  public static int run(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    System.setOut(new CleanStream(out));
    System.setErr(new CleanStream(err));
    Bingo bingo = new Bingo();
    try {
      return execute(commandLine(bingo), bingo, args);
    } catch (OutOfMemoryError e) {
      System.err.println("bingo: " + Faults.explain(e));
      return 1;
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** All commands, to parse with. */
  static CommandLine commandLine() {
    return commandLine(new Bingo());
  }

  private static CommandLine commandLine(Bingo bingo) {
    return new CommandLine(bingo).setCaseInsensitiveEnumValuesAllowed(true);
  }

  private static int execute(CommandLine line, Bingo bingo, String... args) {
    return line.setParameterExceptionHandler((e, given) -> misused(e))
        .setExecutionExceptionHandler((e, command, parsed) -> report(e, System.err, bingo.verbose))
        .execute(args);
  }

  /** The error comes last, under a short usage: above a page of options nobody finds it. */
  private static int misused(ParameterException e) {
    CommandLine command = e.getCommandLine();
    List<String> near =
        e instanceof UnmatchedArgumentException unmatched ? near(command, unmatched) : List.of();
    PrintStream err = System.err;
    err.print("Usage: " + command.getHelp().abbreviatedSynopsis());
    err.println("Help:  " + command.getCommandSpec().qualifiedName() + " --help");
    err.println(
        "bingo: "
            + e.getMessage()
            + (near.isEmpty() ? "" : "; did you mean '" + near.get(0) + "'?"));
    err.flush();
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  /** Of a command by its letters, as everywhere here; of an option as the parser finds it. */
  private static List<String> near(CommandLine command, UnmatchedArgumentException e) {
    String nearest = Names.nearest(e.getUnmatched().get(0), command.getSubcommands().keySet());
    return nearest != null ? List.of(nearest) : e.getSuggestions();
  }

  private static int report(Throwable e, PrintStream err, boolean verbose) {
    boolean usersOwn =
        e instanceof RecipeException
            || e instanceof IllegalArgumentException
            || e instanceof ImageSetException
            || e instanceof OtherFileException
            || e instanceof NoSuchFileException;
    boolean foreseen =
        usersOwn
            || e instanceof IOException
            || e instanceof IllegalStateException
            || e instanceof EngineException
            || e instanceof TrainingException
            || e instanceof LoaderException
            || Faults.isOutOfMemory(e);
    err.println("bingo: " + Faults.explain(e));
    if (verbose || !foreseen) {
      e.printStackTrace(err);
    }
    err.flush();
    return usersOwn ? 2 : 1;
  }
}
