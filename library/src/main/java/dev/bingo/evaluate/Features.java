package dev.bingo.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The features of a data set, in its order.
 *
 * @param values {@code float32 [N, D]} on the CPU, as the encoder gave them (not normalised)
 * @param labels {@code int64 [N]}, −1 where unknown
 * @param imageSize side of the images the encoder saw, pixels; 0 where it isn't known
 */
public record Features(Tensor values, Tensor labels, int imageSize) {
  private static final ObjectMapper JSON = new ObjectMapper();
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
  }

  /** How many images. */
  public int size() {
    return (int) values.size(0);
  }

  /** Features an image. */
  public int width() {
    return (int) values.size(1);
  }

  /**
   * One more than the largest label.
   *
   * @throws IllegalArgumentException where an image has no label
   */
  public int classes() {
    long least = labels.min().item_long();
    if (least < 0) {
      throw new IllegalArgumentException(
          "image "
              + labels.argmin().item_long()
              + " has no label: scores need a labelled set (one folder a class, or labels in the"
              + " manifest)");
    }
    return Math.toIntExact(labels.max().item_long() + 1);
  }

  /** The rows at these positions. */
  public Features rows(long[] positions) {
    Tensor at = Tensors.of(positions, positions.length);
    return new Features(values.index_select(0, at), labels.index_select(0, at), imageSize);
  }

  /**
   * Writes {@code features.npy}, {@code labels.npy} and {@code index.json} to a folder, the index
   * last: where it is, the others are complete.
   *
   * @param type {@code Float}, or {@code Half} for half the bytes
   * @param ids of the images, in the same order
   * @param about anything else that says what these are: fingerprint of the data, encoder, ...
   */
  public void save(Path folder, ScalarType type, List<String> ids, Map<String, String> about)
      throws IOException {
    if (ids.size() != size()) {
      throw new IllegalArgumentException("expected " + size() + " ids, got " + ids.size());
    }
    Files.createDirectories(folder);
    Files.deleteIfExists(folder.resolve(INDEX));
    Npy.write(folder.resolve(VALUES), values.to(type));
    Npy.write(folder.resolve(LABELS), labels);
    ObjectNode root = JSON.createObjectNode();
    root.put("image_size", imageSize);
    root.set("about", JSON.valueToTree(new TreeMap<>(about)));
    ArrayNode names = root.putArray("ids");
    ids.forEach(names::add);
    WholeFile.write(folder.resolve(INDEX), JSON.writeValueAsString(root));
  }

  /**
   * What {@link #save} wrote.
   *
   * @param features the caller's
   */
  public record Saved(Features features, List<String> ids, Map<String, String> about) {}

  /**
   * Reads what {@link #save} wrote.
   *
   * @throws IOException where a file is missing or they don't fit together
   */
  public static Saved load(Path folder) throws IOException {
    JsonNode root = JSON.readTree(folder.resolve(INDEX).toFile());
    Tensor values = Npy.read(folder.resolve(VALUES)).to(ScalarType.Float);
    Tensor labels = Npy.read(folder.resolve(LABELS));
    List<String> ids = new ArrayList<>();
    root.path("ids").forEach(id -> ids.add(id.asText()));
    Map<String, String> about = new TreeMap<>();
    root.path("about").properties().forEach(e -> about.put(e.getKey(), e.getValue().asText()));
    if (labels.scalar_type().intern() != ScalarType.Long) {
      throw new IOException(folder.resolve(LABELS) + ": expected int64 labels");
    }
    try {
      Features features = new Features(values, labels, root.path("image_size").asInt());
      if (ids.size() != features.size()) {
        throw new IOException(
            folder + ": " + INDEX + " has " + ids.size() + " ids for " + features.size() + " rows");
      }
      return new Saved(features, ids, about);
    } catch (IllegalArgumentException e) {
      throw new IOException(folder + ": " + e.getMessage(), e);
    }
  }
}
