package dev.bingo.weights;

import java.util.Map;

/** What to do with a checkpoint that holds no plain state dict, fitted to what it does hold. */
final class CheckpointAdvice {
  private static final String LOADED = "torch.load('%s', weights_only=False)";

  private CheckpointAdvice() {}

  /**
   * A sentence or two; empty where nothing was skipped.
   *
   * @param name of the file
   * @param foreign names that became stand-ins
   */
  static String of(String name, Object root, Map<String, Integer> foreign) {
    String loaded = LOADED.formatted(PickleReader.printable(name));
    if (root instanceof StandIn object && object.network()) {
      return network(object, loaded);
    }
    if (root instanceof Map<?, ?> dict) {
      for (Map.Entry<?, ?> entry : dict.entrySet()) {
        if (entry.getValue() instanceof StandIn object && object.network()) {
          String key = PickleReader.printable(String.valueOf(entry.getKey()));
          return network(object, loaded + "['" + key + "']");
        }
      }
    }
    if (foreign.keySet().stream().anyMatch(n -> n.matches(".*(_rebuild_qtensor|quantized).*"))) {
      return "Its weights are quantised, and their layers fused: no tensor of the network as it was"
          + " trained is left. Take the checkpoint of before the quantisation; or have the float"
          + " network written as ONNX, which can teach, too";
    }
    if (foreign.keySet().stream().anyMatch(n -> n.matches("numpy.*\\._reconstruct"))) {
      return "It holds NumPy arrays, which are no tensors. Where you trust the file, in Python:"
          + " torch.save({k: torch.as_tensor(v) for k, v in "
          + loaded
          + ".items()}, 'clean.pth')";
    }
    return foreign.isEmpty()
        ? ""
        : "What lies in the objects that were skipped isn't read. Where you trust the file, take"
            + " the state dict out of it, in Python: model = "
            + loaded
            + ", then torch.save(..., 'clean.pth') with what has the tensors";
  }

  private static String network(StandIn object, String loaded) {
    return "It is a whole network ("
        + object.name()
        + "), which only its own code can read. Where you trust it, with that code importable, in"
        + " Python: torch.save("
        + loaded
        + ".state_dict(), 'clean.pth')";
  }
}
