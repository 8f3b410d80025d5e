package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.RecipeException;
import dev.bingo.recipe.Recipes;
import dev.bingo.train.RunDirectory;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BestEncoderTest {
  @TempDir Path folder;

  private Path run;
  private final List<Integer> saved = new ArrayList<>();

  private BestEncoder best(Path directory) {
    run = directory;
    return new BestEncoder(
        directory,
        Console.SILENT,
        (method, about) -> {
          saved.add(Integer.parseInt(about.get("best_epoch")));
          SafeTensors.write(directory.resolve(RunDirectory.BEST), Map.of(), about);
        });
  }

  private void epoch(BestEncoder best, int epoch, double score) throws IOException {
    best.measured(epoch, Map.of("knn_top1", score));
    Files.writeString(
        run.resolve(RunDirectory.METRICS),
        metrics() + "{\"step\":%d,\"epoch\":%d,\"knn_top1\":%s}\n".formatted(epoch, epoch, score));
  }

  private String metrics() throws IOException {
    Path file = run.resolve(RunDirectory.METRICS);
    return Files.exists(file) ? Files.readString(file) : "";
  }

  @Test
  void theEncoderOfTheBestEpochStays() throws IOException {
    BestEncoder best = best(folder);
    double[] scores = {30, 50, 40, 50};
    for (int e = 1; e <= scores.length; e++) {
      epoch(best, e, scores[e - 1]);
      best.kept(e, null);
    }
    assertThat(saved).containsExactly(1, 2);
  }

  @Test
  void aRunThatWasKilledBeforeItsBestWasWrittenMakesUpForIt() throws IOException {
    BestEncoder killed = best(folder);
    epoch(killed, 1, 30);
    killed.kept(1, null);
    epoch(killed, 2, 50);
    best(folder).kept(2, null);
    assertThat(saved).containsExactly(1, 2);
  }

  @Test
  void aRunThatGoesOnKnowsWhatItIsToBeat() throws IOException {
    BestEncoder before = best(folder);
    epoch(before, 1, 50);
    before.kept(1, null);
    BestEncoder after = best(folder);
    after.kept(1, null);
    epoch(after, 2, 40);
    after.kept(2, null);
    assertThat(saved).containsExactly(1);
  }

  @Test
  void aBestOfEpochsThatTheRunFellBackBehindIsReplaced() throws IOException {
    BestEncoder before = best(folder);
    epoch(before, 1, 30);
    before.kept(1, null);
    String until = metrics();
    epoch(before, 2, 60);
    before.kept(2, null);
    Files.writeString(run.resolve(RunDirectory.METRICS), until);
    best(folder).kept(1, null);
    assertThat(saved).containsExactly(1, 2, 1);
  }

  @Test
  void anEpochWithoutACheckpointCantBeTheBest() throws IOException {
    BestEncoder best = best(folder);
    epoch(best, 1, 60);
    epoch(best, 2, 40);
    best.kept(2, null);
    assertThat(saved).containsExactly(2);
  }

  @Test
  void aTrainingWithoutLabelsKeepsOneToo() throws IOException {
    Path data = TinyRun.data(folder.resolve("data"), 48, 20);
    List<String> words = TinyRun.moco(data, data, "data.val=", "train.epochs=2");
    Recipe recipe = Recipes.read(words.get(1), words.subList(4, words.size()));
    Path trained = folder.resolve("run");
    new Run(recipe, trained, Console.SILENT).train();
    Map<String, String> about = SafeTensors.metadata(EncoderPath.of(trained, true));
    assertThat(about).containsEntry("best_by", "self_retrieval").containsKey("best_epoch");
    assertThat(Run.metrics(trained)).anyMatch(line -> line.containsKey("self_retrieval"));
    assertThatThrownBy(() -> EncoderPath.of(folder, true))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("has no best.safetensors");
  }
}
