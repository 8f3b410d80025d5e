package dev.bingo.app.command;

import java.nio.file.Path;
import java.util.Map;

/** How an exported file is loaded, for its model card. */
final class Usage {
  private Usage() {}

  static String of(String format, Path file, Map<String, String> about) {
    String name = file.getFileName().toString();
    return switch (format) {
      case "onnx" -> onnx(name, about);
      case "detectron2" ->
          """
          In Detectron2's configuration; its input is RGB here, normalised as above in units of 0 to 255:

          ```yaml
          MODEL:
            WEIGHTS: %s
            RESNETS: {STRIDE_IN_1X1: False}
          INPUT: {FORMAT: RGB}
          ```
          """
              .formatted(name);
      default -> python(format, name, about.getOrDefault("architecture", ""));
    };
  }

  private static String onnx(String name, Map<String, String> about) {
    String input =
        about.get("input").equals("pixels")
            ? "`pixels`, uint8 `[N, H, W, 3]`, RGB, of any size: the model resizes and normalises"
            : "`images`, float `[N, 3, %1$s, %1$s]`, preprocessed as above"
                .formatted(about.get("image_size"));
    return """
        In: %s. Out: `features`, float `[N, %s]`, not normalised.

        ```java
        try (Embedder embedder = Embedder.open(Path.of("%s"))) {  // artefact bingo-embed
          float[] features = embedder.embed(ImageIO.read(new File("photo.jpg")));
        }
        ```
        """
        .formatted(input, about.get("width"), name);
  }

  /** How a classifier is used. */
  static String classifier(Path file, Map<String, String> about) {
    return """
        In: `pixels`, uint8 `[N, H, W, 3]`, RGB, of any size: the model resizes and normalises. Out: `probabilities`, float `[N, %s]`, and
        `classes`, int64 `[N]`, the numbers of the likeliest. Names are in the metadata: `class_0`, `class_1`, …; an image whose likeliest class
        has less than `reject_below` (%s) is rejected.

        ```java
        try (Classifier classifier = Classifier.open(Path.of("%s"))) {  // artefact bingo-embed
          Classification found = classifier.classify(Path.of("photo.jpg"));
        }
        ```
        """
        .formatted(about.get("classes"), about.get("reject_below"), file.getFileName());
  }

  private static String python(String format, String name, String architecture) {
    String load =
        format.equals("pth")
            ? "torch.load('" + name + "')"
            : "safetensors.torch.load_file('" + name + "')";
    String model =
        architecture.matches("cifar_resnet.*|dino_.*|swav_.*")
            ? "model = ...  # "
                + architecture
                + ": not in torchvision; the original code's, without its head"
            : "model = torchvision.models."
                + architecture
                + "()\nmodel."
                + (architecture.matches(".*res.*|shuffle.*") ? "fc" : "classifier")
                + " = torch.nn.Identity()";
    return """
        ```python
        %s
        model.load_state_dict(%s, strict=True)
        ```

        A stem other than `imagenet` is `conv1 = Conv2d(3, width, 3, 1, 1, bias=False)`; with `cifar` the
        max-pool goes, too.
        """
        .formatted(model, load);
  }
}
