package dev.bingo.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.Encoder;
import dev.bingo.Photos;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Stem;
import dev.bingo.export.StateDict;
import dev.bingo.view.Normalisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What library/README.md shows is this package's code, and it does what is said. */
class ProgramsTest {
  private static final Path HERE = Path.of("src", "test", "java", "dev", "bingo", "example");
  private static final int MOST_LINES = 25;

  @TempDir Path folder;

  @Test
  void theReadmesProgramsAreTheCompiledOnes() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    List<String> blocks =
        Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(readme)
            .results()
            .map(block -> block.group(1))
            .toList();
    List<String> compiled = new ArrayList<>();
    String programs = Files.readString(HERE.resolve("Programs.java"));
    Pattern.compile("^ {4}// \\w+\n(.*?)^ {4}// end$", Pattern.DOTALL | Pattern.MULTILINE)
        .matcher(programs)
        .results()
        .forEach(body -> compiled.add(body.group(1).replaceAll("(?m)^ {4}", "")));
    String own = Files.readString(HERE.resolve("SimSiam.java"));
    compiled.add(own.substring(own.indexOf("/**")));
    assertThat(blocks).containsExactlyInAnyOrderElementsOf(compiled);
    assertThat(compiled.subList(0, compiled.size() - 1))
        .allSatisfy(program -> assertThat(program.lines()).hasSizeLessThanOrEqualTo(MOST_LINES));
  }

  @Test
  void aStudentIsDistilledUsedAndExported() throws Exception {
    Photos.write(folder.resolve("photos"), 80, 32);
    Programs.teacher(folder);
    Programs.student(folder);
    Programs.use(folder);
    Programs.bags(folder);
    Programs.export(folder);
    Encoder student = Encoder.load(folder.resolve("student.safetensors"));
    assertThat(student.info().architecture()).isEqualTo("cifar_resnet20");
    assertThat(student.transform().size()).isEqualTo(32);
    assertThat(student.info().about()).containsEntry("method", "bingo").containsKey("bingo");
    Encoder model = Encoder.load(folder.resolve("pixels.onnx"));
    assertThat(model.width()).isEqualTo(student.width());
    assertThat(model.info().about()).containsEntry("input", "pixels").containsKey("verification");
    assertThat(Encoder.load(folder.resolve("student.pth")).info().about())
        .containsEntry("method", "bingo");
    assertThat(folder.resolve("student.pth.md")).exists();
  }

  @Test
  void somebodysWeightsBecomeOurs() throws Exception {
    StateDict.torch(
        folder.resolve("somebodys.pth"), Encoders.create("resnet18", Stem.IMAGENET, 1), Map.of());
    Programs.foreign(folder);
    Encoder ours = Encoder.load(folder.resolve("ours.safetensors"));
    assertThat(ours.info().architecture()).isEqualTo("resnet18");
    assertThat(ours.transform().size()).isEqualTo(96);
    assertThat(ours.normalisation()).isSameAs(Normalisation.HALF);
  }

  @Test
  void aMethodOfOnesOwnTrains() throws Exception {
    Photos.write(folder.resolve("photos"), 40, 32);
    Programs.own(folder);
    assertThat(Encoder.load(folder.resolve("own-run/encoder.safetensors")).info().about())
        .containsEntry("method", "simsiam");
  }
}
