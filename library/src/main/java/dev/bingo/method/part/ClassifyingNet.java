package dev.bingo.method.part;

import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Linear;
import dev.bingo.torch.Precision;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Encoder, head, and a linear classifier on what the head gives. */
public final class ClassifyingNet extends Layer {
  public final EmbeddingNet embedding;
  public final Linear classifier;

  /**
   * @param classes C
   */
  public ClassifyingNet(EmbeddingNet embedding, int classes) {
    super("ClassifyingNet");
    this.embedding = child("net", embedding);
    this.classifier = child("fc", new Linear(embedding.width(), classes));
  }

  /** What it says of a batch: z {@code [B, D]} of length 1, logits {@code [B, C]}. */
  public record Said(Tensor embedding, Tensor logits) {}

  /** Of images {@code [B, 3, S, S]}; the classifier sees embeddings of their own length. */
  public Said say(Tensor images, Precision precision) {
    Tensor e = embedding.project(List.of(images), precision);
    return new Said(torch.normalize(e), classifier.forward(e));
  }
}
