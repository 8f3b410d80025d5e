package dev.bingo.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainFolderTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"/etc/passwd", "..", "../x", "a/../../x", "a/../b"})
  void aNameThatLeadsElsewhereIsRefused(String name) {
    PlainFolder plain = new PlainFolder(folder);
    assertThatThrownBy(() -> plain.file(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> plain.folder(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> plain.append(name)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFolderOnTheWayMustBePlain() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.createSymbolicLink(Files.createDirectory(folder.resolve("a")).resolve("b"), elsewhere);
    PlainFolder plain = new PlainFolder(folder);
    for (String name : new String[] {"a/b/c", "a/b/c/d"}) {
      assertThatThrownBy(() -> plain.file(name)).hasMessageContaining("a/b: is a symbolic link");
      assertThatThrownBy(() -> plain.makeFolder(name)).hasMessageContaining("a/b");
    }
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void whatIsAppendedStandsBehindWhatWasThere() throws IOException {
    // Reached by a link: the user has named it.
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    PlainFolder plain = new PlainFolder(link);
    for (String word : new String[] {"one ", "two"}) {
      try (FileChannel out = plain.append("log")) {
        out.write(ByteBuffer.wrap(word.getBytes(StandardCharsets.UTF_8)));
      }
    }
    assertThat(folder.resolve("log")).hasContent("one two");
  }
}
