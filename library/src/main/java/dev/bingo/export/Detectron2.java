package dev.bingo.export;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Names of Detectron2's ResNets, as MoCo's {@code convert-pretrain-to-detectron2.py} maps them. */
final class Detectron2 {
  private static final List<String> KNOWN =
      List.of("resnet18", "resnet34", "resnet50", "resnet101");

  private Detectron2() {}

  static Map<String, Tensor> rename(String architecture, Map<String, Tensor> torchvision) {
    Tensor first = torchvision.get("conv1.weight");
    if (!KNOWN.contains(architecture) || first.size(2) != 7) {
      throw new IllegalArgumentException(
          "Detectron2 has no such network: it takes "
              + String.join(", ", KNOWN)
              + " with the stem 'imagenet'");
    }
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    torchvision.forEach(
        (name, t) -> {
          // Its batch-norm counts no batches.
          if (!name.endsWith("num_batches_tracked")) {
            renamed.put(rename(name), t);
          }
        });
    return renamed;
  }

  static String rename(String torchvision) {
    String name = torchvision.startsWith("layer") ? torchvision : "stem." + torchvision;
    for (int stage = 1; stage <= 4; stage++) {
      name = name.replace("layer" + stage, "res" + (stage + 1));
    }
    for (int i = 1; i <= 3; i++) {
      name = name.replace("bn" + i, "conv" + i + ".norm");
    }
    return name.replace("downsample.0", "shortcut").replace("downsample.1", "shortcut.norm");
  }
}
