package dev.bingo.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopFileTest {
  @TempDir Path directory;

  @Test
  void whoeverAsksIsHeardOnceAndARequestOfBeforeIsDropped()
      throws IOException, InterruptedException {
    StopFile.ask(directory);
    CountDownLatch stopped = new CountDownLatch(1);
    StopFile file = new StopFile(directory, Console.SILENT);
    try (StopRequests.Listening listening = file.listen(stopped::countDown)) {
      assertThat(StopFile.isAsked(directory)).as("left by somebody before").isFalse();
      assertThat(stopped.getCount()).isEqualTo(1);
      StopFile.ask(directory);
      assertThat(stopped.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(StopFile.isAsked(directory)).isFalse();
    }
  }

  @Test
  void aFolderOfThatNameIsNoRequest() throws IOException {
    Files.createDirectories(directory.resolve("stop").resolve("inside"));
    try (StopRequests.Listening listening =
        new StopFile(directory, Console.SILENT)
            .listen(
                () -> {
                  throw new AssertionError("nobody asked");
                })) {
      assertThat(Files.isDirectory(directory.resolve("stop"))).isTrue();
    }
  }
}
