package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.recipe.Recipe;
import dev.bingo.recipe.Recipes;
import dev.bingo.torch.Engine;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OriginsTest {
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    Engine.start();
  }

  @Test
  void imagesAloneLeaveNobodysLicence() {
    assertThat(Origins.of(Recipes.read("moco-v2-cifar10", List.of()))).isEmpty();
  }

  @Test
  void aTeachersLicenceGoesOnFromStudentToStudent() throws IOException {
    Path teacher = weights("teacher.safetensors", Map.of("license", "CC-BY-NC-4.0"));
    String first = Origins.of(distilled(teacher));
    assertThat(first).contains("teacher.safetensors (SHA-256 ", "licence: CC-BY-NC-4.0");
    Path student = weights("student.safetensors", Map.of("recipe", "r", Origins.KEY, first));
    assertThat(Origins.of(distilled(student))).contains("itself of teacher: ", "CC-BY-NC-4.0");
  }

  @Test
  void whatIsNotKnownIsSaid() throws IOException {
    Path other = Files.writeString(folder.resolve("other.pth"), "weights");
    assertThat(Origins.of(distilled(other))).endsWith("licence not known: ask who published it");
    Files.delete(other);
    assertThat(Origins.of(distilled(other))).contains("other.pth, which could not be read again");
  }

  private static Recipe distilled(Path teacher) {
    return Recipes.read("bingo-cifar10", List.of("teacher.file=" + teacher));
  }

  private Path weights(String name, Map<String, String> metadata) throws IOException {
    Path file = folder.resolve(name);
    SafeTensors.write(file, Map.of(), metadata);
    return file;
  }
}
