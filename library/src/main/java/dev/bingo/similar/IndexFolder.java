package dev.bingo.similar;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bingo.file.PlainFolder;
import dev.bingo.file.RemediableException;
import dev.bingo.file.Remedy;
import dev.bingo.file.Sha256;
import dev.bingo.weights.OtherFileException;
import dev.bingo.weights.WholeFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The files of an index. Each that is written has a new name, and {@code index.json}, which is
 * replaced last, says which belong together: a process that is killed leaves the index of before.
 */
final class IndexFolder {
  private static final String MANIFEST = "index.json";
  private static final long LONGEST_MANIFEST = 256L << 20;
  private static final Pattern OURS =
      Pattern.compile("(vectors|entries|cells)-[0-9a-f]{16}\\.(npy|jsonl)");
  private static final SecureRandom RANDOM = new SecureRandom();
  // Names of anybody's files are in it, which a terminal should not meet raw.
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
          .build();

  private final PlainFolder folder;

  IndexFolder(Path path) {
    folder = new PlainFolder(path);
  }

  Path path() {
    return folder.root();
  }

  PlainFolder plain() {
    return folder;
  }

  boolean holdsIndex() throws IOException {
    return Files.exists(folder.file(MANIFEST));
  }

  /**
   * Reads the manifest.
   *
   * @throws OtherFileException where there is none
   */
  Manifest manifest() throws IOException {
    Path file = folder.file(MANIFEST);
    if (!Files.exists(file)) {
      throw new OtherFileException(path() + ": holds no index (no " + MANIFEST + ")");
    }
    if (Files.size(file) > LONGEST_MANIFEST) {
      throw damaged("its " + MANIFEST + " is too long", null);
    }
    try {
      Manifest manifest = JSON.readValue(file.toFile(), Manifest.class);
      if (manifest == null || manifest.version() != Manifest.VERSION) {
        throw new OtherFileException(
            path()
                + ": is an index of version "
                + (manifest == null ? 0 : manifest.version())
                + ", this bingo reads "
                + Manifest.VERSION,
            Remedy.REBUILD_INDEX);
      }
      boolean whole =
          manifest.encoder() != null
              && manifest.settings() != null
              && manifest.leftOut() != null
              && isOurs(manifest.vectors())
              && isOurs(manifest.entries())
              && (manifest.sorted() == null
                  || (isOurs(manifest.sorted().centres())
                      && manifest.sorted().starts() != null
                      && !manifest.sorted().starts().contains(null)));
      if (!whole) {
        throw damaged("something is missing in its " + MANIFEST, null);
      }
      return manifest;
    } catch (JsonProcessingException e) {
      throw damaged("its " + MANIFEST + " can't be read", e);
    }
  }

  private static boolean isOurs(String name) {
    return name != null && OURS.matcher(name).matches();
  }

  IOException damaged(String what, Throwable cause) {
    return new RemediableException(
        path() + ": the index is damaged: " + what, Remedy.REBUILD_INDEX, cause);
  }

  /** A name that no file has had. */
  static String fresh(String kind, String ending) {
    return "%s-%016x.%s".formatted(kind, RANDOM.nextLong(), ending);
  }

  /** The path of a file that the manifest names. */
  Path file(String name) throws IOException {
    return folder.file(name);
  }

  List<Entry> entries(Manifest manifest) throws IOException {
    List<Entry> entries = new ArrayList<>();
    MessageDigest digest = Sha256.digest();
    try (InputStream in =
            new DigestInputStream(Files.newInputStream(file(manifest.entries())), digest);
        JsonParser json = JSON.createParser(in)) {
      while (json.nextToken() != null) {
        entries.add(new Entry(text(json), number(json), number(json), text(json)));
        json.nextToken(); // the end of the array
      }
    } catch (JsonProcessingException e) {
      throw damaged("its list of images can't be read", e);
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(manifest.entriesDigest())) {
      throw damaged("its list of images is not the one that was written", null);
    }
    return entries;
  }

  private String text(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.VALUE_STRING) {
      throw damaged("its list of images has no text where one belongs", null);
    }
    return json.getText();
  }

  private long number(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.VALUE_NUMBER_INT) {
      throw damaged("its list of images has no number where one belongs", null);
    }
    return json.getLongValue();
  }

  /** Writes the list, an array a line; returns its SHA-256. */
  String write(String name, List<Entry> entries) throws IOException {
    MessageDigest digest = Sha256.digest();
    WholeFile.write(
        file(name),
        channel -> {
          OutputStream out =
              new BufferedOutputStream(
                  new DigestOutputStream(Channels.newOutputStream(channel), digest), 1 << 16);
          SequenceWriter lines = JSON.writer().withRootValueSeparator("\n").writeValues(out);
          for (Entry e : entries) {
            lines.write(new Object[] {e.id(), e.bytes(), e.modified(), e.digest()});
          }
          lines.flush();
          out.flush();
        });
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Makes what it names the index, and removes what no index names any more. */
  void commit(Manifest manifest) throws IOException {
    WholeFile.write(folder.file(MANIFEST), JSON.writeValueAsString(manifest));
    Set<String> named =
        manifest.sorted() == null
            ? Set.of(manifest.vectors(), manifest.entries())
            : Set.of(manifest.vectors(), manifest.entries(), manifest.sorted().centres());
    for (Path file : folder.list("")) {
      String name = file.getFileName().toString();
      if ((OURS.matcher(name).matches() && !named.contains(name)) || WholeFile.isTemporary(file)) {
        Files.deleteIfExists(file);
      }
    }
  }
}
