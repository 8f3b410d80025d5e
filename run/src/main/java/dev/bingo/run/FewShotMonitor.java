package dev.bingo.run;

import dev.bingo.encoder.Backbone;
import dev.bingo.fewshot.EpisodeScores;
import dev.bingo.fewshot.Episodes;
import dev.bingo.fewshot.FewShotFile;
import dev.bingo.fewshot.Judge;
import dev.bingo.fewshot.Learner;
import dev.bingo.fewshot.SmallImages;
import dev.bingo.torch.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Judges a learner after each part of its training, and keeps the best state. */
final class FewShotMonitor extends ConsoleListener {
  private final FewShotSettings settings;
  private final Path file;
  private final Learner learner;
  private final SmallImages learn;
  private final Judge judge;
  private final SmallImages val;
  private final Episodes episodes;

  /**
   * What watches one run.
   *
   * @param file of the best state
   * @param learn what it learns from
   * @param val what it is judged on
   * @param episodes of those
   */
  FewShotMonitor(
      FewShotSettings settings,
      Path file,
      Learner learner,
      SmallImages learn,
      Judge judge,
      SmallImages val,
      Episodes episodes,
      Console console) {
    super(console);
    this.settings = settings;
    this.file = file;
    this.learner = learner;
    this.learn = learn;
    this.judge = judge;
    this.val = val;
    this.episodes = episodes;
  }

  @Override
  public Map<String, Double> onEpochEnd(int epoch, Backbone encoder) {
    EpisodeScores scores =
        judge.judge(
            learner,
            learn.classes(),
            val,
            episodes,
            settings.valEpisodes(),
            new Judge.Mode(false, learner.transductive()),
            ProgressListener.NONE);
    boolean best = keep(epoch, scores);
    console.say(
        String.format(
            Locale.ROOT,
            "few-shot  part %d of %d  val %s%s",
            epoch,
            settings.evaluations(),
            scores,
            best ? "  (the best so far)" : ""));
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("val_accuracy", scores.mean());
    figures.put("val_interval", scores.interval());
    return figures;
  }

  /** After a kill the same part gives the same figure again, and the file stays what it is. */
  private boolean keep(int epoch, EpisodeScores scores) {
    try {
      if (Files.exists(file)) {
        String before = FewShotFile.load(file).info().about().get("val_accuracy");
        if (before != null && Double.parseDouble(before) >= scores.mean()) {
          return false;
        }
      }
      Map<String, String> about = new LinkedHashMap<>();
      about.put("episode", settings.shape().toString());
      about.put("part", epoch + " of " + settings.evaluations());
      about.put("seed", Long.toString(settings.seed()));
      about.put("data", learn.fingerprint());
      about.put("val_accuracy", Double.toString(scores.mean()));
      about.put("val_interval", Double.toString(scores.interval()));
      FewShotFile.save(file, learner, settings.info(learn.classes(), about));
      return true;
    } catch (IOException e) {
      throw new IllegalStateException(file + ": can't be kept: " + e.getMessage(), e);
    }
  }
}
