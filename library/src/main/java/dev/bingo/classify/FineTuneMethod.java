package dev.bingo.classify;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.export.ClassifierHead;
import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.method.part.ClassifyingNet;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** An encoder and a linear head, trained on labels as a method of the loop. */
public final class FineTuneMethod implements Method {
  private final FineTune how;
  private final ClassifyingNet net;
  private final List<String> classes;
  private final float[] weights;
  private final int size;

  /**
   * A training that has not begun.
   *
   * @param backbone is trained, and stays the caller's
   * @param start of the head; null to draw one by the seed
   * @param weights what an image of each class counts
   * @param size side of the images, pixels
   */
  public FineTuneMethod(
      FineTune how,
      Backbone backbone,
      ClassifierHead start,
      List<String> classes,
      double[] weights,
      int size,
      long seed) {
    this.how = how;
    this.classes = List.copyOf(classes);
    this.size = size;
    this.weights = new float[weights.length];
    for (int c = 0; c < weights.length; c++) {
      this.weights[c] = (float) weights[c];
    }
    net =
        new ClassifyingNet(
            new EmbeddingNet(backbone, ProjectionHead.none(backbone.width())), classes.size());
    if (start == null) {
      Encoders.initialise(net.classifier, seed);
    } else {
      start.copyTo(net.classifier);
    }
  }

  @Override
  public String name() {
    return "fine-tuning";
  }

  @Override
  public List<View> views() {
    return List.of(new View("crop", View.Source.ANCHOR, Augmentation.CROP_FLIP, size));
  }

  @Override
  public Layer state() {
    return net;
  }

  @Override
  public Backbone encoder() {
    return net.embedding.backbone();
  }

  @Override
  public ProjectionHead head() {
    return net.embedding.head();
  }

  @Override
  public boolean needsLabels() {
    return true;
  }

  @Override
  public double chanceLoss() {
    return Math.log(classes.size());
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    Tensor logits =
        net.classifier.forward(net.embedding.project(images.views(), images.precision()));
    Tensor labels = images.labels();
    Tensor counts =
        Tensors.of(weights, weights.length)
            .to(labels.device(), ScalarType.Float)
            .index_select(0, labels);
    Tensor own = logits.log_softmax(1).gather(1, labels.unsqueeze(1)).squeeze(1);
    Tensor right = logits.detach().argmax(new LongOptional(1), false).eq(labels);
    return new Loss(
        own.mul(counts).mean().neg(), Map.of("accuracy", right.to(ScalarType.Float).mean()));
  }

  /** SGD without weight decay is linear in its gradients: a rate of the head's own is a factor. */
  @Override
  public void afterBackward(Progress progress) {
    double factor = how.headRate() / how.rate();
    if (factor != 1) {
      try (NoGradGuard off = new NoGradGuard()) {
        net.classifier.weight().grad().mul_(new Scalar(factor));
        net.classifier.bias().grad().mul_(new Scalar(factor));
      }
    }
  }

  /** What the head has become. */
  public ClassifierHead classifier() {
    return ClassifierHead.of(
        net.classifier.weight().detach().cpu(), net.classifier.bias().detach().cpu(), classes);
  }
}
