package dev.bingo.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  private static final String BUSY = "somebody works here";

  @TempDir Path folder;

  /** Exits with 0 where the lock is to be had. */
  static final class Other {
    private Other() {}

    public static void main(String... args) throws IOException {
      FolderLock.take(new PlainFolder(Path.of(args[0])), BUSY).close();
    }
  }

  @Test
  void aRefusedSecondHolderDoesNotLetGoOfTheFirstOnes() throws Exception {
    try (FolderLock first = FolderLock.take(new PlainFolder(folder), BUSY)) {
      assertThatThrownBy(() -> FolderLock.take(new PlainFolder(folder), BUSY))
          .isInstanceOf(IOException.class)
          .hasMessage(folder + ": " + BUSY);
      assertThat(anotherProcessTakesIt()).isFalse();
    }
    FolderLock.take(new PlainFolder(folder), BUSY).close();
    assertThat(anotherProcessTakesIt()).isTrue();
  }

  @Test
  void aFolderUnderAnotherNameIsTheSame() throws IOException {
    Path link = folder.resolveSibling(folder.getFileName() + "-link");
    Files.createSymbolicLink(link, folder);
    try (FolderLock first = FolderLock.take(new PlainFolder(folder), BUSY)) {
      assertThatThrownBy(() -> FolderLock.take(new PlainFolder(link), BUSY))
          .hasMessageContaining(BUSY);
    } finally {
      Files.delete(link);
    }
  }

  private boolean anotherProcessTakesIt() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return other.waitFor() == 0;
  }
}
