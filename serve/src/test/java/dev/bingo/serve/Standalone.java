package dev.bingo.serve;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The service as a process of its own, so that it can be killed.
 *
 * @param port that it listens on
 */
record Standalone(Process process, int port) {
  /**
   * Starts one.
   *
   * @param labels where they are kept, and the token
   * @param port 0: any
   */
  static Standalone start(Fixture fixture, Path labels, int port) throws IOException {
    Path token = labels.resolve("token");
    Files.writeString(token, Fixture.TOKEN);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                fixture.model().toString()));
    command.addAll(List.of("--index", fixture.index().toString(), "--port", "" + port));
    command.addAll(List.of("--images", fixture.images().toString()));
    command.addAll(List.of("--labels", labels.toString(), "--token-file", token.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    return new Standalone(
        process, Integer.parseInt(line.replaceAll(".*127\\.0\\.0\\.1:(\\d+)/.*", "$1")));
  }

  /** As {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
