package dev.bingo.example;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.Method;
import dev.bingo.method.MethodConfig;
import dev.bingo.method.Progress;
import dev.bingo.method.part.Check;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Follower;
import dev.bingo.method.part.Heads;
import dev.bingo.torch.Precision;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * BYOL: bootstrap your own latent (Grill et al., NeurIPS 2020, arXiv 2006.07733).
 *
 * <p>An online network f with a predictor q learns to say of one view what a slow copy of itself
 * says of the other:
 *
 * <pre>
 * z_i = f(v_i)    z'_i = f'(v_i), no gradient
 * loss = 2 − 2 cos(q(z_1), z'_2)  +  2 − 2 cos(q(z_2), z'_1)
 * after the step: θ' ← m θ' + (1 − m) θ,   m from its start to 1 by a cosine
 * </pre>
 */
public final class Byol implements Method {
  private final Config config;
  private final State state;
  private final Follower<EmbeddingNet> follower;

  /**
   * What BYOL can be told.
   *
   * @param momentum m at the start. Paper: 0.996
   * @param hidden width of the hidden layers of head and predictor. Paper: 4096
   * @param embedding D. Paper: 256
   * @param augmentation of both views
   * @param size of both views, pixels
   */
  public record Config(
      double momentum, int hidden, int embedding, Augmentation augmentation, int size)
      implements MethodConfig {
    public Config {
      Check.range("byol.momentum", momentum, 0, 1);
      Check.atLeast("byol.hidden", hidden, 1);
      Check.atLeast("byol.embedding", embedding, 1);
    }

    /** The paper's, at 224 pixels. */
    public static final Config PAPER = new Config(0.996, 4096, 256, Augmentation.SIMCLR, 224);
  }

  private static final class State extends Layer {
    final EmbeddingNet online;
    final ProjectionHead predictor;
    final EmbeddingNet target;

    State(EmbeddingNet online, ProjectionHead predictor, EmbeddingNet target) {
      super("Byol");
      this.online = child("online", online);
      this.predictor = child("predictor", predictor);
      this.target = child("target", target);
    }
  }

  /**
   * A BYOL at its start.
   *
   * @param backbone makes the network; called twice, for the online network and the target
   */
  public Byol(Config config, Supplier<Backbone> backbone, long seed) {
    this.config = config;
    ProjectionHead predictor =
        ProjectionHead.mlpBatchNorm(config.embedding(), config.hidden(), config.embedding());
    Encoders.initialise(predictor, seed + 2);
    state = new State(net(backbone.get(), seed), predictor, net(backbone.get(), seed));
    follower = new Follower<>(state.online, state.target);
  }

  private EmbeddingNet net(Backbone backbone, long seed) {
    ProjectionHead head =
        ProjectionHead.mlpBatchNorm(backbone.width(), config.hidden(), config.embedding());
    return Heads.on(backbone, head, seed);
  }

  @Override
  public String name() {
    return "byol";
  }

  @Override
  public List<View> views() {
    return List.of(
        new View("first", Source.ANCHOR, config.augmentation(), config.size()),
        new View("second", Source.ANCHOR, config.augmentation(), config.size()));
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    Tensor first = predicted(images.view(0), images.precision());
    Tensor second = predicted(images.view(1), images.precision());
    Tensor there = distance(first, target(images.view(1), images.precision()));
    Tensor back = distance(second, target(images.view(0), images.precision()));
    return new Loss(there.add(back), Map.of("embedding_std", Figures.embeddingStd(first)));
  }

  /** {@code [B, D]}, rows of length 1. */
  private Tensor predicted(Tensor view, Precision precision) {
    Tensor z = state.online.project(List.of(view), precision);
    return torch.normalize(state.predictor.forward(z));
  }

  private Tensor target(Tensor view, Precision precision) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      return state.target.embed(view, precision);
    }
  }

  /** The mean of ‖p − z‖² = 2 − 2 p·z. */
  private static Tensor distance(Tensor p, Tensor z) {
    return p.sub(z).square().sum(1).mean();
  }

  @Override
  public void afterStep(Progress progress) {
    double momentum = Follower.rising(config.momentum(), progress.done());
    follower.follow(momentum, progress.step());
  }

  @Override
  public Layer state() {
    return state;
  }

  @Override
  public Backbone encoder() {
    return state.online.backbone();
  }

  @Override
  public ProjectionHead head() {
    return state.online.head();
  }

  /** Twice the 2 of directions that have nothing to do with each other. */
  @Override
  public double chanceLoss() {
    return 4;
  }

  @Override
  public void check(int images, int batch) {
    config.demand().check(images, batch);
  }
}
