package dev.bingo.example;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method;
import dev.bingo.method.Progress;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Heads;
import dev.bingo.torch.Precision;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * SimSiam (Chen and He, CVPR 2021, arXiv 2011.10566): of one view, a predictor says what the same
 * network says of the other, which gets no gradient.
 */
final class SimSiam implements Method {
  private final Net net;
  private final int size;

  private static final class Net extends Layer {
    final EmbeddingNet encoder;
    final ProjectionHead predictor;

    Net(EmbeddingNet encoder, ProjectionHead predictor) {
      super("SimSiam");
      this.encoder = child("encoder", encoder);
      this.predictor = child("predictor", predictor);
    }
  }

  SimSiam(Backbone backbone, int size, long seed) {
    ProjectionHead head = ProjectionHead.mlpBatchNorm(backbone.width(), 64, 64);
    ProjectionHead predictor = ProjectionHead.mlpBatchNorm(64, 16, 64);
    Encoders.initialise(predictor, seed + 2);
    net = new Net(Heads.on(backbone, head, seed), predictor);
    this.size = size;
  }

  @Override
  public String name() {
    return "simsiam";
  }

  @Override
  public List<View> views() {
    return List.of(
        new View("first", Source.ANCHOR, Augmentation.MOCO2_SMALL, size),
        new View("second", Source.ANCHOR, Augmentation.MOCO2_SMALL, size));
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    Tensor z1 = projected(images.view(0), images.precision());
    Tensor z2 = projected(images.view(1), images.precision());
    Tensor loss = distance(z1, z2).add(distance(z2, z1)).div(new Scalar(2.0));
    return new Loss(loss, Map.of("embedding_std", Figures.embeddingStd(torch.normalize(z1))));
  }

  private Tensor projected(Tensor view, Precision precision) {
    return net.encoder.project(List.of(view), precision);
  }

  /** −cos of what is predicted from {@code z} and the other. */
  private Tensor distance(Tensor z, Tensor other) {
    Tensor predicted = torch.normalize(net.predictor.forward(z));
    return predicted.mul(torch.normalize(other.detach())).sum(1).mean().neg();
  }

  @Override
  public Layer state() {
    return net;
  }

  @Override
  public Backbone encoder() {
    return net.encoder.backbone();
  }

  @Override
  public ProjectionHead head() {
    return net.encoder.head();
  }

  @Override
  public double chanceLoss() {
    return 0;
  }
}
