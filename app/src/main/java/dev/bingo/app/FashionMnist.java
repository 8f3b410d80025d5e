package dev.bingo.app;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Gets Fashion-MNIST (Xiao et al., arXiv 1708.07747; MIT licence): from a folder, from Debian's
 * package, or from the data set's home with its published checksums.
 */
final class FashionMnist {
  private static final Path DEBIAN = Path.of("/usr/share/datasets/fashion-mnist");
  private static final String HOME = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";
  private static final long LIMIT = 64L << 20;

  /** MD5 as the data set's own README gives them. */
  private static final Map<String, String> MD5 =
      Map.of(
          "train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
          "train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe",
          "t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79",
          "t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310");

  private FashionMnist() {}

  /**
   * The folder that holds the four files.
   *
   * @param given by the user, or null
   */
  static Path find(Path given, Console console) throws IOException {
    if (given != null) {
      if (!complete(given)) {
        throw new IOException(given + ": does not hold Fashion-MNIST's four files " + MD5.keySet());
      }
      return given;
    }
    if (complete(DEBIAN) || (installed(console) && complete(DEBIAN))) {
      return DEBIAN;
    }
    Path cache = Path.of(System.getProperty("user.home"), ".cache", "bingo", "fashion-mnist");
    return complete(cache) ? cache : download(cache, console);
  }

  private static boolean complete(Path folder) {
    return MD5.keySet().stream().allMatch(f -> Files.isRegularFile(folder.resolve(f)));
  }

  private static boolean installed(Console console) throws IOException {
    boolean debian = Files.isExecutable(Path.of("/usr/bin/apt-get"));
    if (!debian || !System.getProperty("user.name").equals("root")) {
      if (debian) {
        console.say("data: Debian has it as a package: apt-get install dataset-fashion-mnist");
      }
      return false;
    }
    console.say("data: installing Debian's package dataset-fashion-mnist");
    return apt("update")
        && apt("install", "-y", "--no-install-recommends", "dataset-fashion-mnist");
  }

  private static boolean apt(String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder();
    builder.command().add("apt-get");
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

  private static Path download(Path cache, Console console) throws IOException {
    Files.createDirectories(cache);
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(20))
            .build();
    for (Map.Entry<String, String> file : MD5.entrySet()) {
      console.say("data: downloading " + file.getKey());
      try {
        fetch(client, cache.resolve(file.getKey()), file.getKey(), file.getValue());
      } catch (IOException e) {
        throw new IOException(
            "Fashion-MNIST could not be had ("
                + file.getKey()
                + ": "
                + e.getMessage()
                + "). Install Debian's package (apt-get install dataset-fashion-mnist), or give its folder:"
                + " bingo demo --data DIR",
            e);
      }
    }
    return cache;
  }

  private static void fetch(HttpClient client, Path target, String name, String md5)
      throws IOException {
    Path part = target.resolveSibling(name + ".part");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(HOME + name)).timeout(Duration.ofMinutes(5)).build();
    try {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      MessageDigest digest = MessageDigest.getInstance("MD5");
      try (InputStream in = new DigestInputStream(response.body(), digest);
          var out = Files.newOutputStream(part)) {
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
      String found = HexFormat.of().formatHex(digest.digest());
      if (!found.equals(md5)) {
        throw new IOException("wrong checksum " + found + ", expected " + md5);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
