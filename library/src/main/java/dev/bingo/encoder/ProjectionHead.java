package dev.bingo.encoder;

import org.bytedeco.pytorch.Tensor;

/**
 * What maps features to the embedding that a loss compares; dropped after training. Parameter names
 * are those of {@code nn.Sequential}.
 */
public final class ProjectionHead extends Layer {
  private final Linear first;
  private final BatchNorm norm;
  private final Linear last;
  private final int width;

  private ProjectionHead(Linear first, BatchNorm norm, Linear last, int width) {
    super("ProjectionHead");
    this.first = first == null ? null : child("0", first);
    this.norm = norm == null ? null : child("1", norm);
    this.last = last == null ? null : child(first == null ? "0" : norm == null ? "2" : "3", last);
    this.width = width;
  }

  /** Linear · ReLU · Linear (MoCo v2, BINGO). */
  public static ProjectionHead mlp(int in, int hidden, int out) {
    return new ProjectionHead(new Linear(in, hidden), null, new Linear(hidden, out), out);
  }

  /** Linear · batch-norm · ReLU · Linear (SwAV). */
  public static ProjectionHead mlpBatchNorm(int in, int hidden, int out) {
    return new ProjectionHead(
        new Linear(in, hidden), new BatchNorm(hidden), new Linear(hidden, out), out);
  }

  /** One linear layer (MoCo's CIFAR notebook). */
  public static ProjectionHead linear(int in, int out) {
    return new ProjectionHead(null, null, new Linear(in, out), out);
  }

  /** None: the features themselves, {@code in} wide. */
  public static ProjectionHead none(int in) {
    return new ProjectionHead(null, null, null, in);
  }

  /** {@code [B, in] → [B, out]}, not normalised. */
  public Tensor forward(Tensor features) {
    if (last == null) {
      return features;
    }
    if (first == null) {
      return last.forward(features);
    }
    Tensor x = first.forward(features);
    return last.forward((norm == null ? x : norm.forward(x)).relu_());
  }

  /** Width of the embedding. */
  public int width() {
    return width;
  }
}
