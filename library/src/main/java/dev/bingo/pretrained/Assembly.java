package dev.bingo.pretrained;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.pretrained.Pretrained.Wish;
import dev.bingo.torch.Tensors;
import dev.bingo.weights.TensorInfo;
import dev.bingo.weights.WeightFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** An encoder from the tensors of a file that was read; every number is looked at. */
final class Assembly {
  /** What an export says of where its encoder is from, which goes on with the weights. */
  private static final List<String> ORIGIN = List.of("method", "recipe", "data", "derived_from");

  private Assembly() {}

  /** The network, with the file's weights. */
  static EncoderFile.Loaded build(WeightFile opened, Readings.Found found, Wish wish)
      throws IOException {
    Match match = found.match();
    Backbone backbone = Encoders.create(match.architecture(), match.stem(), 0);
    Map<String, Tensor> own = Tensors.named(backbone);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (Map.Entry<String, Tensor> target : own.entrySet()) {
      List<String> from = match.parts().get(target.getKey());
      weights.put(
          target.getKey(), from == null ? target.getValue() : read(opened, match.file(), from));
    }
    Modules.load(weights, backbone, "backbone");
    ProjectionHead head = ProjectionHead.none(backbone.width());
    if (wish.head() && !match.projection().isEmpty()) {
      Map<String, Tensor> projection = new HashMap<>();
      for (Map.Entry<String, String> e : match.projection().entrySet()) {
        projection.put(
            e.getKey().matches("weight|bias") ? "0." + e.getKey() : e.getKey(),
            read(opened, match.file(), List.of(e.getValue())));
      }
      head = head(projection, backbone.width());
    }
    Map<String, String> metadata = opened.metadata();
    Map<String, String> about = new LinkedHashMap<>();
    if (Pretrained.exported(metadata)) {
      about.putAll(metadata);
      about.keySet().retainAll(ORIGIN);
    }
    String normalisation = Pretrained.normalisation(wish, metadata);
    EmbeddingNet net = new EmbeddingNet(backbone, head);
    net.train(false);
    return new EncoderFile.Loaded(
        net,
        new EncoderFile.Info(
            match.architecture(),
            match.stem(),
            wish.imageSize() > 0 ? wish.imageSize() : usualSize(match),
            normalisation,
            about),
        new Provenance(
            match.map().name() + ": " + match.prefix(),
            match.leftOutInWords(),
            found.also(),
            Pretrained.unused(wish, normalisation)));
  }

  private static ProjectionHead head(Map<String, Tensor> projection, int width) {
    ProjectionHead head = ProjectionHead.like(projection, width);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    // A head of before batch-norm counted its batches.
    Tensors.named(head)
        .forEach(
            (n, t) ->
                weights.put(
                    n,
                    n.endsWith("num_batches_tracked")
                        ? projection.getOrDefault(n, t)
                        : projection.get(n)));
    weights.values().removeIf(java.util.Objects::isNull);
    projection.forEach(weights::putIfAbsent);
    Modules.load(weights, head, "projection head");
    return head;
  }

  private static Tensor read(WeightFile opened, Map<String, TensorInfo> file, List<String> names)
      throws IOException {
    Tensor[] parts = new Tensor[names.size()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = opened.read(file.get(names.get(i)));
      if (!finite(parts[i])) {
        throw new IOException(notFinite(names.get(i)));
      }
    }
    return parts.length == 1 ? parts[0] : torch.cat(new TensorVector(parts), 0);
  }

  private static int usualSize(Match match) {
    return switch (match.stem()) {
      case IMAGENET -> 224;
      case CIFAR -> 32;
      case CIFAR_POOL -> 64;
    };
  }

  /** The first tensor with a number that is not finite, in words; empty where there is none. */
  static String notFinite(WeightFile opened, Match match) throws IOException {
    for (List<String> names : match.parts().values()) {
      for (String name : names) {
        try (PointerScope scope = new PointerScope()) {
          if (!finite(opened.read(match.file().get(name)))) {
            return notFinite(name);
          }
        }
      }
    }
    return "";
  }

  private static boolean finite(Tensor tensor) {
    return torch.isfinite(tensor).all().item_bool();
  }

  private static String notFinite(String name) {
    return "tensor '" + name + "' has numbers that are not finite; this file can't teach";
  }
}
