package dev.bingo.app;

import static dev.bingo.app.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bingo.run.Run;
import dev.bingo.run.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bingo train --resume} with a run directory that somebody sent. */
class ForeignRunTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path data;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    data = TinyRun.data(shared.resolve("data"), 48, 20);
    run = shared.resolve("run");
    List<String> words = TinyRun.moco(data, run, "train.epochs=1");
    assertThat(Bingo.run(words.toArray(String[]::new))).isZero();
  }

  @Test
  void everyFileOfARunThatIsALinkIsRefusedByNameAndNothingIsWritten() throws IOException {
    Path victim = Files.writeString(folder.resolve("victim"), "precious");
    List<Path> files;
    try (Stream<Path> all = Files.walk(run)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    assertThat(files).hasSizeGreaterThan(5);
    for (int i = 0; i < files.size(); i++) {
      Path copy = copy("copy" + i);
      Path file = copy.resolve(run.relativize(files.get(i)).toString());
      Files.delete(file);
      Files.createSymbolicLink(file, victim);
      String err = resume(1, copy);
      assertThat(err).contains(file + ": is a symbolic link").doesNotContain("\tat ");
    }
    assertThat(victim).hasContent("precious");
  }

  @Test
  void aRecipeCannotAllowThatCodeIsRun() throws IOException {
    Path copy = copy("copy");
    Path recipe = copy.resolve(Run.RECIPE);
    String text = Files.readString(recipe);
    assertThat(text).contains("allow_code: \"no\"");
    for (String yes : List.of("\"yes\"", "yes", "true", "anything")) {
      Files.writeString(recipe, text.replace("allow_code: \"no\"", "allow_code: " + yes));
      assertThat(resume(2, copy))
          .contains("recipe.yaml:")
          .contains("teacher.allow_code: a recipe can't allow")
          .contains("--allow-code");
    }
    // Said on the command line, it is the user's; and it isn't written down for the next time.
    assertThat(resume(0, copy, "teacher.allow_code=yes")).contains("resumed from");
    assertThat(resume(0, copy, "--allow-code")).contains("resumed from");
    Path other = folder.resolve("other");
    List<String> words = TinyRun.moco(data, other, "train.epochs=1", "teacher.allow_code=yes");
    assertThat(Bingo.run(words.toArray(String[]::new))).isZero();
    assertThat(Files.readString(other.resolve(Run.RECIPE))).contains("allow_code: \"no\"");
  }

  @Test
  void aNameThatLeadsElsewhereIsRefused() throws IOException {
    for (String name : List.of("../../x", "/tmp/x", "a/b", ".hidden", "..", "", "a\u202eb")) {
      Path file = folder.resolve("named.yaml");
      Files.writeString(file, "name: \"" + name + "\"\nmethod: moco-v2\n");
      Ran ran = run("train", file.toString(), "data.train=" + data);
      assertThat(ran.code()).isEqualTo(2);
      assertThat(ran.err()).contains("name: expected").doesNotContain("\u202e");
    }
  }

  @Test
  void aSettingThatDoesNotChangeTheTrainingMayChangeWithResume() throws IOException {
    Path copy = copy("copy");
    Path moved = folder.resolve("moved");
    Files.createDirectory(moved);
    try (Stream<Path> all = Files.list(data)) {
      for (Path file : all.toList()) {
        Files.copy(file, moved.resolve(file.getFileName()));
      }
    }
    assertThat(resume(0, copy, "data.train=" + moved)).contains("resumed from");
    assertThat(resume(1, copy, "optimiser.lr=0.5")).contains("optimiser.lr: 0.06, now 0.5");
  }

  private Path copy(String name) throws IOException {
    Path copy = folder.resolve(name);
    try (Stream<Path> all = Files.walk(run)) {
      for (Path file : all.toList()) {
        Files.copy(file, copy.resolve(run.relativize(file).toString()));
      }
    }
    return copy;
  }

  private static String resume(int code, Path directory, String... more) {
    String[] words = new String[more.length + 3];
    words[0] = "train";
    words[1] = "--resume";
    words[2] = directory.toString();
    System.arraycopy(more, 0, words, 3, more.length);
    Ran ran = run(words);
    assertThat(ran.code()).as(ran.err()).isEqualTo(code);
    return ran.err();
  }
}
