package dev.bingo.method.part;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.ProjectionHead;

/** Projection heads as the recipes write them. */
public final class Heads {
  private Heads() {}

  /**
   * A head that ends {@code out} wide.
   *
   * @param hidden width of its hidden layer; 0 is {@code in}, −1 is no hidden layer
   */
  public static ProjectionHead of(int in, int hidden, int out) {
    return hidden < 0
        ? ProjectionHead.linear(in, out)
        : ProjectionHead.mlp(in, hidden == 0 ? in : hidden, out);
  }

  /** A backbone with a head that is drawn anew. */
  public static EmbeddingNet on(Backbone backbone, ProjectionHead head, long seed) {
    Encoders.initialise(head, seed + 1);
    return new EmbeddingNet(backbone, head);
  }
}
