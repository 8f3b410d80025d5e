package dev.bingo.app.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bingo.app.demo.FashionMnist.Places;
import dev.bingo.app.demo.FashionMnist.Published;
import dev.bingo.app.terminal.TerminalConsole;
import dev.bingo.run.Console;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With an installer that copies a file and a home that nobody can reach. */
class FashionMnistTest {
  private static final Published FILE =
      new Published(
          "images.gz", 5, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");

  @TempDir Path folder;
  private Path packaged;
  private Path cache;
  private Path calls;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @BeforeEach
  void places() throws IOException {
    packaged = folder.resolve("packaged");
    cache = folder.resolve("cache");
    calls = folder.resolve("calls");
    file(folder.resolve("whole"), "hello");
    Path apt =
        Files.writeString(
            folder.resolve("apt-get"),
            "#!/bin/sh\necho \"$@\" >> "
                + calls
                + "\nmkdir -p "
                + packaged
                + " && cp "
                + folder
                + "/whole/* "
                + packaged
                + "\n");
    Files.setPosixFilePermissions(apt, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void rootIsToldWhatIsInstalledAndHowLarge() throws Exception {
    assertThat(find(null, true, true)).isEqualTo(packaged);
    assertThat(said())
        .contains("as root: installing", "dataset-fashion-mnist", "31 MB", "--no-install");
    assertThat(calls).content().contains("install").contains("--no-remove");
  }

  @Test
  void nothingIsInstalledWhereTheUserSaysSoOrIsNotRoot() {
    assertThatThrownBy(() -> find(null, false, true)).hasMessageContaining("--data DIR");
    assertThatThrownBy(() -> find(null, true, false)).hasMessageContaining("--data DIR");
    assertThat(calls).doesNotExist();
    assertThat(said()).contains("apt-get install dataset-fashion-mnist");
  }

  @Test
  void whatLiesThereIsTakenWhereItIsThePublishedSet() throws Exception {
    file(cache, "hello");
    assertThat(find(null, false, true)).isEqualTo(cache);
    file(packaged, "hello");
    assertThat(find(null, true, true)).isEqualTo(packaged);
    assertThat(calls).doesNotExist();
  }

  @Test
  void anAlteredFileIsNotTaken() throws Exception {
    for (String altered : List.of("hallo", "hello, and more")) {
      file(packaged, altered);
      file(cache, altered);
      assertThatThrownBy(() -> find(null, false, true)).hasMessageContaining("could not be had");
    }
    Files.writeString(cache.resolve(FILE.name()), "no gzip");
    assertThatThrownBy(() -> find(null, false, true)).hasMessageContaining("could not be had");
    assertThat(said()).contains(packaged.resolve("images.gz") + " is damaged or was altered");
  }

  @Test
  void aFolderOfTheUsersIsTakenAndSaidToBeAnother() throws Exception {
    Path own = folder.resolve("own");
    file(own, "hello");
    assertThat(find(own, true, true)).isEqualTo(own);
    assertThat(said()).isEmpty();
    file(own, "other");
    assertThat(find(own, true, true)).isEqualTo(own);
    assertThat(said()).contains("is not Fashion-MNIST's; taken as it is");
    assertThatThrownBy(() -> find(folder, true, true)).hasMessageContaining("images.gz");
  }

  private Path find(Path given, boolean install, boolean root) throws IOException {
    Places places =
        new Places(packaged, cache, "http://127.0.0.1:1/", folder.resolve("apt-get"), root);
    Console console =
        new TerminalConsole(new PrintStream(said, true, StandardCharsets.UTF_8), false);
    return new FashionMnist(List.of(FILE), places, console).find(given, install);
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  private static void file(Path folder, String content) throws IOException {
    Files.createDirectories(folder);
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve(FILE.name())))) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
  }
}
