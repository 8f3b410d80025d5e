package dev.bingo.encoder;

import org.bytedeco.pytorch.Tensor;

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

  /** The name that {@link Encoders} makes it by, {@code resnet18} for one. */
  public final String architecture() {
    return architecture;
  }

  /** Width D of the features. */
  public final int width() {
    return width;
  }
}
