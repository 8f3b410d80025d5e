package dev.bingo.app.command;

import dev.bingo.Encoder;
import dev.bingo.app.report.HtmlReport;
import dev.bingo.app.report.Report;
import dev.bingo.app.report.Report.Result;
import dev.bingo.encoder.Modules;
import dev.bingo.evaluate.Confusion;
import dev.bingo.evaluate.Score;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.Judgement;
import dev.bingo.run.Machine;
import dev.bingo.run.RunSummary;
import dev.bingo.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The page of an encoder that was judged: what it is worth, by its first line. */
final class EvalPage {
  private EvalPage() {}

  /**
   * A linear probe.
   *
   * @param score null where there was none
   * @param confusion null where it was not kept
   */
  record Measured(Score score, Confusion confusion) {
    static final Measured NONE = new Measured(null, null);
  }

  /**
   * Where the page goes.
   *
   * @param wish null where nobody says
   * @throws RecipeException where something lies there that is no page of bingo's
   */
  static Path file(Path wish, Path encoder) throws IOException {
    Path folder = encoder.toAbsolutePath().getParent();
    Path file = wish;
    if (file == null && RunSummary.isRun(folder)) {
      file = RunDirectory.checked(folder).file(RunDirectory.EVALUATION);
    }
    if (file == null) {
      String name = encoder.getFileName().toString();
      file = Path.of(name.replaceFirst("\\.[^.]{1,12}$", "") + "." + RunDirectory.EVALUATION);
    }
    if (Files.exists(file) && !(Files.isRegularFile(file) && HtmlReport.isOwn(file))) {
      throw new RecipeException(
          file + ": is there already, and no page of bingo's; choose another --report");
    }
    return file;
  }

  static void write(
      Path file, Path of, Encoder encoder, Judgement judgement, Score knn, Measured linear)
      throws IOException {
    String name = of.getFileName().toString();
    List<String> summary = new ArrayList<>();
    summary.add(judgement.verdict());
    summary.add(
        String.format(
            Locale.ROOT,
            "Of %,d images kNN gives %.1f %% their class%s.",
            knn.images(),
            knn.top1(),
            linear.score == null
                ? ""
                : String.format(Locale.ROOT, ", a linear probe %.1f %%", linear.score.top1())));
    List<String> notes = new ArrayList<>(judgement.protocol());
    notes.add("The sentence above: " + knn.protocol() + ".");
    if (linear.score != null) {
      notes.add("And: " + linear.score.protocol() + ".");
    }
    List<Result> rows =
        JudgedRows.of(
            judgement,
            name,
            encoder.info().architecture() + ", " + encoder.info().imageSize() + " px",
            Modules.parameterCount(encoder.backbone()));
    HtmlReport.write(
        file,
        new Report(
            "Judged: " + name,
            LocalDate.now(ZoneId.systemDefault()).toString(),
            summary,
            rows,
            notes,
            List.of(),
            null,
            null,
            linear.confusion == null
                ? null
                : new Report.Confusion(
                    linear.confusion.counts(), linear.confusion.classes(), "By the linear probe."),
            List.of(),
            Machine.about(),
            List.of()));
  }
}
