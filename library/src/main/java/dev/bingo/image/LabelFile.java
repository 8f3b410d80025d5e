package dev.bingo.image;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Labels that people gave to images, by the images' ids: a table ({@code .csv}), JSON lines, Label
 * Studio's export ({@code .json}, full or JSON-MIN) or COCO's ({@code .json}).
 *
 * <p>An image without a label is left out; one with two is refused.
 */
public final class LabelFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LARGEST = 1L << 30;

  /** A tree of JSON takes many times its text. */
  private static final long LARGEST_TREE = 128L << 20;

  private static final List<String> ID_COLUMNS = List.of("image", "id", "path");
  private static final String LABEL = "label";

  private final Path file;
  private final Map<String, String> labels = new LinkedHashMap<>();

  private LabelFile(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @return label by id, in the file's order
   * @throws ImageSetException where it is none of the kinds, or an image has two labels
   */
  public static Map<String, String> read(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new ImageSetException(file + ": is no file of labels, but a folder or a device");
    }
    String name = Names.lower(file);
    long most = name.endsWith(".json") ? LARGEST_TREE : LARGEST;
    if (Files.size(file) > most) {
      throw new ImageSetException(
          file
              + ": is larger than the labels that are read, "
              + (most >> 20)
              + " MiB"
              + (name.endsWith(".json") ? "; a table (.csv) may have more" : ""));
    }
    LabelFile labels = new LabelFile(file);
    try {
      if (name.endsWith(".json")) {
        labels.json();
      } else {
        try (BufferedReader lines =
            new BufferedReader(new BoundedLines(Files.newBufferedReader(file), file))) {
          lines.mark(1);
          if (lines.read() != '\uFEFF') {
            lines.reset();
          }
          if (name.endsWith(".jsonl")) {
            labels.jsonLines(lines);
          } else if (name.endsWith(".csv")) {
            labels.csv(new CsvReader(lines, file));
          } else {
            throw new ImageSetException(
                file + ": expected labels in a file that ends in .csv, .jsonl or .json");
          }
        }
      }
    } catch (MalformedInputException e) {
      throw new ImageSetException(file + " is no UTF-8 text. Save it as UTF-8.", e);
    } catch (JacksonException e) {
      throw new ImageSetException(file + ": no valid JSON: " + e.getOriginalMessage(), e);
    }
    return labels.labels;
  }

  private void csv(CsvReader rows) throws IOException {
    List<String> header = rows.next();
    List<String> columns = header == null ? List.of() : header.stream().map(String::strip).toList();
    String named = ID_COLUMNS.stream().filter(columns::contains).findFirst().orElse("");
    int id = columns.indexOf(named);
    int label = columns.indexOf(LABEL);
    if (columns.lastIndexOf(LABEL) != label || columns.lastIndexOf(named) != id) {
      throw error("line 1", "two columns have one name: " + columns);
    }
    if (id < 0 || label < 0) {
      throw new ImageSetException(
          file + ", line 1: expected a header row with the columns image,label, got " + columns);
    }
    for (List<String> row = rows.next(); row != null; row = rows.next()) {
      if (row.size() == 1 && row.get(0).isBlank()) {
        continue;
      }
      String where = "line " + rows.line();
      if (row.size() != columns.size()) {
        throw error(where, "expected " + columns.size() + " columns, got " + row.size());
      }
      String value = row.get(label);
      add(row.get(id), written(where, () -> WrittenLabel.of(value)), where);
    }
  }

  private void jsonLines(BufferedReader lines) throws IOException {
    int line = 0;
    for (String text = lines.readLine(); text != null; text = lines.readLine()) {
      line++;
      if (!text.isBlank()) {
        String where = "line " + line;
        JsonNode object = JSON.readTree(text);
        String id =
            ID_COLUMNS.stream()
                .map(object::get)
                .filter(node -> node != null && node.isTextual())
                .map(JsonNode::asText)
                .findFirst()
                .orElseThrow(() -> error(where, "expected an object with \"image\""));
        add(id, written(where, () -> WrittenLabel.of(object.get(LABEL))), where);
      }
    }
  }

  private void json() throws IOException {
    JsonNode root = JSON.readTree(file.toFile());
    if (root.isArray()) {
      for (int i = 0; i < root.size(); i++) {
        task(root.get(i), "task " + (i + 1));
      }
    } else if (root.path("images").isArray() && root.path("annotations").isArray()) {
      coco(root);
    } else {
      throw new ImageSetException(
          file
              + ": expected Label Studio's export (a list of tasks) or COCO's (images, annotations,"
              + " categories)");
    }
  }

  /** A task of Label Studio: what was predicted is no label, nor is what was skipped. */
  private void task(JsonNode task, String where) {
    JsonNode data = task.has("data") ? task.get("data") : task;
    String id = taskId(data, where);
    if (!task.has("data")) {
      JsonNode flat = task.get(LABEL);
      add(id, written(where, () -> WrittenLabel.of(flat)), where);
      return;
    }
    for (JsonNode annotation : task.path("annotations")) {
      if (annotation.path("was_cancelled").asBoolean()) {
        continue;
      }
      for (JsonNode result : annotation.path("result")) {
        JsonNode choices = result.path("value").path("choices");
        if (result.path("type").asText().endsWith("labels")) {
          throw error(
              where,
              "'"
                  + id
                  + "' is annotated by "
                  + result.get("type").asText()
                  + "; a class of the whole image is read, by choices");
        }
        if (choices.size() > 1) {
          throw error(where, "'" + id + "' has several choices; one label an image is read");
        }
        if (choices.size() == 1) {
          add(id, written(where, () -> WrittenLabel.of(choices.get(0))), where);
        }
      }
    }
  }

  /** Of the field that bingo writes, else of the image's address. */
  private String taskId(JsonNode data, String where) {
    if (data.path("image_id").isTextual()) {
      return data.get("image_id").asText();
    }
    if (!data.path("image").isTextual()) {
      throw error(where, "expected \"image_id\" or \"image\"");
    }
    String address = data.get("image").asText();
    int local = address.indexOf("?d=");
    if (local < 0) {
      return address;
    }
    try {
      return URLDecoder.decode(address.substring(local + 3), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw error(where, "'" + address + "' is no address: " + e.getMessage());
    }
  }

  private void coco(JsonNode root) {
    Map<String, String> ids = new HashMap<>();
    for (JsonNode image : root.path("images")) {
      ids.put(image.path("id").asText(), image.path("file_name").asText());
    }
    Map<String, String> classes = new HashMap<>();
    for (JsonNode category : root.path("categories")) {
      classes.put(category.path("id").asText(), category.path("name").asText());
    }
    int at = 0;
    for (JsonNode annotation : root.path("annotations")) {
      String where = "annotation " + ++at;
      String id = ids.get(annotation.path("image_id").asText());
      String label = classes.get(annotation.path("category_id").asText());
      if (id == null || label == null) {
        throw error(where, "is of an image or a category that is not in the file");
      }
      add(id, written(where, () -> WrittenLabel.of(label)), where);
    }
  }

  private String written(String where, Supplier<String> label) {
    try {
      return label.get();
    } catch (IllegalArgumentException e) {
      throw error(where, e.getMessage());
    }
  }

  private void add(String id, String label, String where) {
    if (id.isBlank()) {
      throw error(where, "the image's id is empty");
    }
    if (label != null) {
      String before = labels.putIfAbsent(id, label);
      if (before != null && !before.equals(label)) {
        throw error(where, "'" + id + "' is both '" + before + "' and '" + label + "'");
      }
    }
  }

  private ImageSetException error(String where, String what) {
    return new ImageSetException(file + ", " + where + ": " + what);
  }

  /**
   * Reads several files as one.
   *
   * @throws ImageSetException where they don't agree
   */
  public static Map<String, String> readAll(List<Path> files) throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    for (Path file : files) {
      for (Map.Entry<String, String> label : read(file).entrySet()) {
        String before = all.putIfAbsent(label.getKey(), label.getValue());
        if (before != null && !before.equals(label.getValue())) {
          throw new ImageSetException(
              file
                  + ": '"
                  + label.getKey()
                  + "' is '"
                  + label.getValue()
                  + "', in a file before it '"
                  + before
                  + "'");
        }
      }
    }
    return all;
  }

  /**
   * The label of each image of a set.
   *
   * @param labels by id; a table's id may have an apostrophe before what a spreadsheet would take
   *     for a formula
   * @return null where an image has none
   * @throws ImageSetException where an id is of no image
   */
  public static String[] of(ImageSource images, Map<String, String> labels) {
    String[] all = new String[images.size()];
    Set<String> left = new HashSet<>(labels.keySet());
    for (int i = 0; i < all.length; i++) {
      String id = images.id(i);
      for (String name : List.of(id, "'" + id)) {
        if (labels.containsKey(name) && left.remove(name)) {
          all[i] = labels.get(name);
        }
      }
    }
    if (!left.isEmpty()) {
      List<String> sorted = new ArrayList<>(left);
      sorted.sort(Names.ORDER);
      throw new ImageSetException(
          left.size()
              + (left.size() == 1 ? " label is" : " labels are")
              + " of no image of "
              + images.describe()
              + ": '"
              + sorted.get(0)
              + "'"
              + (images.size() == 0 ? "" : "; its images are called like '" + images.id(0) + "'"));
    }
    return all;
  }
}
