package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.group.Group;
import dev.bingo.method.part.Components;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Neighbours;
import dev.bingo.method.part.NtXent;
import dev.bingo.method.part.WeakContrast;
import dev.bingo.torch.Precision;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Augmentation;
import dev.bingo.view.Mates;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * WCL: weakly supervised contrastive learning (Zheng et al., ICCV 2021, arXiv 2110.04770).
 *
 * <p>Two heads on one backbone. The first tells images apart (SimCLR's NT-Xent). The second joins
 * every image of the batch to its nearest; what hangs together shares a weak label, and the graph
 * of one view supervises the other:
 *
 * <pre>
 * u_v = h1(f(v)),  w_v = h2(f(v))                     rows of length 1, v = 1, 2
 * L_nce = NT-Xent(u_1, u_2; τ)
 * M_v = [images in one connected component of the 1-nearest-neighbour graph of w_v]
 * S(w, M) = −mean_i mean_{j: M_ij, j≠i} log softmax_{l≠i}(w_i·w_l / τ)_j      no gradient by w_l
 * L_graph = ½ [S(w_1, M_2) + S(w_2, M_1)]
 * loss = L_nce + γ L_graph
 * </pre>
 *
 * <p>With small crops (the paper's k-NN multi-crop; the public code, mingkai-zheng/WCL, has none of
 * it, this is our reading): V small crops of one of an image's K nearest neighbours, by the second
 * head's embeddings of the epoch before, are queries too, against both views with the swapped
 * graph; the image itself is among their positives. L_graph is then the mean over all 2 + V
 * queries.
 */
public final class Wcl implements Method {
  private static final int LARGE = 2;

  private final WclConfig config;
  private final State state;
  private int batch;

  private static final class State extends Layer {
    final Backbone backbone;
    final ProjectionHead head;
    final ProjectionHead graphHead;
    final Neighbours neighbours;

    State(Backbone backbone, ProjectionHead head, ProjectionHead graphHead, Neighbours neighbours) {
      super("Wcl");
      this.backbone = child("backbone", backbone);
      this.head = child("head", head);
      this.graphHead = child("graph_head", graphHead);
      this.neighbours = neighbours == null ? null : child("neighbours", neighbours);
    }
  }

  /**
   * A WCL at its start; the backbone is trained in place.
   *
   * @param images of the data set: with small crops it keeps an embedding of each
   */
  public Wcl(WclConfig config, int images, Backbone backbone, long seed) {
    this.config = config;
    Neighbours neighbours =
        config.smallCrops() == 0
            ? null
            : new Neighbours(images, config.embedding(), config.neighbours());
    state =
        new State(
            backbone,
            head(config, backbone.width(), seed + 1),
            head(config, backbone.width(), seed + 2),
            neighbours);
  }

  private static ProjectionHead head(WclConfig config, int in, long seed) {
    ProjectionHead head = ProjectionHead.deepBatchNorm(in, config.hidden(), config.embedding());
    Encoders.initialise(head, seed);
    return head;
  }

  @Override
  public String name() {
    return "wcl";
  }

  @Override
  public List<View> views() {
    List<View> views = new ArrayList<>();
    for (int v = 0; v < LARGE; v++) {
      views.add(view("view" + v, Source.ANCHOR, config.size(), UnaryOperator.identity()));
    }
    for (int v = 0; v < config.smallCrops(); v++) {
      views.add(view("small" + v, Source.MATE, config.smallSize(), this::small));
    }
    return views;
  }

  private View view(String name, Source source, int size, UnaryOperator<Augmentation> crop) {
    Augmentation warmup = crop.apply(config.warmup());
    return new View(
        name, source, crop.apply(config.augmentation()), size, warmup, config.warmupEpochs());
  }

  private Augmentation small(Augmentation large) {
    return large.withCrop(config.smallMin(), config.smallMax());
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    List<Tensor> u = new ArrayList<>();
    List<Tensor> w = new ArrayList<>();
    for (Tensor view : images.views()) {
      try (Precision.Scope autocast = images.precision().autocast(view.device().type())) {
        Tensor features = state.backbone.features(view);
        w.add(torch.normalize(state.graphHead.forward(features).to(ScalarType.Float)));
        if (u.size() < LARGE) {
          u.add(torch.normalize(state.head.forward(features).to(ScalarType.Float)));
        }
      }
    }
    batch = (int) u.get(0).size(0) * Group.here().size();
    Terms terms = terms(u, w);
    if (state.neighbours != null) {
      state.neighbours.keep(images.indices(), w.get(0));
    }
    return new Loss(terms.total, figures(u, terms));
  }

  /** The loss, its two parts, and the components of the two views. */
  record Terms(Tensor total, Tensor instance, Tensor graph, List<Tensor> components) {}

  /** From embeddings of length 1, {@code [B, D]} a view: head 1's of two, head 2's of all. */
  Terms terms(List<Tensor> u, List<Tensor> w) {
    Tensor instance = NtXent.loss(u.get(0), u.get(1), config.temperature(), config.groups());
    List<Tensor> components = w.subList(0, LARGE).stream().map(Components::of).toList();
    WeakContrast contrast = new WeakContrast(config.temperature());
    List<Tensor> pulls = new ArrayList<>();
    for (int v = 0; v < w.size(); v++) {
      pulls.add(
          v < LARGE
              ? contrast.loss(w.get(v), w.get(v), components.get(1 - v), true)
              : contrast
                  .loss(w.get(v), w.get(0), components.get(1), false)
                  .add(contrast.loss(w.get(v), w.get(1), components.get(0), false))
                  .div(new Scalar(2.0)));
    }
    Tensor graph = Tensors.sum(pulls).div(new Scalar((double) w.size()));
    return new Terms(
        instance.add(graph, new Scalar(config.graphWeight())), instance, graph, components);
  }

  private static Map<String, Tensor> figures(List<Tensor> u, Terms terms) {
    Map<String, Tensor> figures = new LinkedHashMap<>();
    figures.put("loss_instance", terms.instance.detach());
    figures.put("loss_graph", terms.graph.detach());
    Tensor count = terms.components.get(0).max().add(new Scalar(1L)).to(ScalarType.Float);
    figures.put(
        "component_size",
        count.reciprocal().mul(new Scalar((double) terms.components.get(0).size(0))));
    figures.put("positive_cosine", u.get(0).detach().mul(u.get(1).detach()).sum(1).mean());
    figures.put("embedding_std", Figures.embeddingStd(u.get(0)));
    return figures;
  }

  /** The neighbours of the next epoch, at the end of this one. */
  @Override
  public void afterStep(Progress progress) {
    if (state.neighbours != null && (progress.step() + 1) % progress.stepsPerEpoch() == 0) {
      state.neighbours.search();
    }
  }

  @Override
  public void beforeEpoch() {
    if (state.neighbours != null) {
      state.neighbours.publish();
    }
  }

  @Override
  public Mates mates() {
    return state.neighbours;
  }

  @Override
  public Layer state() {
    return state;
  }

  @Override
  public Backbone encoder() {
    return state.backbone;
  }

  @Override
  public ProjectionHead head() {
    return state.head;
  }

  /** ln(2B − 1) + γ ln(B − 1) for a batch of B. */
  @Override
  public double chanceLoss() {
    return Math.log(2.0 * batch - 1) + config.graphWeight() * Math.log(batch - 1.0);
  }

  @Override
  public void checkRanks(int ranks) {
    config.demand().checkRanks(ranks);
  }

  @Override
  public void check(int images, int batch) {
    config.demand().check(images, batch);
    this.batch = batch;
  }
}
