package dev.bingo.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.app.Ran;
import dev.bingo.recipe.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  @TempDir Path folder;

  /** A run of 20 epochs of 10 steps as it lies in its directory, judged at its end. */
  private Path run(String name, double knn, String... settings) throws IOException {
    return run(name, 20, knn, settings);
  }

  private Path run(String name, int epochsDone, double knn, String... settings) throws IOException {
    Path run = Files.createDirectory(folder.resolve(name));
    List<String> all = new ArrayList<>(List.of("data.train=photos", "train.epochs=20"));
    all.addAll(List.of(settings));
    Files.writeString(
        run.resolve("recipe.yaml"), Recipes.write(Recipes.read("moco-v2-cifar10", all)));
    StringBuilder lines = new StringBuilder();
    for (int epoch = 1; epoch <= epochsDone; epoch++) {
      lines.append("{\"step\":%d,\"epoch\":%d,\"loss\":%d}\n".formatted(epoch * 10, epoch, 9));
      lines.append(
          "{\"step\":%d,\"epoch\":%d,\"knn_top1\":%s}\n".formatted(epoch * 10, epoch, knn));
    }
    Files.writeString(run.resolve("metrics.jsonl"), lines);
    return run;
  }

  private Ran compare(Object... words) {
    List<String> all = new ArrayList<>(List.of("compare"));
    for (Object word : words) {
      all.add(word.toString());
    }
    return Ran.run(all.toArray(new String[0]));
  }

  @Test
  void runsThatDifferInTheirSeedAreOneRowAndRowsAreComparedSeedBySeed() throws IOException {
    run("a-1", 40, "train.seed=1");
    run("a-2", 50, "train.seed=2");
    run("b-1", 42, "train.seed=1", "moco.temperature=0.2", "train.log_every=7");
    run("b-2", 54, "train.seed=2", "moco.temperature=0.2");
    Ran ran = compare(folder);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("45.00 ± 7.07")
        .contains("48.00 ± 8.49")
        .contains("B over A: kNN +3.00 ± 1.41 points, over 2 seeds of both.")
        .contains("moco.temperature: A=0.1 B=0.2")
        .doesNotContain("log_every");
    assertThat(ran.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void accuraciesOfOtherProtocolsStandInTablesOfTheirOwn() throws IOException {
    Path a = run("a", 40);
    Path b = run("b", 41, "evaluate.knn_k=20");
    Ran ran = compare(a, b);
    assertThat(ran.out())
        .contains("Measured with evaluate.knn_k=200")
        .contains("Measured with evaluate.knn_k=20\n")
        .contains("don't compare")
        .doesNotContain(" over ");
  }

  @Test
  void aRunThatHasNotComeToItsEndLeavesItsFiguresOut() throws IOException {
    Path whole = run("whole", 40, "train.seed=1");
    Path begun = run("begun", 8, 90.5, "train.seed=2");
    Ran ran = compare(whole, begun);
    assertThat(ran.out().replaceAll("\\s+", " "))
        .contains("has come to epoch 8 of 20; its figures are left out")
        .contains("40.00")
        .doesNotContain("90.5")
        .doesNotContain("±");
  }

  @Test
  void aSettingThatIsIgnoredMayDifferWithinARow() throws IOException {
    Path a = run("a", 40, "train.seed=1", "train.batch=64");
    Path b = run("b", 42, "train.seed=2", "train.batch=128");
    assertThat(compare(a, b).out()).contains("B over A").contains("no seed that both");
    assertThat(compare(a, b, "--ignore", "train.batch").out()).contains("41.00 ± 1.41");
    Ran unknown = compare(a, b, "--ignore", "train.bach");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err()).contains("train.bach").contains("none of these runs");
  }

  @Test
  void theSameSeedTwiceIsRefused() throws IOException {
    Ran ran = compare(run("a", 40), run("b", 42));
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("same recipe with the same seed");
  }

  @Test
  void whatIsNoRunIsNamed() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Ran ran = compare(run("a", 40), empty);
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("empty: is no run").contains("recipe.yaml");
  }

  @Test
  void thePageShowsEveryRunsCurve() throws IOException {
    Path a = run("a", 40, "train.seed=1");
    Path c = run("c", 43, "train.seed=1", "moco.temperature=0.3");
    Path page = folder.resolve("page.html");
    assertThat(compare(a, c, "--html", page).code()).isZero();
    assertThat(Files.readString(page))
        .contains("A  moco-v2-cifar10, seed 1")
        .contains("B  moco-v2-cifar10, seed 1")
        .contains("B over A: kNN +3.00 points");
  }
}
