package dev.bingo.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first start on a machine, with nothing extracted yet. Where the machine has a LibTorch of its
 * own (Debian's {@code python3-torch}), loading before everything is extracted dies with SIGSEGV.
 */
class EngineStartTest {
  private static final long NEEDED = 2L << 30;

  @TempDir Path folder;

  private record Ended(int code, String output) {}

  @Test
  void theEngineStartsWithAnEmptyCache() throws Exception {
    assumeThat(folder.toFile().getUsableSpace()).as("disk for the natives").isGreaterThan(NEEDED);
    Path cache = folder.resolve("cache");
    Ended start = start(cache);
    assertThat(start.code).as(start.output).isZero();
    assertThat(start.output).contains("sum 3");
    assertThat(cache.toFile()).isNotEmptyDirectory();
  }

  /** JavaCPP looks for another place by itself: below home, then among the temporary files. */
  @Test
  void aCacheThatCannotBeWrittenIsSaidWithTheWayOut() throws Exception {
    // A file where the folder should be: no one may write below it, root neither.
    Ended start = start(Files.createFile(folder.resolve("cache")));
    assertThat(start.code).isNotZero();
    assertThat(start.output)
        .contains("EngineException")
        .contains("-Dorg.bytedeco.javacpp.cachedir=DIR");
  }

  private static Ended start(Path cache) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                "-Duser.home=" + cache,
                "-Djava.io.tmpdir=" + cache,
                "-XX:ErrorFile=" + cache.resolveSibling("hs_err.log"),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), output);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Starts the engine and uses it. */
  public static final class Main {
    private Main() {}

    public static void main(String[] arguments) {
      Engine.start();
      try (PointerScope scope = new PointerScope()) {
        System.out.println("sum " + torch.ones(3).sum().item_long());
      }
    }
  }
}
