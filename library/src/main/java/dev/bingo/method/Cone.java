package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.part.Check;
import dev.bingo.method.part.ClassifyingNet;
import dev.bingo.method.part.ClassifyingNet.Said;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Follower;
import dev.bingo.method.part.Heads;
import dev.bingo.method.part.Labels;
import dev.bingo.method.part.Queue;
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
 * CoNe: supervised learning that contrasts neighbours (Zheng et al., arXiv 2308.10761). Needs
 * labels.
 *
 * <p>A momentum copy of encoder and classifier sees the same pixels; what it says of earlier images
 * stays in a queue Q, with their labels and class probabilities P:
 *
 * <pre>
 * θ_k ← m θ_k + (1 − m) θ_q,   m from 0.996 to 1 by a cosine; a larger one stays
 * e = f_q(v), z = e/‖e‖, l = classifier_q(e)       e', z', l' of f_k, no gradient
 * L_ce  = −log softmax(l)_y
 * L_sup = −log Σ_{j: y_j = y} softmax_j(z·Q_j / τ)                     over the k nearest j
 * L_dc  = KL(softmax(z'·Q / τ') P ‖ softmax(l))                        over all of Q
 * loss  = L_ce + α L_sup + β L_dc;   L_ce alone while the queue fills in the first epoch
 * enqueue z', y, softmax(l')
 * </pre>
 *
 * <p>As in the public code (mingkai-zheng/CoNe), an image without a near neighbour of its class
 * adds nothing to L_sup, and one with a class probability of at most 1e-8 nothing to L_ce and L_dc;
 * sums are divided by the whole batch all the same.
 */
public final class Cone implements Method {
  private static final double LEAST = 1e-8;

  /** The public code holds a larger momentum constant. */
  private static final double RISES_UP_TO = 0.996;

  private final ConeConfig config;
  private final State state;
  private final Follower<ClassifyingNet> follower;
  private boolean warm;

  private static final class State extends Layer {
    final ClassifyingNet query;
    final ClassifyingNet key;
    final Queue queue;

    State(ClassifyingNet query, ClassifyingNet key, Queue queue) {
      super("Cone");
      this.query = child("encoder_q", query);
      this.key = child("encoder_k", key);
      this.queue = child("queue", queue);
    }
  }

  /**
   * A CoNe at its start.
   *
   * @param classes C, how many labels there are
   * @param backbone makes the network; called twice, for the query's encoder and the key's
   */
  public Cone(ConeConfig config, int classes, Supplier<Backbone> backbone, long seed) {
    this(
        config,
        classes,
        net(config, backbone.get(), seed),
        net(config, backbone.get(), seed),
        seed);
  }

  Cone(ConeConfig config, int classes, EmbeddingNet query, EmbeddingNet key, long seed) {
    Check.atLeast("cone learns from labels: classes", classes, 2);
    this.config = config;
    Map<String, Tensor> columns = new LinkedHashMap<>();
    columns.put("label", torch.full(new long[] {config.queue()}, new Scalar(-1L)));
    columns.put(
        "prob", torch.full(new long[] {config.queue(), classes}, new Scalar(1.0 / classes)));
    state =
        new State(
            new ClassifyingNet(query, classes),
            new ClassifyingNet(key, classes),
            new Queue(query.width(), config.queue(), seed, columns));
    Encoders.initialise(state.query.classifier, seed + 2);
    follower = new Follower<>(state.query, state.key);
  }

  private static EmbeddingNet net(ConeConfig config, Backbone backbone, long seed) {
    int hidden = config.hidden() == 0 ? Math.max(2 * backbone.width(), 4096) : config.hidden();
    ProjectionHead head = ProjectionHead.mlpBatchNorm(backbone.width(), hidden, config.embedding());
    return Heads.on(backbone, head, seed);
  }

  @Override
  public String name() {
    return "cone";
  }

  @Override
  public List<View> views() {
    return List.of(new View("image", Source.ANCHOR, config.augmentation(), config.size()));
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    return loss(images.view(0), images.view(0), images, progress);
  }

  /** The public code gives both networks the same pixels. */
  Loss loss(Tensor forQuery, Tensor forKey, Images images, Progress progress) {
    // 1. the key's network follows
    follower.follow(momentum(progress), progress.step());
    // 2. what both say
    Said query = state.query.say(forQuery, images.precision());
    Said key;
    try (AutoGradMode off = new AutoGradMode(false)) {
      key = state.key.say(forKey, images.precision());
    }
    // 3. the classifier; then the neighbours
    Terms terms = terms(query, key, images.labels(), progress.epoch() >= config.warmupEpochs());
    // 4. old keys have been compared with: overwrite them
    Map<String, Tensor> said = Map.of("label", images.labels(), "prob", key.logits().softmax(1));
    state.queue.push(key.embedding(), images.indices(), said);
    return new Loss(terms.total, figures(query, terms, images.labels()));
  }

