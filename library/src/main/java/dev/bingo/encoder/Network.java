package dev.bingo.encoder;

import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;

/** A backbone that is written over {@link Operations}, and so can be run and written down. */
public abstract class Network extends Backbone {
  protected Network(String architecture, int width) {
    super(architecture, width);
  }

  /**
   * Pooled features, before any head.
   *
   * @param on what runs or records
   * @param images {@code [B, 3, H, W]}, normalised
   * @return {@code [B, D]}
   */
  public abstract <T> T features(Operations<T> on, T images);

  /** Whether {@link InGroups} knows all the operations that it is made of. */
  boolean runsInGroups() {
    return false;
  }

  @Override
  public final Tensor features(Tensor images) {
    return features(InGroups.wanted(this, images), images);
  }

  /**
   * {@link #features(Tensor)}, showing the output of each part by torchvision's name. What is shown
   * is overwritten afterwards: look at once, or copy.
   */
  final Tensor features(Tensor images, BiConsumer<String, Tensor> observer) {
    return features(
        new Torch() {
          @Override
          public void show(String part, Tensor output) {
            observer.accept(part, output);
          }
        },
        images);
  }
}
