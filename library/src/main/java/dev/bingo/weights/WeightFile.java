package dev.bingo.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * An open file of tensors: a PyTorch checkpoint or safetensors. Opening reads names and shapes and
 * checks every claim against the file; tensors are read one by one, when they are asked for.
 */
public abstract class WeightFile implements AutoCloseable {
  /** As many objects of a checkpoint are looked at. */
  private static final int MOST_OBJECTS = 3_000_000;

  /**
   * Opens a file by its content.
   *
   * @throws IOException where it is damaged, holds something that is not allowed, or is no file of
   *     tensors; the message says which
   */
  public static WeightFile open(Path file) throws IOException {
    Format format = Format.of(file);
    return switch (format) {
      case SAFETENSORS -> new SafeTensorsFile(file);
      case TORCH_ZIP -> TorchZip.openZip(file);
      case TORCH_LEGACY -> TorchLegacy.openLegacy(file);
      case TORCHSCRIPT, ONNX ->
          throw new IOException(
              file + ": is a " + format.words() + ", a network with its code and not a state dict");
    };
  }

  public abstract Format format();

  /**
   * All that the file holds: dicts are {@code Map}s, lists {@code List}s, tuples arrays, tensors
   * {@link TensorInfo}s. An object may hold itself.
   */
  abstract Object root();

  /** What the file says of itself, for short values: an epoch, an architecture. */
  public abstract Map<String, String> metadata();

  /**
   * A tensor's values.
   *
   * @param info of this file
   * @return on the CPU, the caller's; tensors that share memory in the file may share it here
   * @throws IOException where the data is damaged, as far as the format can tell
   */
  public abstract Tensor read(TensorInfo info) throws IOException;

  @Override
  public abstract void close() throws IOException;

  /**
   * The dicts that hold tensors, by where they are: {@code state_dict}, {@code teacher}, or empty
   * for the file itself.
   */
  public final Map<String, Map<String, TensorInfo>> stateDicts() {
    record Place(String path, Object value) {}
    Map<String, Map<String, TensorInfo>> found = new LinkedHashMap<>();
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Place> todo = new ArrayDeque<>(List.of(new Place("", root())));
    int objects = 0;
    while (!todo.isEmpty() && ++objects < MOST_OBJECTS) {
      Place place = todo.pop();
      if (!seen.add(place.value)) {
        continue;
      }
      Map<String, TensorInfo> tensors = new LinkedHashMap<>();
      List<Place> inner = new ArrayList<>();
      if (place.value instanceof Map<?, ?> dict) {
        dict.forEach(
            (key, value) -> {
              if (value instanceof TensorInfo info && key instanceof String name) {
                tensors.put(name, info);
              } else if (value instanceof Map || value instanceof List) {
                inner.add(
                    new Place(place.path.isEmpty() ? "" + key : place.path + "/" + key, value));
              }
            });
      } else if (place.value instanceof List<?> list) {
        for (int i = 0; i < list.size(); i++) {
          if (list.get(i) instanceof Map || list.get(i) instanceof List) {
            inner.add(new Place(place.path + "/" + i, list.get(i)));
          }
        }
      }
      if (!tensors.isEmpty()) {
        found.put(place.path, tensors);
      }
      // In the file's order, dicts before what they hold.
      for (int i = inner.size() - 1; i >= 0; i--) {
        todo.push(inner.get(i));
      }
    }
    return found;
  }
}
