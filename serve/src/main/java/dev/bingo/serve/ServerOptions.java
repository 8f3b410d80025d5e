package dev.bingo.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of a server, for any command that starts one. */
public final class ServerOptions {
  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "Address to listen on (default: ${DEFAULT-VALUE}, which only this machine reaches).")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      description = "Port to listen on; 0: any that is free (default: ${DEFAULT-VALUE}).")
  private int port = 8080;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Holds the token that requests must show (default: a new one each start).")
  private Path tokenFile;

  @Option(
      names = "--no-token",
      description = "Let in whoever can reach the port: for a proxy in front that asks for more.")
  private boolean noToken;

  @Option(
      names = "--name",
      paramLabel = "HOST",
      description =
          "A name that the server is called by, besides localhost and addresses; may be repeated.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--max-body",
      paramLabel = "MIB",
      description = "Longest request, MiB (default: ${DEFAULT-VALUE}).")
  private int maxBody = 32;

  @Option(
      names = "--max-seconds",
      description = "For a request to arrive whole (default: ${DEFAULT-VALUE}).")
  private int maxSeconds = 30;

  @Option(
      names = "--max-waiting",
      description =
          "Requests that may wait for a thread; more are turned away (default: ${DEFAULT-VALUE}).")
  private int maxWaiting = 256;

  @Option(
      names = "--workers",
      description = "Images that are worked on at once (default: one a core).")
  private int workers = Runtime.getRuntime().availableProcessors();

  /**
   * The settings that they make.
   *
   * @throws IOException where the token's file can't be read
   * @throws IllegalArgumentException where a setting is out of range
   */
  public Settings settings() throws IOException {
    if (maxBody < 1 || maxBody > 1024) {
      throw new IllegalArgumentException("--max-body: expected 1 to 1024 MiB, got " + maxBody);
    }
    if (noToken && tokenFile != null) {
      throw new IllegalArgumentException("--no-token and --token-file: choose one");
    }
    return new Settings(
        host,
        port,
        noToken ? null : tokenFile == null ? Settings.newToken() : token(tokenFile),
        names,
        maxBody << 20,
        Duration.ofSeconds(maxSeconds),
        workers,
        maxWaiting);
  }

  private static String token(Path file) throws IOException {
    if (Files.size(file) > 1024) {
      throw new IllegalArgumentException(file + ": is too long for a token");
    }
    return Files.readString(file).strip();
  }
}
