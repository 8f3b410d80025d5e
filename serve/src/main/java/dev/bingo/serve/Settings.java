package dev.bingo.serve;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/**
 * Where a server listens, whom it lets in, and how much of anything it takes.
 *
 * @param host address to listen on
 * @param port 0: any that is free
 * @param token that every request must show; null: none is asked for
 * @param names under which it may be called besides {@code localhost} and IP addresses
 * @param bodyBytes longest request
 * @param patience for a request to arrive whole
 * @param threads that encode and decode images
 * @param waiting requests that may wait for them; more are turned away
 */
public record Settings(
    String host,
    int port,
    String token,
    List<String> names,
    int bodyBytes,
    Duration patience,
    int threads,
    int waiting) {

  /** Below this a token could be guessed. */
  static final int SHORTEST_TOKEN = 16;

  public Settings {
    names = List.copyOf(names);
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port: expected 0 to 65535, got " + port);
    }
    if (token != null && !token.matches("[A-Za-z0-9._~-]{" + SHORTEST_TOKEN + ",256}")) {
      throw new IllegalArgumentException(
          "token: expected "
              + SHORTEST_TOKEN
              + " to 256 letters, digits, '.', '_', '~' or '-'; bingo makes one where none is given");
    }
    if (bodyBytes < 1 || threads < 1 || waiting < 1 || patience.isNegative() || patience.isZero()) {
      throw new IllegalArgumentException("limits of a server are above 0");
    }
  }

  /** On this machine alone, with a token of its own. */
  public static Settings local(int port) {
    return new Settings(
        "127.0.0.1",
        port,
        newToken(),
        List.of(),
        32 << 20,
        Duration.ofSeconds(30),
        Runtime.getRuntime().availableProcessors(),
        256);
  }

  /** 128 bits that nobody can foresee. */
  public static String newToken() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
