package dev.bingo.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.app.Ran;
import dev.bingo.recipe.RecipeException;
import dev.bingo.run.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class PlanCommandTest {
  @TempDir Path folder;

  private Path images() throws IOException {
    return TinyRun.data(folder.resolve("stripes"), 60, 40);
  }

  private static Ran run(String command, Path data, String... more) {
    List<String> words = new ArrayList<>(List.of(command, data.toString()));
    words.addAll(
        List.of(
            "student.arch=cifar_resnet20",
            "student.stem=cifar",
            "data.size=16",
            "train.device=cpu",
            "train.epochs=2"));
    words.addAll(List.of(more));
    return Ran.run(words.toArray(new String[0]));
  }

  @Test
  void aPlanIsSaidInEightyColumnsAndNothingIsWritten() throws IOException {
    Path data = images();
    Ran ran = run("plan", data);
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("60 images of 10 classes")
        .contains("moco-v2")
        .contains("as you say")
        .containsPattern("time +about \\d+ s")
        .containsPattern("memory +\\d+\\.\\d GB");
    assertThat(ran.out().lines()).allMatch(line -> line.length() <= 80);
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @Test
  void programsGetTheSame() throws IOException {
    JsonNode plan = new ObjectMapper().readTree(run("plan", images(), "--json").out());
    assertThat(plan.at("/images/count").asInt()).isEqualTo(60);
    assertThat(plan.at("/estimate/seconds").asDouble()).isPositive();
    assertThat(plan.at("/recipe/method").asText()).isEqualTo("moco-v2");
  }

  @Test
  void imagesAloneAreTrainedAndTheReportJudgesInItsFirstLine() throws IOException {
    Path data = images();
    Path out = folder.resolve("run");
    Ran ran = run("train", data, "data.val=" + data, "--out", out.toString());
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(out.resolve("encoder.safetensors")).exists();
    assertThat(out.resolve("best.safetensors")).exists();
    String page = Files.readString(out.resolve("report.html"));
    String first = page.substring(page.indexOf("class=\"lead\">") + 13).lines().findFirst().get();
    assertThat(first).containsPattern("^(Better|No better|Below|Collapsed)");
    assertThat(ran.err()).contains("report: ");

    Ran judged =
        Ran.run("eval", out.toString(), "--best", "--train", "" + data, "--val", "" + data);
    assertThat(judged.code()).as(judged.err()).isZero();
    assertThat(judged.out()).containsPattern("(?m)^(Better|No better|Below|Collapsed)");
    assertThat(out.resolve("eval.html")).content().contains("Judged: best.safetensors");
  }

  @Test
  void aPageOfSomebodyElsesIsNotReplaced() throws IOException {
    Path data = images();
    Path encoder = TinyRun.encoder(folder.resolve("encoder.safetensors"));
    Path page = Files.writeString(folder.resolve("mine.html"), "<p>mine</p>");
    Ran ran =
        Ran.run(
            "eval", "" + encoder, "--train", "" + data, "--val", "" + data, "--report", "" + page);
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("no page of bingo's");
    assertThat(page).hasContent("<p>mine</p>");
  }

  @Test
  void aControlThatIsNotThereIsToldBeforeTheTraining() throws IOException {
    Ran ran = run("train", images(), "--control", "nowhere", "--out", "" + folder.resolve("run"));
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("nowhere: no such run or file");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void aRecipeHasNoBudgetAndARunIsNoSetOfImages() throws IOException {
    Ran ran = Ran.run("train", "moco-v2-cifar10", "data.train=x", "--budget", "30m");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("--budget is for images");
    Path run = Files.createDirectory(folder.resolve("run"));
    Files.writeString(run.resolve("recipe.yaml"), "");
    assertThatThrownBy(() -> TrainingWords.of(List.of(run.toString())))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("--resume");
  }

  @Test
  void whatIsThereIsImagesAndWhatIsNotIsARecipe() throws IOException {
    Path yaml = Files.writeString(folder.resolve("my.yaml"), "");
    Path tar = Files.writeString(folder.resolve("photos.TAR"), "");
    assertThat(TrainingWords.of(List.of(folder.toString())).images()).isEqualTo(folder);
    assertThat(TrainingWords.of(List.of(tar.toString())).images()).isEqualTo(tar);
    assertThat(TrainingWords.of(List.of(yaml.toString())).images()).isNull();
    assertThat(TrainingWords.of(List.of("moco-v2-cifar10", "a=b")).images()).isNull();
    assertThatThrownBy(() -> TrainingWords.of(List.of("data.train=photos")))
        .hasMessageContaining("is a setting");
    assertThatThrownBy(() -> TrainingWords.of(List.of())).hasMessageContaining("which images");
  }

  @ParameterizedTest
  @CsvSource({"30m,1800", "2h,7200", "1h30m,5400", "90s,90", "5min,300"})
  void aBudgetIsWrittenAsPeopleDo(String text, long seconds) {
    assertThat(new TrainingWords.Budget().convert(text)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "m", "-5m", "1.5h", "2 days", "99999999999s"})
  void whatIsNoTimeIsRefused(String text) {
    assertThatThrownBy(() -> new TrainingWords.Budget().convert(text))
        .isInstanceOf(TypeConversionException.class);
  }
}
