package dev.bingo.app.command;

import dev.bingo.app.report.HtmlReport;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.RunComparison;
import dev.bingo.run.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "compare",
    description = {
      "Puts runs side by side: accuracies with their spread over seeds, and the settings that differ.",
      "Runs that differ in nothing but their seed are one row. Accuracies that were measured differently never"
          + " share a column. The first run's row is what the others are compared with, seed by seed."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  bingo compare runs/alone-1 runs/student-1",
      "  bingo compare runs                     every run in this folder",
      "  bingo compare runs/* --ignore teacher.file --html compared.html"
    })
public final class CompareCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "RUN", description = "Runs, or folders of runs.")
  private List<Path> folders = List.of();

  @Option(
      names = "--ignore",
      split = ",",
      paramLabel = "KEY",
      description =
          "Settings that may differ within a row, such as teacher.file where each seed has a teacher of its own.")
  private List<String> ignored = List.of();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a page with the curves laid over each other, too.")
  private Path page;

  @Override
  public Integer call() throws IOException {
    List<RunSummary> runs = new ArrayList<>();
    for (Path folder : runs()) {
      runs.add(RunSummary.read(folder));
    }
    for (String key : ignored) {
      if (runs.stream().noneMatch(run -> run.settings().containsKey(key))) {
        throw new RecipeException(
            "--ignore " + key + ": none of these runs has a setting of that name");
      }
    }
    CompareText text = new CompareText(RunComparison.of(runs, Set.copyOf(ignored)));
    text.lines().forEach(System.out::println);
    if (page != null) {
      HtmlReport.write(page, ComparePage.of(text));
      System.out.println();
      System.out.println("page: " + page);
    }
    return 0;
  }

  /** Each folder that is a run, and of one that is none the runs in it. */
  private Set<Path> runs() throws IOException {
    Set<Path> runs = new LinkedHashSet<>();
    for (Path folder : folders) {
      List<Path> inside = inside(folder);
      runs.addAll(inside.isEmpty() ? List.of(folder.normalize()) : inside);
    }
    return runs;
  }

  private static List<Path> inside(Path folder) throws IOException {
    if (!Files.isDirectory(folder) || RunSummary.isRun(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(RunSummary::isRun).map(Path::normalize).sorted().toList();
    }
  }
}
