package dev.bingo.encoder;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What maps features to the embedding that a loss compares; dropped after training. Parameter names
 * are those of {@code nn.Sequential}.
 */
public final class ProjectionHead extends Layer {
  private record Hidden(Linear linear, BatchNorm norm) {}

  private final List<Hidden> hidden = new ArrayList<>();
  private final Linear last;
  private final int width;

  /** Linear layers between {@code widths}; those but the last are followed by a ReLU. */
  private ProjectionHead(boolean norms, int... widths) {
    super("ProjectionHead");
    int layers = widths.length - 1;
    int at = 0;
    for (int i = 0; i + 1 < layers; i++) {
      Linear linear = child("" + at++, new Linear(widths[i], widths[i + 1]));
      hidden.add(new Hidden(linear, norms ? child("" + at++, new BatchNorm(widths[i + 1])) : null));
      at++; // the ReLU's place
    }
    width = widths[layers];
    last = layers == 0 ? null : child("" + at, new Linear(widths[layers - 1], width));
  }

  /** Linear · ReLU · Linear (MoCo v2, BINGO). */
  public static ProjectionHead mlp(int in, int hidden, int out) {
    return new ProjectionHead(false, in, hidden, out);
  }

  /** Linear · batch-norm · ReLU · Linear (SwAV, CoNe). */
  public static ProjectionHead mlpBatchNorm(int in, int hidden, int out) {
    return new ProjectionHead(true, in, hidden, out);
  }

  /** Twice Linear · batch-norm · ReLU, then Linear (WCL). */
  public static ProjectionHead deepBatchNorm(int in, int hidden, int out) {
    return new ProjectionHead(true, in, hidden, hidden, out);
  }

  /** One linear layer (MoCo's CIFAR notebook). */
  public static ProjectionHead linear(int in, int out) {
    return new ProjectionHead(false, in, out);
  }

  /** None: the features themselves, {@code in} wide. */
  public static ProjectionHead none(int in) {
    return new ProjectionHead(false, in);
  }

  /** {@code [B, in] → [B, out]}, not normalised. */
  public Tensor forward(Tensor features) {
    Tensor x = features;
    for (Hidden h : hidden) {
      Tensor y = h.linear.forward(x);
      x = (h.norm == null ? y : h.norm.forward(y)).relu_();
    }
    return last == null ? x : last.forward(x);
  }

  /** Takes batch-norm on running statistics into the layers before it. */
  void fold() {
    for (Hidden h : hidden) {
      if (h.norm != null) {
        h.norm.foldInto(h.linear::fold);
      }
    }
  }

  /** Width of the embedding. */
  public int width() {
    return width;
  }
}
