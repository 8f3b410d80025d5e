package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.group.Group;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Heads;
import dev.bingo.method.part.Prototypes;
import dev.bingo.method.part.Queue;
import dev.bingo.method.part.Sinkhorn;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * SwAV: swapping assignments between views (Caron et al., NeurIPS 2020, arXiv 2006.09882).
 *
 * <p>The assignment of one large crop to prototypes is predicted from every other crop of the
 * image. Assignments share the prototypes out equally over the batch, and over a queue of older
 * embeddings where the batch is small:
 *
 * <pre>
 * C ← rows of length 1
 * z_v = f(crop v),   s_v = z_v Cᵀ                      v = 0, 1 large; 2 … 1 + V small
 * q_i = Sinkhorn([Q_i Cᵀ; s_i] / ε)                    i = 0, 1; the batch's rows, no gradient
 * L = ½ Σ_i 1/(1 + V) Σ_{v≠i} −⟨q_i, log softmax(s_v / τ)⟩
 * enqueue z_i in Q_i
 * </pre>
 *
 * <p>Where paper and public code (facebookresearch/swav, {@code main_swav.py}) differ, this is the
 * code: the loss sums over prototypes.
 */
public final class Swav implements Method {
  private static final int LARGE = 2;

  private final SwavConfig config;
  private final State state;

  private static final class State extends Layer {
    final EmbeddingNet net;
    final Prototypes prototypes;
    final List<Queue> queues = new ArrayList<>();

    State(EmbeddingNet net, SwavConfig config, long seed) {
      super("Swav");
      this.net = child("net", net);
      prototypes = child("prototypes", new Prototypes(config.prototypes(), net.width(), seed + 2));
      for (int i = 0; i < LARGE && config.queue() > 0; i++) {
        queues.add(child("queue" + i, new Queue(net.width(), config.queue(), seed + 3 + i)));
      }
    }
  }

  /** A SwAV at its start; the backbone is trained in place. */
  public Swav(SwavConfig config, Backbone backbone, long seed) {
    this(config, Heads.on(backbone, head(config, backbone), seed), seed);
  }

  Swav(SwavConfig config, EmbeddingNet net, long seed) {
    this.config = config;
    state = new State(net, config, seed);
    Modules.batchNormGroups(state, config.groups());
  }

  private static ProjectionHead head(SwavConfig config, Backbone backbone) {
    return ProjectionHead.mlpBatchNorm(backbone.width(), config.hidden(), config.embedding());
  }

  @Override
  public String name() {
    return "swav";
  }

  @Override
  public List<View> views() {
    List<View> views = new ArrayList<>();
    for (int v = 0; v < LARGE; v++) {
      views.add(new View("large" + v, Source.ANCHOR, config.augmentation(), config.size()));
    }
    Augmentation small = config.augmentation().withCrop(config.smallMin(), config.smallMax());
    for (int v = 0; v < config.smallCrops(); v++) {
      views.add(new View("small" + v, Source.ANCHOR, small, config.smallSize()));
    }
    return views;
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    state.prototypes.normalise();
    Tensor z = state.net.embed(images.views(), images.precision());
    Terms terms = terms(z, images.indices(), progress);
    return new Loss(terms.loss, figures(z, terms));
  }

  /** The loss, the scores {@code [crops · B, K]}, the assignments of the large crops. */
  record Terms(Tensor loss, Tensor scores, List<Tensor> assignments) {}

  /** From embeddings {@code [crops · B, D]} of length 1, crop by crop, to the loss. */
  Terms terms(Tensor z, Tensor indices, Progress progress) {
    long batch = indices.size(0);
    Tensor scores = state.prototypes.scores(z);
    Tensor predictions = scores.div(new Scalar(config.temperature())).log_softmax(1);
    List<Tensor> assignments = new ArrayList<>();
    for (int i = 0; i < LARGE; i++) {
      assignments.add(assign(i, rows(scores, i, batch)));
      if (config.queue() > 0 && progress.epoch() >= config.queueEpoch()) {
        state.queues.get(i).push(rows(z, i, batch), indices);
      }
    }
    long crops = z.size(0) / batch;
    List<Tensor> swapped = new ArrayList<>();
    for (int i = 0; i < LARGE; i++) {
      for (int v = 0; v < crops; v++) {
        if (v != i) {
          swapped.add(assignments.get(i).mul(rows(predictions, v, batch)).sum());
        }
      }
    }
    double pairs = (double) swapped.size() * batch;
    return new Terms(Tensors.sum(swapped).div(new Scalar(-pairs)), scores, assignments);
  }

  private Tensor assign(int crop, Tensor scores) {
    Tensor all = scores.detach();
    if (config.queue() > 0 && state.queues.get(crop).isFull()) {
      Tensor older = state.prototypes.scores(state.queues.get(crop));
      all = torch.cat(new TensorVector(older, all));
    }
    long batch = scores.size(0);
    return Sinkhorn.assign(all, config.epsilon(), config.iterations())
        .narrow(0, all.size(0) - batch, batch);
  }

  private static Tensor rows(Tensor all, long crop, long batch) {
    return all.narrow(0, crop * batch, batch);
  }

  private Map<String, Tensor> figures(Tensor z, Terms terms) {
    Map<String, Tensor> figures = new LinkedHashMap<>();
    Tensor first = terms.assignments.get(0);
    Tensor chosen = torch.zeros_like(first.select(0, 0)).scatter(0, argmax(first), new Scalar(1.0));
    figures.put("prototypes_used", Group.here().max(chosen).mean());
    figures.put("assignment_peak", first.amax(new long[] {1}, false).mean());
    if (config.queue() > 0) {
      figures.put("queue_fill", state.queues.get(0).fill());
    }
    figures.put("embedding_std", Figures.embeddingStd(rows(z, 0, first.size(0))));
    return figures;
  }

  private static Tensor argmax(Tensor rows) {
    return rows.argmax(new LongOptional(1), false).to(ScalarType.Long);
  }

  /** Prototypes that moved before the features mean anything pull all images to a few of them. */
  @Override
  public void afterBackward(Progress progress) {
    if (progress.step() < config.freezeSteps()) {
      state.prototypes.dropGradient();
    }
  }

  @Override
  public Layer state() {
    return state;
  }

  @Override
  public Backbone encoder() {
    return state.net.backbone();
  }

  @Override
  public ProjectionHead head() {
    return state.net.head();
  }

  /** ln K: a loss that stays there is the collapse that SwAV knows. */
  @Override
  public double chanceLoss() {
    return Math.log(config.prototypes());
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
