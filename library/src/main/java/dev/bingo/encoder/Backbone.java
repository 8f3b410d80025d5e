package dev.bingo.encoder;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * An image encoder without its head. Parameter names are torchvision's, so state dicts move both
 * ways without a table.
 */
public abstract class Backbone extends Layer {
  private final String architecture;
  private final int width;

  protected Backbone(String architecture, int width) {
    super(architecture);
    this.architecture = architecture;
    this.width = width;
  }

  /**
   * Pooled features, before any head.
   *
   * @param images {@code float [B, 3, H, W]}, normalised
   * @return {@code [B, D]} with D = {@link #width()}
   */
  public abstract Tensor features(Tensor images);

  /**
   * Pooled features, and the last feature map.
   *
   * @param images {@code float [B, 3, H, W]}, normalised
   * @throws UnsupportedOperationException where it shows no map: of anybody's program
   */
  public Maps featuresAndMap(Tensor images) {
    throw new UnsupportedOperationException(
        architecture + " shows its features alone, and no map of them");
  }

  /** Whether {@link #featuresAndMap} is there. */
  public boolean hasMap() {
    return false;
  }

  /**
   * Pooled features of several crops, crop by crop. Neighbours of one size go through together, so
   * that batch-norm sees them as one batch (SwAV, multi-crop).
   *
   * @param crops each {@code float [B, 3, S, S]}, S its own
   * @return {@code [crops · B, D]}
   */
  public final Tensor features(List<Tensor> crops) {
    TensorVector features = new TensorVector();
    for (int from = 0; from < crops.size(); ) {
      int to = from + 1;
      while (to < crops.size() && crops.get(to).size(-1) == crops.get(from).size(-1)) {
        to++;
      }
      features.push_back(features(concatenated(crops.subList(from, to))));
      from = to;
    }
    return features.size() == 1 ? features.get(0) : torch.cat(features);
  }

  private static Tensor concatenated(List<Tensor> parts) {
    return parts.size() == 1
        ? parts.get(0)
        : torch.cat(new TensorVector(parts.toArray(new Tensor[0])));
  }

  /** The name that {@link Encoders} makes it by, {@code resnet18} for one. */
  public final String architecture() {
    return architecture;
  }

  /** How it starts; {@link Stem#IMAGENET} where that makes no difference. */
  public Stem stem() {
    return Stem.IMAGENET;
  }

  /** Width D of the features. */
  public final int width() {
    return width;
  }
}
