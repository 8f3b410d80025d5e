package dev.bingo.train;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.torch.Engine;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The mean over the batch of (w · x − 1)², x the mean colour of an image: no batch-norm, so that
 * samples know nothing of each other.
 */
final class ToyMethod implements Method {
  final State state;
  final List<String> calls = new ArrayList<>();

  /** At this step the loss is not a number. */
  long broken = -1;

  static final class State extends Layer {
    final Colour encoder = child("encoder", new Colour());

    State() {
      super("ToyMethod");
    }
  }

  private static final class Colour extends Backbone {
    final Tensor weight;

    Colour() {
      super("colour", 3);
      try (var scope = new PointerScope()) {
        weight = parameter("weight", Tensors.of(new float[] {1, -2, 3}, 3));
      }
    }

    @Override
    public Tensor features(Tensor images) {
      return images.mean(2, 3).mul(weight);
    }
  }

  ToyMethod() {
    Engine.start();
    state = new State();
  }

  Tensor weight() {
    return state.encoder.weight;
  }

  @Override
  public String name() {
    return "toy";
  }

  @Override
  public List<View> views() {
    return List.of(new View("only", View.Source.ANCHOR, Augmentation.MOCO2_SMALL, 8));
  }

  @Override
  public Layer state() {
    return state;
  }

  @Override
  public Backbone encoder() {
    return state.encoder;
  }

  @Override
  public ProjectionHead head() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    calls.add("loss");
    Tensor error = encoder().features(images.view(0)).sum(1).sub(new Scalar(1));
    Tensor loss = error.mul(error).mean();
    if (progress.step() == broken) {
      loss = loss.mul(new Scalar(Double.NaN));
    }
    return new Loss(loss, Map.of("half", loss.detach().mul(new Scalar(0.5))));
  }

  @Override
  public void afterBackward(Progress progress) {
    calls.add("afterBackward");
  }

  @Override
  public void afterStep(Progress progress) {
    calls.add("afterStep");
  }

  @Override
  public double chanceLoss() {
    return 1;
  }
}
