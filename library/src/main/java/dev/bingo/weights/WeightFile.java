package dev.bingo.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * An open file of tensors: a PyTorch checkpoint or safetensors. Opening reads names and shapes and
 * checks every claim against the file; tensors are read one by one, when they are asked for.
 */
public abstract class WeightFile implements AutoCloseable {
  final Path file;
  private Map<String, Dicts.Dict> dicts;

  WeightFile(Path file) {
    this.file = file;
  }

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

  /**
   * Names of classes and functions in a checkpoint that tensors don't need, each with how many
   * objects of it there were. Nothing of them was run or kept.
   */
  public Map<String, Integer> foreign() {
    return Map.of();
  }

  /** What can be done where the file holds no state dict that is read; empty where nothing can. */
  public String advice() {
    return "";
  }

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
   * The dicts that hold tensors, by where they are: {@code state_dict}, {@code teacher}, {@code 0}
   * for the first of a list, or empty for the file itself. What lies deeper than any checkpoint has
   * it isn't looked at.
   *
   * @throws IOException where their names are too long together
   */
  public final Map<String, Map<String, TensorInfo>> stateDicts() throws IOException {
    Map<String, Map<String, TensorInfo>> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Dicts.Dict> dict : dicts().entrySet()) {
      tensors.put(dict.getKey(), dict.getValue().tensors());
    }
    return tensors;
  }

  /**
   * What lies in these dicts where a tensor could be, and isn't one: by the dict's place and the
   * entry's name, the name of what is there.
   *
   * @throws IOException as {@link #stateDicts}
   */
  public final Map<String, Map<String, String>> foreignEntries() throws IOException {
    Map<String, Map<String, String>> entries = new LinkedHashMap<>();
    for (Map.Entry<String, Dicts.Dict> dict : dicts().entrySet()) {
      entries.put(dict.getKey(), dict.getValue().foreign());
    }
    return entries;
  }

  private Map<String, Dicts.Dict> dicts() throws IOException {
    if (dicts == null) {
      try {
        dicts = Dicts.of(root());
      } catch (IOException e) {
        throw new IOException(file + ": " + e.getMessage(), e);
      }
    }
    return dicts;
  }
}
