package dev.bingo.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The index that {@code bingo similar} keeps of a set of images, read without LibTorch: its vectors
 * are on the heap, and each search looks at all of them. Threads may share it.
 */
public final class VectorIndex {
  private static final int VERSION = 1;
  private static final int TRIES = 3;
  private static final long LONGEST_MANIFEST = 256L << 20;
  private static final Pattern FILE =
      Pattern.compile("(vectors|entries)-[0-9a-f]{16}\\.(npy|jsonl)");

  private final String encoder;
  private final String imageSize;
  private final List<String> ids;
  private final Map<String, Integer> rows;
  private final Vectors vectors;

  private VectorIndex(String encoder, String imageSize, List<String> ids, Vectors vectors) {
    this.encoder = encoder;
    this.imageSize = imageSize;
    this.ids = List.copyOf(ids);
    this.vectors = vectors;
    rows = new HashMap<>(2 * ids.size());
    for (int row = 0; row < ids.size(); row++) {
      rows.put(ids.get(row), row);
    }
  }

  /**
   * An image that was found.
   *
   * @param cosine of the angle between its vector and the one that was searched for
   */
  public record Hit(int row, double cosine) {}

  /**
   * Opens an index.
   *
   * @throws IOException where there is none, or it is damaged
   */
  public static VectorIndex open(Path folder) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        return read(folder);
      } catch (NoSuchFileException e) {
        // Another process may have replaced it between the manifest and what it names.
        if (tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private static VectorIndex read(Path folder) throws IOException {
    Path file = folder.resolve("index.json");
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || Files.size(file) > LONGEST_MANIFEST) {
      throw new IOException(
          folder + ": holds no index of images; 'bingo similar ENCODER DATA' makes one");
    }
    try {
      JsonNode manifest = Json.MAPPER.readTree(file.toFile());
      int version = manifest.path("version").asInt();
      if (version != VERSION) {
        throw new IOException(
            folder + ": is an index of version " + version + ", this bingo reads " + VERSION);
      }
      List<String> ids = ids(named(folder, manifest, "entries"), digest(manifest));
      Vectors vectors = Vectors.read(named(folder, manifest, "vectors"));
      if (vectors.size() != ids.size()) {
        throw new IOException("its vectors are not of its images");
      }
      return new VectorIndex(
          manifest.path("encoder").asText(),
          manifest.path("settings").path("image_size").asText(),
          ids,
          vectors);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw damaged(folder, e.getOriginalMessage(), e);
    } catch (IOException | IllegalArgumentException e) {
      throw damaged(folder, e.getMessage(), e);
    }
  }

  private static IOException damaged(Path folder, String what, Exception cause) {
    return new IOException(
        folder
            + ": the index can't be read: "
            + what
            + ". 'bingo similar ENCODER DATA --rebuild' makes it anew",
        cause);
  }

  private static Path named(Path folder, JsonNode manifest, String what) throws IOException {
    String name = manifest.path(what).asText();
    Path file = folder.resolve(name);
    if (!FILE.matcher(name).matches()) {
      throw new IOException("it names '" + name + "' as its " + what);
    }
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(name + " is no plain file");
    }
    return file;
  }

  private static String digest(JsonNode manifest) {
    return manifest.path("entries_sha256").asText();
  }

  private static List<String> ids(Path file, String digest) throws IOException {
    List<String> ids = new ArrayList<>();
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        ids.add(Json.MAPPER.readTree(line).path(0).asText());
      }
    }
    if (!HexFormat.of().formatHex(sha256.digest()).equals(digest)) {
      throw new IOException("its list of images is not the one that was written");
    }
    return ids;
  }

  /** How many images. */
  public int size() {
    return ids.size();
  }

  /** Numbers a vector. */
  public int width() {
    return vectors.width();
  }

  /** SHA-256 of the encoder's file. */
  public String encoder() {
    return encoder;
  }

  /** Side of the images as the encoder saw them, pixels; empty where it isn't said. */
  String imageSize() {
    return imageSize;
  }

  /** The image's name in its set. */
  public String id(int row) {
    return ids.get(row);
  }

  /** All names, by row. */
  public List<String> ids() {
    return ids;
  }

  /** The row of an image, or −1. */
  public int row(String id) {
    return rows.getOrDefault(id, -1);
  }

  /** Its vector, of length 1. */
  public float[] vector(int row) {
    return vectors.vector(row);
  }

  Vectors vectors() {
    return vectors;
  }

  /**
   * The images whose vectors are nearest, nearest first; of two alike the first row.
   *
   * @param vector of the same encoder, of any length but 0
   * @param k most to find
   */
  public List<Hit> search(float[] vector, int k) {
    return vectors.search(vector, k);
  }
}
