package dev.bingo.run;

import dev.bingo.file.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;

/**
 * Fetches one file of the zoo: what has come stays beside it as {@code FILE.part} and is gone on
 * with; the file appears under its name only where its checksum is the published one.
 */
public final class Download {
  private static final int PIECE = 1 << 16;
  private static final int WHOLE = 200;
  private static final int PART = 206;

  private final Zoo.Entry entry;
  private final Path file;
  private final Path part;
  private final Console console;

  /** To such a file. */
  public Download(Zoo.Entry entry, Path file, Console console) {
    this.entry = entry;
    this.file = file;
    this.part = file.resolveSibling(file.getFileName() + ".part");
    this.console = console;
  }

  /**
   * Fetches it, where it isn't there already.
   *
   * @return whether anything was fetched
   * @throws IOException where it can't be had; the message says how to get it by other means
   */
  public boolean run() throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      if (!isPublished(file)) {
        throw new IOException(
            file + ": is there, and not the published file; move it away, or choose another --out");
      }
      return false;
    }
    if (file.toAbsolutePath().getParent() != null) {
      Files.createDirectories(file.toAbsolutePath().getParent());
    }
    try {
      boolean resumed = fetch();
      if (!isPublished(part) && resumed) {
        // What lay there was of something else.
        Files.delete(part);
        fetch();
      }
    } catch (IOException e) {
      throw new IOException(
          entry.name()
              + " could not be fetched ("
              + (e.getMessage() == null ? "no connection" : e.getMessage())
              + "). Call again to go on, or get "
              + entry.address()
              + " by other means, put it at "
              + file
              + " and call again, to have its checksum compared",
          e);
    }
    if (!isPublished(part)) {
      Files.delete(part);
      throw new IOException(
          entry.address() + ": what came is not the file whose SHA-256 is " + entry.sha256());
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    return true;
  }

  /** Returns whether it went on with what was there. */
  private boolean fetch() throws IOException {
    long there = Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS) ? Files.size(part) : 0;
    if (there >= entry.bytes()) {
      if (there == entry.bytes() && isPublished(part)) {
        return false;
      }
      Files.delete(part);
      there = 0;
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(entry.address()).timeout(Duration.ofMinutes(1));
    if (there > 0) {
      request.header("Range", "bytes=" + there + "-");
    }
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(20))
            .build();
    try {
      HttpResponse<InputStream> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        int status = response.statusCode();
        boolean goesOn = status == PART && there > 0 && startsAt(response, there);
        if (status != WHOLE && !goesOn) {
          throw new IOException("the server answered " + status);
        }
        append(in, goesOn ? there : 0);
        return goesOn;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static boolean startsAt(HttpResponse<?> response, long there) {
    return response
        .headers()
        .firstValue("Content-Range")
        .filter(range -> range.startsWith("bytes " + there + "-"))
        .isPresent();
  }

  private void append(InputStream in, long there) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            there > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
            LinkOption.NOFOLLOW_LINKS)) {
      byte[] piece = new byte[PIECE];
      long total = there;
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        total += n;
        if (total > entry.bytes()) {
          throw new IOException("it is larger than the published file");
        }
        out.write(piece, 0, n);
        console.progress(total, entry.bytes());
      }
      if (total < entry.bytes()) {
        throw new IOException("the connection ended after " + total + " of " + entry.bytes());
      }
    }
  }

  private boolean isPublished(Path path) throws IOException {
    if (!Files.isRegularFile(path) || Files.size(path) != entry.bytes()) {
      return false;
    }
    MessageDigest digest = Sha256.digest();
    try (InputStream in = Files.newInputStream(path)) {
      byte[] piece = new byte[PIECE];
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        digest.update(piece, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest()).equals(entry.sha256());
  }
}
