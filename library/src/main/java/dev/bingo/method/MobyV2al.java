package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Linear;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.group.Group;
import dev.bingo.method.part.Check;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Follower;
import dev.bingo.method.part.Heads;
import dev.bingo.method.part.InfoNce;
import dev.bingo.method.part.Labels;
import dev.bingo.method.part.Queue;
import dev.bingo.torch.Precision;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * MoBYv2AL's learner: self-supervised contrast and a classifier at once (Caramalau, Bhattarai and
 * Kim, BMVC 2022, arXiv 2301.01531). Learns from some labels; images without one are welcome.
 *
 * <pre>
 * θ_k ← m θ_k + (1 − m) θ_q,   m from 0.99 to 1 by a cosine
 * P(x) = r(p(f(x))),  K(x) = p'(f'(x))      rows of length 1, no gradient through K
 * L_con = InfoNCE(P(strong), K(weak), Q_weak, τ) + InfoNCE(P(weak), K(strong), Q_strong, τ)
 * L_ce  = −log softmax(g(f(weak)))_y        summed over the labelled images, divided by all
 * loss  = α L_ce + β L_con
 * enqueue K(strong), K(weak)
 * </pre>
 *
 * <p>The public code (razvancaramalau/MoBYv2AL) alternates batches of labelled and of unlabelled
 * images; here they come mixed, which adds up to the same over two batches where there are as many
 * of either.
 */
public final class MobyV2al implements Method {
  private final MobyV2alConfig config;
  private final State state;
  private final Follower<EmbeddingNet> follower;

  private static final class State extends Layer {
    final EmbeddingNet query;
    final ProjectionHead predictor;
    final Linear classifier;
    final EmbeddingNet key;
    final Queue strong;
    final Queue weak;

    State(
        EmbeddingNet query,
        ProjectionHead predictor,
        Linear classifier,
        EmbeddingNet key,
        Queue strong,
        Queue weak) {
      super("MobyV2al");
      this.query = child("encoder_q", query);
      this.predictor = child("predictor", predictor);
      this.classifier = child("classifier", classifier);
      this.key = child("encoder_k", key);
      this.strong = child("queue_strong", strong);
      this.weak = child("queue_weak", weak);
    }
  }

  /**
   * A MoBYv2AL at its start.
   *
   * @param classes C, how many there are
   * @param backbone makes the network; called twice, for the query's encoder and the key's
   */
  public MobyV2al(MobyV2alConfig config, int classes, Supplier<Backbone> backbone, long seed) {
    this(
        config,
        classes,
        net(config, backbone.get(), seed),
        net(config, backbone.get(), seed),
        seed);
  }

  MobyV2al(MobyV2alConfig config, int classes, EmbeddingNet query, EmbeddingNet key, long seed) {
    Check.atLeast("mobyv2al learns from some labels: classes", classes, 2);
    this.config = config;
    state =
        new State(
            query,
            head(config, config.embedding()),
            new Linear(query.backbone().width(), classes),
            key,
            new Queue(config.embedding(), config.queue(), seed),
            new Queue(config.embedding(), config.queue(), seed + 1));
    Encoders.initialise(state.predictor, seed + 2);
    Encoders.initialise(state.classifier, seed + 3);
    if (!config.trainClassifier()) {
      Modules.freeze(state.classifier);
    }
    follower = new Follower<>(query, key);
  }

  private static EmbeddingNet net(MobyV2alConfig config, Backbone backbone, long seed) {
    return Heads.on(backbone, head(config, backbone.width()), seed);
  }

  private static ProjectionHead head(MobyV2alConfig config, int in) {
    return config.hidden() < 0
        ? ProjectionHead.linear(in, config.embedding())
        : ProjectionHead.mlpBatchNorm(
            in, config.hidden() == 0 ? in : config.hidden(), config.embedding());
  }

  @Override
  public String name() {
    return "mobyv2al";
  }

