package dev.bingo.bag;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bingo.file.Printable;
import dev.bingo.image.ImageSource;
import dev.bingo.weights.OtherFileException;
import dev.bingo.weights.WholeFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A text file of image ids, one a line, in an order. A name that a line can't hold (it has a line
 * feed or anything else that is not {@link Printable}, or begins with a quotation mark) is written
 * as a JSON string.
 */
final class IdList {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final int LONGEST_LINE = 16 << 10;
  private static final int SHOWN = 3;

  private IdList() {}

  static void write(Path file, ImageSource images) throws IOException {
    WholeFile.write(
        file,
        channel -> {
          for (int i = 0; i < images.size(); i++) {
            byte[] line = (escaped(images.id(i)) + "\n").getBytes(StandardCharsets.UTF_8);
            WholeFile.writeFully(channel, ByteBuffer.wrap(line));
          }
        });
  }

  private static String escaped(String id) throws IOException {
    boolean plain = !id.startsWith("\"") && !id.isEmpty() && Printable.isLine(id);
    return plain ? id : JSON.writeValueAsString(id);
  }

  /**
   * Where the image of each line is in a set.
   *
   * @throws IOException where the lines are not the set's images, each once
   */
  static int[] positions(Path file, ImageSource images) throws IOException {
    List<String> lines = read(file, images.size());
    if (lines.size() != images.size()) {
      throw new OtherFileException(
          file + ": lists " + lines.size() + " images, the data set has " + images.size());
    }
    Map<String, Integer> byId = images.positions();
    int[] position = new int[lines.size()];
    boolean[] seen = new boolean[lines.size()];
    for (int i = 0; i < position.length; i++) {
      Integer at = find(lines.get(i), byId);
      if (at == null) {
        throw new OtherFileException(
            file
                + ":"
                + (i + 1)
                + ": '"
                + Printable.line(lines.get(i))
                + "' is none of the data set's images; its first is '"
                + Printable.line(images.id(0))
                + "'");
      }
      if (seen[at]) {
        throw new OtherFileException(
            file + ":" + (i + 1) + ": '" + Printable.line(lines.get(i)) + "' is listed twice");
      }
      seen[at] = true;
      position[i] = at;
    }
    return position;
  }

  /** By its longest ending that is an id: listings hold whole paths. */
  private static Integer find(String line, Map<String, Integer> byId) {
    for (int from = 0; from >= 0; ) {
      Integer at = byId.get(line.substring(from));
      if (at != null) {
        return at;
      }
      int slash = line.indexOf('/', from);
      from = slash < 0 ? -1 : slash + 1;
    }
    return null;
  }

  /** In words, what has changed since the listing was written. */
  static String difference(Path file, ImageSource images) throws IOException {
    if (!Files.exists(file)) {
      return "An image was added, removed or altered since.";
    }
    List<String> before = read(file, Integer.MAX_VALUE);
    Set<String> now = images.positions().keySet();
    Set<String> old = new HashSet<>(before);
    List<String> added = now.stream().filter(id -> !old.contains(id)).sorted().toList();
    List<String> gone = before.stream().filter(id -> !now.contains(id)).toList();
    if (added.isEmpty() && gone.isEmpty()) {
      return "The names are the same, but an image's content, class or place in the order has"
          + " changed since.";
    }
    return count("Added", added) + count("Removed", gone).trim();
  }

  private static String count(String what, List<String> ids) {
    if (ids.isEmpty()) {
      return "";
    }
    List<String> first = ids.stream().limit(SHOWN).map(Printable::line).toList();
    return what
        + " since: "
        + String.join(", ", first)
        + (ids.size() > SHOWN ? " and " + (ids.size() - SHOWN) + " more. " : ". ");
  }

  private static List<String> read(Path file, int expected) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such file of image names");
    }
    long most = (expected + 1L) * LONGEST_LINE;
    if (Files.size(file) > most) {
      throw new OtherFileException(file + ": too large for a list of " + expected + " images");
    }
    List<String> lines = new ArrayList<>();
    try (BufferedReader in = Files.newBufferedReader(file)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line.startsWith("\"") ? JSON.readValue(line, String.class) : line);
      }
    } catch (CharacterCodingException e) {
      throw new OtherFileException(file + ": is not UTF-8 text", e);
    }
    return lines;
  }
}
