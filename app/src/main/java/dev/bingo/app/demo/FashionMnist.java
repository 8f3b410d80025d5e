package dev.bingo.app.demo;

import dev.bingo.file.Sha256;
import dev.bingo.run.Console;
import dev.bingo.weights.OtherFileException;
import dev.bingo.weights.WholeFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Gets Fashion-MNIST (Xiao et al., arXiv 1708.07747; MIT licence): from a folder, from Debian's
 * package, or from the data set's home. What wasn't named by the user is taken only where it is the
 * published set, bit for bit.
 */
final class FashionMnist {
  private static final String PACKAGE = "dataset-fashion-mnist";
  private static final long LIMIT = 64L << 20;

  /**
   * A file of the set. Debian has compressed them anew, so that only what is inside is the same.
   *
   * @param bytes uncompressed
   * @param sha256 of the uncompressed bytes
   */
  record Published(String name, int bytes, String sha256) {}

  private static final List<Published> FILES =
      List.of(
          new Published(
              "train-images-idx3-ubyte.gz",
              47_040_016,
              "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
          new Published(
              "train-labels-idx1-ubyte.gz",
              60_008,
              "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
          new Published(
              "t10k-images-idx3-ubyte.gz",
              7_840_016,
              "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
          new Published(
              "t10k-labels-idx1-ubyte.gz",
              10_008,
              "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"));

  /**
   * Where it may be.
   *
   * @param packaged folder of Debian's package
   * @param cache folder of what was downloaded
   * @param home of the set, for the download
   * @param apt Debian's installer
   * @param root whether this user may install
   */
  record Places(Path packaged, Path cache, String home, Path apt, boolean root) {
    static Places ofThisMachine() {
      return new Places(
          Path.of("/usr/share/datasets/fashion-mnist"),
          Path.of(System.getProperty("user.home"), ".cache", "bingo", "fashion-mnist"),
          "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
          Path.of("/usr/bin/apt-get"),
          System.getProperty("user.name").equals("root"));
    }
  }

  private final List<Published> files;
  private final Places places;
  private final Console console;

  FashionMnist(Console console) {
    this(FILES, Places.ofThisMachine(), console);
  }

  FashionMnist(List<Published> files, Places places, Console console) {
    this.files = files;
    this.places = places;
    this.console = console;
  }

  /**
   * The folder that holds the four files.
   *
   * @param given by the user, or null
   * @param install whether a package of the system may be installed, where the user is root
   */
  Path find(Path given, boolean install) throws IOException {
    if (given != null) {
      String differing = differing(given);
      if (!differing.isEmpty()) {
        console.say(
            "data: " + differing + " is not Fashion-MNIST's; taken as it is, as you gave it");
      }
      return given;
    }
    if (usable(places.packaged) || (installed(install) && usable(places.packaged))) {
      return places.packaged;
    }
    return usable(places.cache) ? places.cache : download();
  }

  private boolean usable(Path folder) throws IOException {
    if (!files.stream().allMatch(f -> Files.isRegularFile(folder.resolve(f.name)))) {
      return false;
    }
    String differing = differing(folder);
    if (!differing.isEmpty()) {
      console.say("data: " + differing + " is damaged or was altered; not taken");
    }
    return differing.isEmpty();
  }

  /** The first file that is not the published one; empty where all are. */
  private String differing(Path folder) throws IOException {
    for (Published file : files) {
      Path path = folder.resolve(file.name);
      if (!Files.isRegularFile(path)) {
        throw new OtherFileException(folder + ": does not hold Fashion-MNIST's file " + file.name);
      }
      if (!is(path, file)) {
        return path.toString();
      }
    }
    return "";
  }

  private static boolean is(Path path, Published file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(path), 1 << 16)) {
      MessageDigest digest = Sha256.digest();
      byte[] buffer = new byte[1 << 16];
      long total = 0;
      for (int n = in.read(buffer); n >= 0 && total <= file.bytes; n = in.read(buffer)) {
        total += n;
        digest.update(buffer, 0, n);
      }
      return total == file.bytes && HexFormat.of().formatHex(digest.digest()).equals(file.sha256);
    } catch (ZipException | EOFException e) {
      return false;
    }
  }

  private boolean installed(boolean install) throws IOException {
    if (!Files.isExecutable(places.apt)) {
      return false;
    }
    if (!install || !places.root) {
      console.say("data: Debian has it as a package: apt-get install " + PACKAGE);
      return false;
    }
    console.say(
        "data: as root: installing Debian's package "
            + PACKAGE
            + " (31 MB; not with --no-install)");
    return apt("update") && apt("install", "-y", "--no-install-recommends", "--no-remove", PACKAGE);
  }

  private boolean apt(String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder();
    builder.command().add(places.apt.toString());
    builder.command().add("-q");
    builder.command().addAll(List.of(arguments));
    builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    try {
      return process.waitFor(5, TimeUnit.MINUTES) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      process.destroy();
    }
  }

  private Path download() throws IOException {
    Files.createDirectories(places.cache);
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(20))
            .build();
    for (Published file : files) {
      console.say("data: downloading " + file.name);
      try {
        fetch(client, file);
      } catch (IOException e) {
        throw new IOException(
            "Fashion-MNIST could not be had ("
                + file.name
                + ": "
                + (e.getMessage() == null ? "no connection" : e.getMessage())
                + "). Install Debian's package (apt-get install "
                + PACKAGE
                + "), or give its folder: bingo demo --data DIR",
            e);
      }
    }
    return places.cache;
  }

  private void fetch(HttpClient client, Published file) throws IOException {
    Path target = places.cache.resolve(file.name);
    Path part = WholeFile.temporary(target);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(places.home + file.name))
            .timeout(Duration.ofMinutes(5))
            .build();
    try {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = response.body();
          OutputStream out =
              Files.newOutputStream(
                  part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        if (response.statusCode() != 200) {
          throw new IOException("the server answered " + response.statusCode());
        }
        byte[] buffer = new byte[1 << 16];
        long total = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          total += n;
          if (total > LIMIT) {
            throw new IOException("larger than it can be");
          }
          out.write(buffer, 0, n);
        }
      }
      if (!is(part, file)) {
        throw new IOException("what came is not the published file");
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
