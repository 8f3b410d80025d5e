package dev.bingo.export;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bingo.encoder.Backbone;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A backbone's parameters and buffers by torchvision's names (DINO's for its transformers) and in
 * their order, for Python: {@code load_state_dict(..., strict=True)} into a network whose
 * classifier is an {@code Identity}. A program, which has none, is refused.
 */
public final class StateDict {
  private static final ObjectMapper JSON = new ObjectMapper();

  private StateDict() {}

  /** Writes a safetensors file, whole or not at all. */
  public static void safetensors(Path file, Backbone backbone, Map<String, String> metadata)
      throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Map<String, String> about = new LinkedHashMap<>(metadata);
      // What Hugging Face's loaders look for.
      about.put("format", "pt");
      SafeTensors.write(file, of(backbone), about);
    }
  }

  /** Writes what {@code torch.load} reads, with {@code weights_only=True} too. */
  public static void torch(Path file, Backbone backbone, Map<String, String> metadata)
      throws IOException {
    try (PointerScope scope = new PointerScope()) {
      TorchWriter.write(
          file, of(backbone), TorchWriter.Layout.PLAIN, JSON.writeValueAsString(metadata));
    }
  }

  /**
   * Writes a ResNet for Detectron2's {@code MODEL.WEIGHTS}, with its names of parts.
   *
   * @throws IllegalArgumentException where Detectron2 has no such network
   */
  public static void detectron2(Path file, Backbone backbone, Map<String, String> metadata)
      throws IOException {
    try (PointerScope scope = new PointerScope()) {
      TorchWriter.write(
          file,
          Detectron2.rename(backbone.architecture(), of(backbone)),
          TorchWriter.Layout.DETECTRON2,
          JSON.writeValueAsString(metadata));
    }
  }

  /** In the order of PyTorch: layer by layer, a layer's parameters, then its buffers. */
  static Map<String, Tensor> of(Backbone backbone) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    backbone.each(
        "",
        (name, layer) -> {
          String prefix = name.isEmpty() ? "" : name + ".";
          Tensors.named(layer.named_parameters(false)).forEach((n, t) -> all.put(prefix + n, t));
          Tensors.named(layer.named_buffers(false)).forEach((n, t) -> all.put(prefix + n, t));
        });
    if (all.isEmpty()) {
      throw new IllegalArgumentException(
          "a '"
              + backbone.architecture()
              + "' is a program without weights of its own: there is no state dict to write");
    }
    return all;
  }
}
