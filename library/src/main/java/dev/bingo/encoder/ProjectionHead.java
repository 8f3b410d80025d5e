package dev.bingo.encoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What maps features to the embedding that a loss compares; dropped after training. Parameter names
 * are those of {@code nn.Sequential}.
 */
public final class ProjectionHead extends Layer {
  /** More than any head has; a file that names more is none of a head. */
  private static final int MAX_LAYERS = 32;

  /** One place of the sequence: a linear layer or a batch-norm; a ReLU where both are null. */
  private record Place(Linear linear, BatchNorm norm) {}

  private final List<Place> places = new ArrayList<>();
  private int width;

  private ProjectionHead(int in) {
    super("ProjectionHead");
    width = in;
  }

  private ProjectionHead thenLinear(int out) {
    places.add(new Place(child("" + places.size(), new Linear(width, out)), null));
    width = out;
    return this;
  }

  private ProjectionHead thenNorm() {
    places.add(new Place(null, child("" + places.size(), new BatchNorm(width))));
    return this;
  }

  private ProjectionHead thenRelu() {
    places.add(new Place(null, null));
    return this;
  }

  /** Linear · batch-norm · ReLU. */
  private ProjectionHead thenHidden(int hidden) {
    return thenLinear(hidden).thenNorm().thenRelu();
  }

  /** Linear · ReLU · Linear (MoCo v2, BINGO). */
  public static ProjectionHead mlp(int in, int hidden, int out) {
    return new ProjectionHead(in).thenLinear(hidden).thenRelu().thenLinear(out);
  }

  /** Linear · batch-norm · ReLU · Linear (SwAV, CoNe). */
  public static ProjectionHead mlpBatchNorm(int in, int hidden, int out) {
    return new ProjectionHead(in).thenHidden(hidden).thenLinear(out);
  }

  /** Twice Linear · batch-norm · ReLU, then Linear (WCL). */
  public static ProjectionHead deepBatchNorm(int in, int hidden, int out) {
    return new ProjectionHead(in).thenHidden(hidden).thenHidden(hidden).thenLinear(out);
  }

  /**
   * Twice Linear · batch-norm · ReLU · Linear, hidden layers of {@code 2 · in} around one of {@code
   * in}, and nothing between the two (SimReg's mlp_4).
   */
  public static ProjectionHead twoMlps(int in, int out) {
    return new ProjectionHead(in)
        .thenHidden(2 * in)
        .thenLinear(in)
        .thenHidden(2 * in)
        .thenLinear(out);
  }

  /** Two linear layers with nothing between them (SimReg's mlp_2 as released). */
  public static ProjectionHead twoLinear(int in, int hidden, int out) {
    return new ProjectionHead(in).thenLinear(hidden).thenLinear(out);
  }

  /** Batch-norm · Linear (SimReg's linear). */
  public static ProjectionHead normLinear(int in, int out) {
    return new ProjectionHead(in).thenNorm().thenLinear(out);
  }

  /** One linear layer (MoCo's CIFAR notebook). */
  public static ProjectionHead linear(int in, int out) {
    return new ProjectionHead(in).thenLinear(out);
  }

  /** None: the features themselves, {@code in} wide. */
  public static ProjectionHead none(int in) {
    return new ProjectionHead(in);
  }

  /**
   * The head whose parameters have these names and shapes; a number without any is a ReLU's place.
   * The weights are not taken.
   *
   * @throws IllegalArgumentException where they are those of no head
   */
  public static ProjectionHead like(Map<String, Tensor> weights, int in) {
    ProjectionHead head = new ProjectionHead(in);
    for (int at = 0, seen = 0; seen < weights(weights); at++) {
      Tensor weight = weights.get(at + ".weight");
      if (at == MAX_LAYERS || (at == 0 && weight == null)) {
        throw new IllegalArgumentException(
            at == 0 ? "the head has no '0.weight'" : "the head's layers are not numbered");
      }
      if (weight == null) {
        head.thenRelu();
      } else {
        seen++;
        if (weight.dim() == 2) {
          head.thenLinear(Math.toIntExact(weight.size(0)));
        } else {
          head.thenNorm();
        }
      }
    }
    return head;
  }

  private static long weights(Map<String, Tensor> all) {
    return all.keySet().stream().filter(name -> name.endsWith("weight")).count();
  }

  /** {@code [B, in] → [B, out]}, not normalised. */
  public Tensor forward(Tensor features) {
    Tensor x = features;
    for (Place place : places) {
      if (place.linear != null) {
        x = place.linear.forward(x);
      } else {
        x = place.norm == null ? x.relu_() : place.norm.forward(x);
      }
    }
    return x;
  }

  /** Takes batch-norm on running statistics into the layers before it. */
  void fold() {
    for (int i = 1; i < places.size(); i++) {
      Linear before = places.get(i - 1).linear;
      if (places.get(i).norm != null && before != null) {
        places.get(i).norm.foldInto(before::fold);
      }
    }
  }

  /** Width of the embedding. */
  public int width() {
    return width;
  }
}
