package dev.bingo.run;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.file.Printable;
import dev.bingo.image.BadImageException;
import dev.bingo.image.Dimensions;
import dev.bingo.image.ImageSource;
import dev.bingo.run.Round.Chosen;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A round's images for whoever labels them: a table, JSON lines, tasks of Label Studio, COCO.
 * {@link dev.bingo.image.LabelFile} reads each of them back.
 *
 * <p>What the model took an audit's image for is in none of them: whoever labels it must not know.
 */
public final class RoundFiles {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final List<String> COLUMNS =
      List.of(
          "image",
          "label",
          "predicted",
          "probability",
          "score",
          "nearest",
          "nearest_label",
          "distance",
          "cluster",
          "audit");

  private RoundFiles() {}

  /** The files of a round in a folder, {@link Round#FILE} among them, the last to be written. */
  public static List<Path> files(Path folder) {
    return List.of(
        folder.resolve("next.csv"),
        folder.resolve("next.jsonl"),
        folder.resolve("label-studio.json"),
        folder.resolve("coco.json"),
        folder.resolve(Round.FILE));
  }

  /**
   * Writes all of them.
   *
   * @param address what comes before an image's id in Label Studio
   */
  public static void write(Path folder, Round round, ImageSource images, String address)
      throws IOException {
    List<Chosen> shown = round.picks().stream().map(RoundFiles::shown).toList();
    List<Path> files = files(folder);
    WholeFile.write(files.get(0), csv(shown));
    WholeFile.write(files.get(1), jsonLines(shown));
    WholeFile.write(files.get(2), JSON.writeValueAsString(tasks(shown, round, address)));
    WholeFile.write(files.get(3), JSON.writeValueAsString(coco(shown, round, images)));
    round.write(files.get(4));
  }

  private static Chosen shown(Chosen pick) {
    return !pick.audit()
        ? pick
        : new Chosen(pick.image(), true, null, null, null, null, null, null, null);
  }

  private static String csv(List<Chosen> picks) {
    StringBuilder csv = new StringBuilder(String.join(",", COLUMNS)).append('\n');
    for (Chosen pick : picks) {
      csv.append(cell(pick.image()))
          .append(',')
          .append(',')
          .append(cell(pick.predicted()))
          .append(',')
          .append(number(pick.probability()))
          .append(',')
          .append(number(pick.score()))
          .append(',')
          .append(cell(pick.nearest()))
          .append(',')
          .append(cell(pick.nearestLabel()))
          .append(',')
          .append(number(pick.distance()))
          .append(',')
          .append(pick.cluster() == null ? "" : pick.cluster())
          .append(',')
          .append(pick.audit())
          .append('\n');
    }
    return csv.toString();
  }

  /** Quoted where it must be, and no formula to a spreadsheet. */
  private static String cell(String text) {
    if (text == null || text.isEmpty()) {
      return "";
    }
    String safe = "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    return Printable.quoted(safe);
  }

  private static String number(Double value) {
    return value == null ? "" : String.format(Locale.ROOT, "%.6g", value);
  }

  private static String jsonLines(List<Chosen> picks) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Chosen pick : picks) {
      ObjectNode line = JSON.createObjectNode().put("image", pick.image()).putNull("label");
      why(line, pick);
      lines.append(JSON.writeValueAsString(line)).append('\n');
    }
    return lines.toString();
  }

  private static void why(ObjectNode object, Chosen pick) {
    if (pick.predicted() != null) {
      object.put("predicted", pick.predicted()).put("probability", pick.probability());
    }
    if (pick.score() != null) {
      object.put("score", pick.score());
    }
    if (pick.nearest() != null) {
      object.put("nearest", pick.nearest()).put("nearest_label", pick.nearestLabel());
      object.put("distance", pick.distance());
    }
    if (pick.cluster() != null) {
      object.put("cluster", pick.cluster());
    }
    object.put("audit", pick.audit());
  }

  private static ArrayNode tasks(List<Chosen> picks, Round round, String address) {
    ArrayNode tasks = JSON.createArrayNode();
    for (Chosen pick : picks) {
      ObjectNode task = tasks.addObject();
      ObjectNode data = task.putObject("data");
      data.put("image", address + encoded(pick.image())).put("image_id", pick.image());
      why(data.putObject("why"), pick);
      if (pick.predicted() != null) {
        ObjectNode prediction = task.putArray("predictions").addObject();
        prediction
            .put("model_version", "bingo round " + round.round())
            .put("score", pick.probability());
        ObjectNode result = prediction.putArray("result").addObject();
        result.put("from_name", "label").put("to_name", "image").put("type", "choices");
        result.putObject("value").putArray("choices").add(pick.predicted());
      }
    }
    return tasks;
  }

  private static String encoded(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
  }

  private static ObjectNode coco(List<Chosen> picks, Round round, ImageSource images) {
    Map<String, Integer> positions = images.positions();
    ObjectNode root = JSON.createObjectNode();
    root.putObject("info").put("description", "to be labelled, round " + round.round());
    ArrayNode all = root.putArray("images");
    for (int i = 0; i < picks.size(); i++) {
      Chosen pick = picks.get(i);
      ObjectNode image = all.addObject().put("id", i + 1).put("file_name", pick.image());
      try {
        Dimensions size = images.dimensions(positions.get(pick.image()));
        image.put("width", size.width()).put("height", size.height());
      } catch (BadImageException e) {
        image.put("unreadable", true);
      }
      why(image.putObject("why"), pick);
    }
    root.putArray("annotations");
    ArrayNode categories = root.putArray("categories");
    for (int c = 0; c < round.classes().size(); c++) {
      categories.addObject().put("id", c + 1).put("name", round.classes().get(c));
    }
    return root;
  }
}
