package dev.bingo.method.part;

import dev.bingo.group.Group;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Figures that several methods show beside their loss. */
public final class Figures {
  private Figures() {}

  /**
   * Mean standard deviation over the batch of unit embeddings, times √D: 1 is spread out evenly, 0
   * is collapsed to a point.
   *
   * @param embedding {@code [B, D]}, rows of length 1
   */
  public static Tensor embeddingStd(Tensor embedding) {
    Tensor all = Group.here().gather(embedding.detach());
    return all.std(0).mean().mul(new Scalar(Math.sqrt((double) embedding.size(1))));
  }
}
