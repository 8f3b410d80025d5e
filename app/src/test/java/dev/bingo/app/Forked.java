package dev.bingo.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line in a JVM of its own, that a test can signal, kill or put under limits. */
final class Forked implements AutoCloseable {
  private static final long PATIENCE_MINUTES = 5;

  private final Process process;
  private final Path output;

  private Forked(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts {@code bingo WORDS}.
   *
   * @param shell commands before it, such as {@code ulimit -f 100;}, or empty
   * @param jvm options
   */
  static Forked start(Path output, String shell, List<String> jvm, String... words)
      throws IOException {
    return start(Bingo.class, output, shell, jvm, words);
  }

  /** Starts another class. */
  static Forked start(Class<?> main, Path output, String shell, List<String> jvm, String... words)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("bash", "-c", shell + " exec \"$@\"", "bash"));
    // A build in the background was started with Ctrl-C ignored, and its children would be, too.
    command.addAll(List.of("env", "--default-signal=INT,TERM,HUP"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"));
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("OMP_NUM_THREADS", "1");
    return new Forked(builder.start(), output);
  }

  /** Sends a signal by its name. */
  void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Waits for its end; returns the exit code. */
  int ended() throws Exception {
    if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      throw new AssertionError("still running: " + output());
    }
    return process.exitValue();
  }

  /** Waits so long; true where it has ended by itself, and well. */
  boolean ended(long nanos) throws Exception {
    if (!process.waitFor(nanos, TimeUnit.NANOSECONDS)) {
      return false;
    }
    if (process.exitValue() != 0) {
      throw new AssertionError("exit code " + process.exitValue() + ": " + output());
    }
    return true;
  }

  /** Waits so long, or until its end. */
  void pause(long millis) throws InterruptedException {
    process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  boolean running() {
    return process.isAlive();
  }

  String output() throws IOException {
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  /** Waits until the output holds a text. */
  void await(String text) throws Exception {
    while (!output().contains(text)) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        if (output().contains(text)) {
          return;
        }
        throw new AssertionError("ended without '" + text + "': " + output());
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