  @Override
  public List<View> views() {
    return List.of(
        new View("strong", Source.ANCHOR, config.augmentation(), config.size()),
        new View("weak", Source.ANCHOR, config.weak(), config.size()));
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    // 1. the key's network follows
    follower.follow(Follower.rising(config.momentum(), progress.done()), progress.step());
    // 2. both views are query once and key once
    Said strong = say(images.view(0), images.precision());
    Said weak = say(images.view(1), images.precision());
    Tensor strongKey;
    Tensor weakKey;
    try (AutoGradMode off = new AutoGradMode(false)) {
      strongKey = state.key.embed(images.view(0), images.precision());
      weakKey = state.key.embed(images.view(1), images.precision());
    }
    InfoNce there = new InfoNce(strong.predicted, state.weak.keys(), null, config.temperature());
    InfoNce back = new InfoNce(weak.predicted, state.strong.keys(), null, config.temperature());
    Tensor contrast = there.loss(weakKey).add(back.loss(strongKey));
    // 3. the classifier, where there are labels
    Classified classified = classified(state.classifier.forward(weak.features), images.labels());
    // 4. old keys have been compared with: overwrite them
    state.strong.push(strongKey, images.indices());
    state.weak.push(weakKey, images.indices());
    Map<String, Tensor> figures = new LinkedHashMap<>();
    Tensor labelled = classified.ofAll(classified.known).clamp_min(new Scalar(1.0));
    figures.put("loss_ce", classified.ofAll(classified.sum).div(labelled));
    figures.put("loss_contrast", contrast.detach());
    figures.put("train_accuracy", classified.ofAll(classified.right).div(labelled));
    figures.put("contrast_accuracy", there.accuracy(weakKey));
    figures.put("queue_fill", state.strong.fill());
    figures.put("embedding_std", Figures.embeddingStd(strong.predicted));
    double share = config.classifierWeight() / images.labels().size(0);
    return new Loss(
        classified.sum.mul(new Scalar(share)).add(contrast, new Scalar(config.contrastWeight())),
        figures);
  }

  private record Said(Tensor features, Tensor predicted) {}

  private Said say(Tensor view, Precision precision) {
    Tensor features;
    Tensor projected;
    try (Precision.Scope autocast = precision.autocast(view.device().type())) {
      features = state.query.backbone().features(List.of(view));
      projected = state.query.head().forward(features).to(ScalarType.Float);
    }
    return new Said(
        features.to(ScalarType.Float), torch.normalize(state.predictor.forward(projected)));
  }

  /** Sums over the labelled images, and how many they are. */
  private record Classified(Tensor sum, Tensor right, Tensor known) {
    /** One of them, of all ranks' images. */
    Tensor ofAll(Tensor count) {
      return Group.here().sum(count.detach());
    }
  }

  private static Classified classified(Tensor logits, Tensor labels) {
    Tensor known = labels.ge(new Scalar(0)).to(ScalarType.Float);
    Tensor some = labels.clamp_min(new Scalar(0));
    Tensor losses = Labels.crossEntropy(logits.log_softmax(1), some, 0);
    Tensor right = logits.detach().argmax(new LongOptional(1), false).eq(labels);
    return new Classified(losses.mul(known).sum(), right.to(ScalarType.Float).sum(), known.sum());
  }

  /**
   * What the classifier says of features of {@link #encoder()}, {@code [B, D] → [B, C]}, not
   * normalised.
   */
  public Tensor logits(Tensor features) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      return state.classifier.forward(features);
    }
  }

  @Override
  public Layer state() {
    return state;
  }

  @Override
  public Backbone encoder() {
    return state.query.backbone();
  }

  @Override
  public ProjectionHead head() {
    return state.query.head();
  }

  /** Of a batch whose images are all labelled: α ln C + 2 β ln(K + 1). */
  @Override
  public double chanceLoss() {
    return config.classifierWeight() * Math.log((double) state.classifier.weight().size(0))
        + 2 * config.contrastWeight() * Math.log(config.queue() + 1.0);
  }

  @Override
  public void checkRanks(int ranks) {
    config.demand().checkRanks(ranks);
  }

  @Override
  public void check(int images, int batch) {
    config.demand().check(images, batch);
  }
}
