package dev.bingo.app.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.fewshot.EpisodeScores;
import dev.bingo.fewshot.Episodes;
import dev.bingo.fewshot.Judge;
import dev.bingo.image.ImageSource;
import dev.bingo.image.SourceOptions.Split;
import dev.bingo.image.Subset;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.Console;
import dev.bingo.run.FewShotModel;
import dev.bingo.torch.Engine;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bingo few-shot eval}. */
@Command(
    name = "eval",
    description = {
      "Judges models and encoders by few-shot episodes, all by the same ones.",
      "Accuracies are means over the episodes with 95 % intervals; differences are to the first"
          + " model, episode by episode."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo few-shot eval runs/relation runs/mrn --data photos/test",
      "  bingo few-shot eval runs/student --data photos/test --shots 5",
      "  bingo few-shot eval runs/mrn --data omniglot.tar --prefix test \\",
      "      --batch-statistics --json scores.json"
    })
public final class FewShotEvalCommand implements Callable<Integer> {
  private static final int NAME = 36;

  @Parameters(
      arity = "1..*",
      paramLabel = "MODEL",
      description = "A run's directory or file, or anybody's encoder.")
  private List<Path> models;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DATA",
      description = "Labelled images of classes that were not trained on.")
  private Path data;

  @Option(names = "--ways", description = "Classes of an episode (default: ${DEFAULT-VALUE}).")
  private int ways = 5;

  @Option(names = "--shots", description = "Supports of a class (default: ${DEFAULT-VALUE}).")
  private int shots = 1;

  @Option(names = "--queries", description = "Queries of a class (default: ${DEFAULT-VALUE}).")
  private int queries = 15;

  @Option(names = "--episodes", description = "To judge by (default: ${DEFAULT-VALUE}).")
  private int episodes = 1000;

  @Option(names = "--seed", description = "Of the episodes (default: ${DEFAULT-VALUE}).")
  private long seed = 0x7E57;

  @Option(
      names = "--transductive",
      description =
          "Look at an episode's queries together. A model that was trained so always does.")
  private boolean transductive;

  @Option(
      names = "--batch-statistics",
      description =
          "Batch-norm of trained models goes by the episode at hand, as in the ancestor's"
              + " public code.")
  private boolean batchStatistics;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write all figures, each episode's too.")
  private Path json;

  @Mixin private OverwriteArgument overwrite;
  @Mixin private ImageArguments images;
  @Mixin private EncoderOptions options;

  @Override
  public Integer call() throws IOException {
    if (episodes < 2) {
      throw new RecipeException("--episodes: expected at least 2, got " + episodes);
    }
    options.check();
    Episodes.Shape shape = new Episodes.Shape(ways, shots, queries);
    if (json != null) {
      overwrite.check(json);
    }
    Engine.start();
    Console console = TerminalConsole.standard();
    try (GivenImages given =
        images.open(data, Split.TEST, images.prefix, images.limit, "data", list(), console)) {
      ImageSource source = Subset.labelled(given.source());
      new Episodes(source, shape, seed)
          .leftOut()
          .forEach(
              (name, count) ->
                  console.say(
                      "warning: '%s' has %d images, and takes no part".formatted(name, count)));
      List<FewShotModel> opened = new ArrayList<>();
      for (Path model : models) {
        opened.add(options.loadFewShot(model));
      }
      List<EpisodeScores> scores = new ArrayList<>();
      for (FewShotModel model : opened) {
        scores.add(
            model.judge(source, shape, episodes, seed, mode(model, source, console), console));
      }
      given.tell();
      System.out.printf(
          Locale.ROOT, "%s, %d queries a class, %,d episodes%n", shape, queries, episodes);
      for (int i = 0; i < scores.size(); i++) {
        System.out.println(line(models.get(i), scores.get(i), i == 0 ? null : scores.get(0)));
      }
      if (json != null) {
        WholeFile.write(json, report(scores));
      }
    }
    return 0;
  }

  private Path list() {
    return Path.of("bad-images-data.tsv");
  }

  private Judge.Mode mode(FewShotModel model, ImageSource source, Console console) {
    Set<String> known = model.known(source.classes());
    if (!known.isEmpty()) {
      console.say(
          String.format(
              Locale.ROOT,
              "warning: %s was trained on %,d of these classes: it is not few-shot learning that is"
                  + " judged",
              model.file(),
              known.size()));
    }
    if (transductive && !model.canBeTransductive()) {
      throw new RecipeException(
          "--transductive: " + model.file() + " looks at each query by itself");
    }
    if (batchStatistics && !model.hasBatchStatistics()) {
      throw new RecipeException(
          "--batch-statistics: %s is an encoder, whose batch-norm goes by what it was trained on"
              .formatted(model.file()));
    }
    return new Judge.Mode(batchStatistics, transductive || model.isTransductive());
  }

  private static String line(Path model, EpisodeScores scores, EpisodeScores first) {
    String line =
        String.format(
            Locale.ROOT,
            "%-36s %6.2f ± %.2f %%",
            TextTable.fit(model.toString(), NAME),
            scores.mean(),
            scores.interval());
    if (first == null) {
      return line;
    }
    EpisodeScores difference = scores.minus(first);
    return line
        + String.format(Locale.ROOT, "  %+.2f ± %.2f", difference.mean(), difference.interval());
  }

  private String report(List<EpisodeScores> scores) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("ways", ways).put("shots", shots).put("queries", queries).put("seed", seed);
    root.put("batch_statistics", batchStatistics).put("transductive", transductive);
    ArrayNode all = root.putArray("models");
    for (int i = 0; i < scores.size(); i++) {
      EpisodeScores own = scores.get(i);
      EpisodeScores difference = own.minus(scores.get(0));
      ObjectNode node = all.addObject();
      node.put("model", models.get(i).toString());
      node.put("accuracy", own.mean()).put("interval", own.interval());
      node.put("difference", difference.mean()).put("difference_interval", difference.interval());
      ArrayNode each = node.putArray("episodes");
      Arrays.stream(own.percent()).forEach(each::add);
    }
    return mapper.writeValueAsString(root) + "\n";
  }
}
