package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Follower;
import dev.bingo.method.part.Heads;
import dev.bingo.method.part.InfoNce;
import dev.bingo.method.part.Queue;
import dev.bingo.method.part.Shuffle;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Precision;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/**
 * MoCo v2: momentum contrast (Chen et al., arXiv 2003.04297; MoCo, arXiv 1911.05722, algorithm 1).
 *
 * <pre>
 * θ_k ← m θ_k + (1 − m) θ_q
 * q = f_q(v1),  k = unshuffle(f_k(shuffle(v2)))        rows of length 1, no gradient through k
 * L = InfoNCE(q, k, Q, τ)
 * enqueue k
 * </pre>
 */
public final class MocoV2 implements Method {
  static final long SHUFFLE = 0x5f1;

  private final MocoConfig config;
  private final State state;
  private final Follower<EmbeddingNet> follower;

  private static final class State extends Layer {
    final EmbeddingNet query;
    final EmbeddingNet key;
    final Queue queue;

    State(EmbeddingNet query, EmbeddingNet key, Queue queue) {
      super("MocoV2");
      this.query = child("encoder_q", query);
      this.key = child("encoder_k", key);
      this.queue = child("queue", queue);
    }
  }

  /**
   * A MoCo v2 at its start.
   *
   * @param backbone makes the network; called twice, for the query's encoder and the key's
   */
  public MocoV2(MocoConfig config, Supplier<Backbone> backbone, long seed) {
    this(config, net(config, backbone.get(), seed), net(config, backbone.get(), seed), seed);
  }

  MocoV2(MocoConfig config, EmbeddingNet query, EmbeddingNet key, long seed) {
    this.config = config;
    state = new State(query, key, new Queue(config.embedding(), config.queue(), seed));
    follower = new Follower<>(query, key);
    Modules.batchNormGroups(state, config.groups());
  }

  private static EmbeddingNet net(MocoConfig config, Backbone backbone, long seed) {
    ProjectionHead head = Heads.of(backbone.width(), config.hidden(), config.embedding());
    return Heads.on(backbone, head, seed);
  }

  @Override
  public String name() {
    return "moco-v2";
  }

  @Override
  public List<View> views() {
    return List.of(
        new View("query", Source.ANCHOR, config.augmentation(), config.size()),
        new View("key", Source.ANCHOR, config.augmentation(), config.size()));
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    // 1. the key encoder follows
    follower.follow(config.momentum(), progress.step());
    // 2. one direction, or both
    Half half = half(images, 0, 1, progress);
    Tensor loss = half.contrast.loss(half.key);
    Half back = config.symmetric() ? half(images, 1, 0, progress) : null;
    Tensor total = back == null ? loss : loss.add(back.contrast.loss(back.key));
    // 3. old keys have been compared with: overwrite them
    state.queue.push(half.key, images.indices());
    if (back != null) {
      state.queue.push(back.key, images.indices());
    }
    Map<String, Tensor> figures = new LinkedHashMap<>();
    figures.put("contrast_accuracy", half.contrast.accuracy(half.key));
    figures.put("positive_cosine", half.query.detach().mul(half.key).sum(1).mean());
    figures.put("queue_fill", state.queue.fill());
    figures.put("embedding_std", Figures.embeddingStd(half.query));
    return new Loss(total, figures);
  }

  private record Half(Tensor query, Tensor key, InfoNce contrast) {}

  private Half half(Images images, int query, int key, Progress progress) {
    Precision precision = images.precision();
    Tensor q = state.query.embed(images.view(query), precision);
    Draws draws = Draws.of(progress.seed(), progress.step(), key, SHUFFLE);
    Tensor k = Shuffle.keys(state.key, images.view(key), precision, config.groups(), draws);
    return new Half(q, k, new InfoNce(q, state.queue.keys(), null, config.temperature()));
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

  @Override
  public double chanceLoss() {
    return (config.symmetric() ? 2 : 1) * Math.log(config.queue() + 1.0);
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