  double momentum(Progress progress) {
    return config.momentum() > RISES_UP_TO
        ? config.momentum()
        : Follower.rising(config.momentum(), progress.done());
  }

  /** The loss and its parts; those with neighbours are null in the first epoch. */
  record Terms(Tensor total, Tensor ce, Tensor sup, Tensor dc, Tensor ownShare, Tensor consensus) {}

  Terms terms(Said query, Said key, Tensor labels, boolean neighbours) {
    warm = neighbours;
    Tensor logProbabilities = query.logits().log_softmax(1);
    Tensor ce = Labels.crossEntropy(logProbabilities, labels, config.labelSmoothing());
    if (!neighbours) {
      return new Terms(ce.mean(), ce.mean(), null, null, null, null);
    }
    Tensor queue = state.queue.keys();
    Tensor ownShare = ownShare(query.embedding(), queue, labels);
    Tensor sup = kept(ownShare.clamp_min(new Scalar(LEAST)).log().neg(), ownShare);
    Tensor rarest = logProbabilities.detach().amin(new long[] {1}, false).exp();
    Tensor consensus = consensus(key.embedding(), queue);
    Tensor divergence = consensus.xlogy(consensus).sub(consensus.mul(logProbabilities)).sum(1);
    Tensor dc = kept(divergence, rarest);
    Tensor kept = kept(ce, rarest);
    Tensor near = kept.add(sup, new Scalar(config.neighbourWeight()));
    Tensor total = near.add(dc, new Scalar(config.consistencyWeight()));
    return new Terms(total, kept, sup, dc, ownShare, consensus);
  }

  /** The mean over the batch of the rows whose probability is not too small. */
  private static Tensor kept(Tensor losses, Tensor probabilities) {
    Tensor left = probabilities.detach().le(new Scalar(LEAST));
    return losses.masked_fill(left, new Scalar(0.0)).mean();
  }

  /** Of the softmax over an image's nearest keys, the share that is of its own class. */
  private Tensor ownShare(Tensor z, Tensor queue, Tensor labels) {
    var nearest = z.matmul(queue).topk(config.neighbours(), 1, true, true);
    Tensor weights = nearest.get0().div(new Scalar(config.temperature())).softmax(1);
    Tensor theirs = state.queue.column("label").index_select(0, nearest.get1().flatten());
    Tensor own = theirs.view(nearest.get1().sizes()).eq(labels.unsqueeze(1));
    return weights.mul(own.to(ScalarType.Float)).sum(1);
  }

  /** The class probabilities of all keys, by nearness. */
  private Tensor consensus(Tensor z, Tensor queue) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      Tensor weights = z.matmul(queue).div_(new Scalar(config.consistencyTemperature())).softmax(1);
      return weights.matmul(state.queue.column("prob"));
    }
  }

  private Map<String, Tensor> figures(Said query, Terms terms, Tensor labels) {
    Map<String, Tensor> figures = new LinkedHashMap<>();
    figures.put("loss_ce", terms.ce.detach());
    if (terms.sup != null) {
      figures.put("loss_neighbours", terms.sup.detach());
      figures.put("loss_consistency", terms.dc.detach());
      figures.put("own_share", terms.ownShare.detach().mean());
    }
    Tensor said = query.logits().detach().argmax(new LongOptional(1), false);
    figures.put("train_accuracy", said.eq(labels).to(ScalarType.Float).mean());
    figures.put("queue_fill", state.queue.fill());
    figures.put("embedding_std", Figures.embeddingStd(query.embedding()));
    return figures;
  }

  @Override
  public Layer state() {
    return state;
  }

  @Override
  public Backbone encoder() {
    return state.query.embedding.backbone();
  }

  @Override
  public ProjectionHead head() {
    return state.query.embedding.head();
  }

  /**
   * (1 + α) ln C: a blind classifier, and neighbours of any class; consistency costs nothing then.
   * While the queue fills ln C.
   */
  @Override
  public double chanceLoss() {
    double blind = Math.log((double) state.queue.column("prob").size(1));
    return warm ? (1 + config.neighbourWeight()) * blind : blind;
  }

  @Override
  public boolean needsLabels() {
    return true;
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
