package dev.bingo.app.command;

import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.file.FolderLock;
import dev.bingo.file.PlainFolder;
import dev.bingo.file.Printable;
import dev.bingo.image.ImageSource;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Settings;
import dev.bingo.run.Console;
import dev.bingo.run.KnownLabels;
import dev.bingo.run.LabellingRound;
import dev.bingo.run.Round;
import dev.bingo.run.RoundFiles;
import dev.bingo.select.Strategy;
import dev.bingo.torch.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "select",
    description = {
      "Says which images to label next, and why, as a table, for Label Studio and as COCO; labels are read back"
          + " from the same files.",
      "A part of them is drawn at random: by it the next round says how good a classifier on the encoder is, and"
          + " when to stop (docs/active-learning.md)."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo select runs/student photos --budget 100 --out round-1",
      "  bingo select runs/student photos --labels round-1/next.csv \\",
      "      --parent round-1/round.json --budget 100 --out round-2"
    })
public final class SelectCommand implements Callable<Integer> {
  static final String COSINE = "cosine";
  static final List<String> DISTANCES = List.of(COSINE, "euclidean");
  private static final String AUTO = "auto";
  private static final List<String> STRATEGIES =
      Stream.of(Strategy.values()).map(Names::spell).toList();
  private static final int SHOWN = 5;

  @Mixin private EncoderArguments encoder;

  @Parameters(index = "1", paramLabel = "DATA", description = "The images.")
  private Path data;

  @Mixin private ImageArguments images;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "What is labelled already, by image: .csv (image,label), .jsonl, Label Studio's export or COCO's (.json);"
              + " may be given several times (default: the labels that some of DATA's images have).")
  private List<Path> labels = new ArrayList<>();

  @Option(names = "--budget", description = "Images to label next (default: ${DEFAULT-VALUE}).")
  private int budget = 100;

  @Option(
      names = "--strategy",
      description = {
        "auto, random, core-set, margin, entropy, typiclust or margin-core-set (default: auto).",
        "auto is typiclust with few labels, then margin-core-set."
      })
  private String strategy = AUTO;

  @Option(
      names = "--audit",
      description =
          "How many of the budget are drawn at random to judge by (default: a tenth, once there is a classifier).")
  private int audit = -1;

  @Option(
      names = "--apart",
      description =
          "Least distance from all that is labelled or chosen, so that near-duplicates are labelled once (default:"
              + " 0: copies alone). Features of length 1 that are 0.3 apart have a cosine of 0.955.")
  private double apart;

  @Option(
      names = "--distance",
      description =
          "Between images: cosine (of features of length 1), or euclidean (of features as they are)"
              + " (default: ${DEFAULT-VALUE}).")
  private String distance = COSINE;

  @Option(
      names = "--shortlist",
      description =
          "Of margin-core-set: so many times the budget are the least certain (default: ${DEFAULT-VALUE}).")
  private int shortlist = 10;

  @Option(names = "--seed", description = "Of all draws (default: 0).")
  private long seed;

  @Option(
      names = "--features",
      paramLabel = "DIR",
      description = "What bingo embed wrote of these images by this encoder.")
  private Path features;

  @Option(
      names = "--parent",
      paramLabel = "FILE",
      description = "The round.json of the round before.")
  private Path parent;

  @Option(
      names = "--image-url",
      paramLabel = "PREFIX",
      description =
          "What comes before an image's id in Label Studio's tasks (default: its local files,"
              + " /data/local-files/?d=).")
  private String address = "/data/local-files/?d=";

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write.")
  private Path out;

  @Mixin private OverwriteArgument overwrite;

  @Override
  public Integer call() throws IOException {
    overwrite.check(RoundFiles.files(out).toArray(Path[]::new));
    Settings.oneOf("--distance", distance, DISTANCES);
    Strategy wanted = strategy.equals(AUTO) ? null : strategy(strategy);
    Console console = TerminalConsole.standard();
    try (GivenImages given = images.open(data, out.resolve("bad-images.tsv"), console)) {
      ImageSource source = given.source();
      LabellingRound round =
          new LabellingRound(
              new LabellingRound.Wish(
                  wanted, budget, audit, apart, shortlist, seed, distance.equals(COSINE), parent),
              source,
              KnownLabels.read(source, labels),
              console);
      EncoderArguments.Ready ready = encoder.load();
      try (FolderLock lock = lock()) {
        Round chosen =
            round.choose(encoder.file(), ready.encoder(), ready.options(), features, out);
        given.tell();
        RoundFiles.write(out, chosen, source, address);
        tell(chosen, console);
      }
    }
    return 0;
  }

  static Strategy strategy(String name) {
    List<String> known = new ArrayList<>(STRATEGIES);
    known.add(AUTO);
    Settings.oneOf("--strategy", name, known);
    if (name.equals(AUTO)) {
      throw new RecipeException("--strategies: auto is none to try: " + STRATEGIES);
    }
    return Settings.constant("--strategy", name, Strategy.class);
  }

  private void tell(Round round, Console console) {
    console.say("score: " + strategy(round.strategy()).score());
    for (Round.Chosen pick : round.picks().stream().filter(p -> !p.audit()).limit(SHOWN).toList()) {
      System.out.println(line(pick));
    }
    long audited = round.picks().stream().filter(Round.Chosen::audit).count();
    int others = round.picks().size() - (int) audited - SHOWN;
    if (others > 0) {
      System.out.printf(Locale.ROOT, "... and %,d more%n", others);
    }
    if (audited > 0) {
      console.say(
          String.format(
              Locale.ROOT,
              "%,d more were drawn at random for the audit, without a prediction to look at",
              audited));
    }
    console.say(
        "wrote round " + round.round() + " to " + out + ": next.csv, label-studio.json, coco.json");
  }

  private static String line(Round.Chosen pick) {
    StringBuilder line = new StringBuilder(Printable.line(pick.image()));
    if (pick.score() != null) {
      line.append(String.format(Locale.ROOT, "  score %.3f", pick.score()));
    }
    if (pick.predicted() != null) {
      line.append(
          String.format(
              Locale.ROOT,
              "  %s %.0f %%",
              Printable.line(pick.predicted()),
              100 * pick.probability()));
    }
    if (pick.nearest() != null) {
      line.append(
          String.format(
              Locale.ROOT,
              "%n    nearest labelled: %s (%s), %.3f away",
              Printable.line(pick.nearest()),
              Printable.line(pick.nearestLabel()),
              pick.distance()));
    }
    return line.toString();
  }

  /** Tasks of one round beside the manifest of another would look whole. */
  private FolderLock lock() throws IOException {
    PlainFolder folder = new PlainFolder(out);
    folder.makeFolder("");
    return FolderLock.take(
        folder, "another process is writing here; wait for it, or choose another --out");
  }
}
