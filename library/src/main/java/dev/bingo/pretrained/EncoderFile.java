package dev.bingo.pretrained;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.encoder.Stem;
import dev.bingo.file.RemediableException;
import dev.bingo.file.Remedy;
import dev.bingo.torch.Names;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Normalisation;
import dev.bingo.weights.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * A trained encoder on disk: weights, and what one must know to use it. A safetensors file of kind
 * {@code encoder}; backbone weights have torchvision's names, the head's begin with {@code head.}.
 */
public final class EncoderFile {
  private static final String HEAD = "head.";

  private EncoderFile() {}

  /**
   * What one must know.
   *
   * @param architecture as {@link Encoders#create} takes it
   * @param stem likewise
   * @param imageSize side of the images it was trained with, pixels
   * @param normalisation of pixels, as {@link Normalisation#named} takes it
   * @param about anything else: method, recipe, data
   */
  public record Info(
      String architecture,
      Stem stem,
      int imageSize,
      String normalisation,
      Map<String, String> about) {}

  /**
   * A file's content.
   *
   * @param net in evaluation mode
   * @param provenance how the file was read
   */
  public record Loaded(EmbeddingNet net, Info info, Provenance provenance) {}

  /** Writes whole or not at all. */
  public static void save(Path file, Backbone backbone, ProjectionHead head, Info info)
      throws IOException {
    try (PointerScope scope = new PointerScope()) {
      Map<String, Tensor> all = new LinkedHashMap<>(Tensors.named(backbone));
      Tensors.named(head).forEach((n, t) -> all.put(HEAD + n, t));
      Map<String, String> metadata = new LinkedHashMap<>(info.about);
      metadata.put("kind", "encoder");
      metadata.put("version", "1");
      metadata.put("architecture", info.architecture);
      metadata.put("stem", Names.spell(info.stem));
      metadata.put("image_size", Integer.toString(info.imageSize));
      metadata.put("normalisation", info.normalisation);
      SafeTensors.write(file, all, metadata);
    }
  }

  /**
   * Reads an encoder; every weight must be matched.
   *
   * @throws IOException where the file is damaged, of another kind, or does not fit its own claim
   */
  public static Loaded load(Path file) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      SafeTensors.Content content = SafeTensors.read(file);
      Map<String, String> metadata = content.metadata();
      String kind = metadata.get("kind");
      if (!"encoder".equals(kind)) {
        throw "resume".equals(kind)
            ? new RemediableException(
                file
                    + ": is a checkpoint, for a run to go on from; the encoder is encoder.safetensors"
                    + " in the run directory",
                Remedy.RESUME)
            : new IOException(file + ": is no encoder written by bingo (kind '" + kind + "')");
      }
      Info info = info(file, metadata);
      Map<String, Tensor> backboneWeights = new HashMap<>();
      Map<String, Tensor> headWeights = new HashMap<>();
      content
          .tensors()
          .forEach(
              (n, t) -> {
                if (n.startsWith(HEAD)) {
                  headWeights.put(n.substring(HEAD.length()), t);
                } else {
                  backboneWeights.put(n, t);
                }
              });
      Backbone backbone = Encoders.create(info.architecture, info.stem, 0);
      ProjectionHead head = ProjectionHead.like(headWeights, backbone.width());
      Modules.load(backboneWeights, backbone, file + ": backbone");
      Modules.load(headWeights, head, file + ": head");
      EmbeddingNet net = new EmbeddingNet(backbone, head);
      net.train(false);
      return new Loaded(net, info, Provenance.OWN);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Info info(Path file, Map<String, String> metadata) throws IOException {
    try {
      String spelt = metadata.get("stem");
      Stem stem =
          Arrays.stream(Stem.values())
              .filter(s -> Names.spell(s).equals(spelt))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("unknown stem '" + spelt + "'"));
      String normalisation = metadata.getOrDefault("normalisation", "");
      Normalisation.named(normalisation);
      return new Info(
          metadata.getOrDefault("architecture", ""),
          stem,
          Integer.parseInt(metadata.getOrDefault("image_size", "")),
          normalisation,
          metadata);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": damaged metadata: " + e.getMessage(), e);
    }
  }
}
