package dev.bingo.encoder;

import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A backbone and its head. */
public final class EmbeddingNet extends Layer {
  private final Backbone backbone;
  private final ProjectionHead head;

  /** Owns both. */
  public EmbeddingNet(Backbone backbone, ProjectionHead head) {
    super("EmbeddingNet");
    this.backbone = child("backbone", backbone);
    this.head = child("head", head);
  }

  /**
   * The embedding that losses compare.
   *
   * @param images {@code float [B, 3, S, S]}, normalised
   * @param precision of the network; the result is float32 in any case
   * @return {@code float32 [B, D]}, rows of length 1
   */
  public Tensor embed(Tensor images, Precision precision) {
    return torch.normalize(project(List.of(images), precision));
  }

  /**
   * The embeddings of several crops, of any sizes, crop by crop; the head's batch-norm sees them as
   * one batch.
   *
   * @param crops each {@code float [B, 3, S, S]}
   * @return {@code float32 [crops · B, D]}, rows of length 1
   */
  public Tensor embed(List<Tensor> crops, Precision precision) {
    return torch.normalize(project(crops, precision));
  }

  /** As {@link #embed(List, Precision)}, with rows of any length. */
  public Tensor project(List<Tensor> crops, Precision precision) {
    try (Precision.Scope autocast = precision.autocast(crops.get(0).device().type())) {
      return Tensors.within(() -> head.forward(backbone.features(crops)).to(ScalarType.Float));
    }
  }

  /**
   * Features and map before the head, in float32.
   *
   * @param images {@code float [B, 3, S, S]}, normalised
   * @param precision of the backbone
   */
  public Maps featuresAndMap(Tensor images, Precision precision) {
    try (Precision.Scope autocast = precision.autocast(images.device().type())) {
      Maps maps = backbone.featuresAndMap(images);
      return new Maps(maps.features().to(ScalarType.Float), maps.map().to(ScalarType.Float));
    }
  }

  public Backbone backbone() {
    return backbone;
  }

  public ProjectionHead head() {
    return head;
  }

  /** Width of the embedding. */
  public int width() {
    return head.width();
  }
}
