package dev.bingo.evaluate;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.Npy;
import dev.bingo.weights.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The features of a data set, in its order. Images that can't be read have no row.
 *
 * @param values {@code float32 [N, D]} on the CPU, as the encoder gave them (not normalised)
 * @param labels {@code int64 [N]}, −1 where unknown
 * @param classes what the labels mean
 * @param positions of the rows' images in their set, ascending: 0 … N − 1 where all could be read
 * @param imageSize side of the images the encoder saw, pixels; 0 where it isn't known
 */
public record Features(
    Tensor values, Tensor labels, ClassNames classes, int[] positions, int imageSize) {
  // Names of anybody's files are in it, which a terminal should not meet raw.
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final String VALUES = "features.npy";
  private static final String LABELS = "labels.npy";
  private static final String INDEX = "index.json";

  public Features {
    if (values.dim() != 2 || labels.dim() != 1 || values.size(0) != labels.size(0)) {
      throw new IllegalArgumentException(
          "expected features [N, D] and labels [N], got "
              + List.of(values.sizes().toString(), labels.sizes().toString()));
    }
    if (values.size(0) == 0 || values.size(1) == 0) {
      throw new IllegalArgumentException("there are no features");
    }
    if (positions.length != values.size(0)) {
      throw new IllegalArgumentException(
          "expected " + values.size(0) + " positions, got " + positions.length);
    }
  }

  /** Of a whole set whose labels are numbers and nothing more. */
  public Features(Tensor values, Tensor labels, int imageSize) {
    this(values, labels, ClassNames.NONE, all((int) values.size(0)), imageSize);
  }

  private static int[] all(int n) {
    return IntStream.range(0, n).toArray();
  }

  /** How many images. */
  public int size() {
    return (int) values.size(0);
  }

  /** Features an image. */
  public int width() {
    return (int) values.size(1);
  }

  /** Whether all images have a label. */
  public boolean labelled() {
    return labels.min().item_long() >= 0;
  }

  /**
   * The labels.
   *
   * @throws IllegalArgumentException where an image has none
   */
  long[] requiredLabels() {
    if (!labelled()) {
      throw new IllegalArgumentException(
          "image "
              + positions[(int) labels.argmin().item_long()]
              + " has no label: scores need a labelled set (one folder a class, or labels in the"
              + " manifest)");
    }
    return Tensors.toLongs(labels);
  }

  /** These rows. */
  public Features rows(long[] rows) {
    Tensor at = Tensors.of(rows, rows.length);
    return new Features(
        values.index_select(0, at),
        labels.index_select(0, at),
        classes,
        LongStream.of(rows).mapToInt(r -> positions[(int) r]).toArray(),
        imageSize);
  }

  /** The same rows with other labels, which are numbers and nothing more. */
  Features labelled(Tensor others) {
    return with(values, others);
  }

  /** The same images with other values and labels; the names of classes are gone. */
  Features with(Tensor otherValues, Tensor otherLabels) {
    return new Features(otherValues, otherLabels, ClassNames.NONE, positions, imageSize);
  }

  /** The same images with values of length 1; those of 0 stay. */
  public Features unit() {
    return with(torch.normalize(values));
  }

  /** The same labels with other values. */
  Features with(Tensor others) {
    return new Features(others, labels, classes, positions, imageSize);
  }

  /**
   * Writes {@code features.npy}, {@code labels.npy} and {@code index.json} to a folder, the index
   * last: where it is, the others are complete.
   *
   * @param type {@code Float}, or {@code Half} for half the bytes
   * @param ids of the rows' images, in the same order
   * @param leftOut ids of images of the set that have no row, and why
   * @param about anything else that says what these are: fingerprint of the data, encoder, ...
   */
  public void save(
      Path folder,
      ScalarType type,
      List<String> ids,
      Map<String, String> leftOut,
      Map<String, String> about)
      throws IOException {
    if (ids.size() != size()) {
      throw new IllegalArgumentException("expected " + size() + " ids, got " + ids.size());
    }
    Files.createDirectories(folder);
    unsave(folder);
    Npy.write(folder.resolve(VALUES), values.to(type));
    Npy.write(folder.resolve(LABELS), labels);
    ObjectNode root = JSON.createObjectNode();
    root.put("image_size", imageSize);
    root.set("about", JSON.valueToTree(new TreeMap<>(about)));
    root.set("class_names", JSON.valueToTree(classes.names()));
    root.put("classes_numbered", classes.numbered());
    root.set("ids", JSON.valueToTree(ids));
    root.set("left_out", JSON.valueToTree(leftOut));
    WholeFile.write(folder.resolve(INDEX), JSON.writeValueAsString(root));
  }

  /** Removes the index of a folder, where there is one: what lies there is not whole any more. */
  public static void unsave(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(INDEX));
  }

  /** The files that {@link #save} writes to a folder. */
  public static List<Path> files(Path folder) {
    return List.of(folder.resolve(VALUES), folder.resolve(LABELS), folder.resolve(INDEX));
  }

  /**
   * What the index of a folder says; the features stay where they are.
   *
   * @param values the file that holds them, {@code [N, D]}
   * @param ids of the rows' images
   */
  public record Index(Path values, List<String> ids, Map<String, String> about) {}

  /** Reads the index that {@link #save} wrote. */
  public static Index index(Path folder) throws IOException {
    JsonNode root = JSON.readTree(folder.resolve(INDEX).toFile());
    return new Index(folder.resolve(VALUES), strings(root.path("ids")), map(root.path("about")));
  }

  /**
   * What {@link #save} wrote.
   *
   * @param features the caller's; their positions count rows
   */
  public record Saved(
      Features features,
      List<String> ids,
      Map<String, String> leftOut,
      Map<String, String> about) {}

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws IOException where a file is missing or they don't fit together
   */
  public static Saved load(Path folder) throws IOException {
    JsonNode root = JSON.readTree(folder.resolve(INDEX).toFile());
    Tensor values = Npy.read(folder.resolve(VALUES)).to(ScalarType.Float);
    Tensor labels = Npy.read(folder.resolve(LABELS));
    List<String> ids = strings(root.path("ids"));
    List<String> names = strings(root.path("class_names"));
    // Files of before have no names: their labels are numbers.
    boolean numbered = root.path("classes_numbered").asBoolean(true);
    if (labels.scalar_type().intern() != ScalarType.Long) {
      throw new IOException(folder.resolve(LABELS) + ": expected int64 labels");
    }
    try {
      Features features =
          new Features(
              values,
              labels,
              new ClassNames(names, numbered),
              all((int) values.size(0)),
              root.path("image_size").asInt());
      if (ids.size() != features.size()) {
        throw new IOException(
            folder + ": " + INDEX + " has " + ids.size() + " ids for " + features.size() + " rows");
      }
      return new Saved(features, ids, map(root.path("left_out")), map(root.path("about")));
    } catch (IllegalArgumentException e) {
      throw new IOException(folder + ": " + e.getMessage(), e);
    }
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(text -> strings.add(text.asText()));
    return strings;
  }

  private static Map<String, String> map(JsonNode object) {
    Map<String, String> map = new TreeMap<>();
    object.properties().forEach(e -> map.put(e.getKey(), e.getValue().asText()));
    return map;
  }
}
