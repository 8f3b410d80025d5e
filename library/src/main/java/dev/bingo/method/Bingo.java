package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.BingoConfig.LossForm;
import dev.bingo.method.part.CutMix;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Heads;
import dev.bingo.method.part.InfoNce;
import dev.bingo.method.part.Queue;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import dev.bingo.view.CutMixBox;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * BINGO: distillation by aggregating bags of instances (Xu et al., ICLR 2022, arXiv 2107.01691).
 *
 * <p>A frozen teacher f_T has put every image in a bag with its nearest neighbours. The student f_S
 * matches the teacher's embedding of an anchor a from the anchor itself (intra-sample) and from a
 * bag mate p (inter-sample), by InfoNCE against a queue Q of teacher keys:
 *
 * <pre>
 * s0 = f_S(a1)   s1 = f_S(p1)   sm = f_S(CutMix(a1, p1; λ))       t0 = f_T(a2)   t1 = f_T(p2)
 * L(s, t) = InfoNCE(s, t, Q, τ)
 * loss = [ α L(s0,t0) + β L(s0,t1)  +  β L(s1,t0) + α L(s1,t1)  +  λ L(sm,t0) + (1−λ) L(sm,t1) ] / 3
 * enqueue t0
 * </pre>
 *
 * with (α, β) = (1, 0) in the first epochs.
 *
 * <p>Paper and public code (haohang96/bingo, {@code main_moco.py} and {@code moco/builder.py})
 * differ. Each difference is a switch, as the code has it by default:
 *
 * <ul>
 *   <li>The paper's loss is L_intra + L_inter = L(s0,t0) + L(s1,t0), of three views and undivided;
 *       the code's is the one above, with the cross terms halved: {@link BingoConfig#loss()},
 *       {@link BingoConfig#intraWeight()}, {@link BingoConfig#interWeight()}.
 *   <li>CutMix, from the first epoch on: {@link BingoConfig#cutMix()}.
 *   <li>The epochs with the intra-sample terms alone: {@link BingoConfig#warmupEpochs()}.
 *   <li>t1 is compared with, but not enqueued: {@link BingoConfig#enqueueMate()}.
 *   <li>The teacher stays in train mode, though the bags were made with its running statistics:
 *       {@link Teacher.BatchNormMode}.
 *   <li>An image may meet its own older key among the negatives: {@link BingoConfig#maskOwn()}.
 * </ul>
 */
public final class Bingo implements Method {
  static final long CUT_MIX = 0xc07;
  // Positions of the views.
  private static final int A1 = 0;
  private static final int A2 = 1;
  private static final int P1 = 2;
  private static final int P2 = 3;

  private final BingoConfig config;
  private final Keys teacher;
  private final State state;

  private static final class State extends Layer {
    final EmbeddingNet student;
    final Queue queue;

    State(EmbeddingNet student, Queue queue) {
      super("Bingo");
      this.student = child("student", student);
      this.queue = child("queue", queue);
    }
  }

  /**
   * A distillation at its start; the student's head ends as wide as the teacher's keys.
   *
   * @param student its backbone, trained in place
   * @param teacher its keys: a {@link Teacher}, or {@link CachedKeys} that it gave once
   */
  public Bingo(BingoConfig config, Backbone student, Keys teacher, long seed) {
    this.config = config;
    this.teacher = teacher;
    ProjectionHead head = Heads.of(student.width(), config.hidden(), teacher.width());
    state =
        new State(Heads.on(student, head, seed), new Queue(teacher.width(), config.queue(), seed));
    Modules.batchNormGroups(state, teacher.groups());
  }

  @Override
  public String name() {
    return "bingo";
  }

  @Override
  public List<View> views() {
    return config.views();
  }

  @Override
  public Recording recording() {
    return teacher.recording();
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    // 1. the teacher's keys
    int[] wanted = config.loss() == LossForm.PAPER ? new int[] {A2} : new int[] {A2, P2};
    List<Tensor> keys = teacher.keys(images, progress, wanted);

    // 2. the student's queries, a forward pass each: batch-norm sees them apart
    Tensor a1 = images.view(A1);
    Tensor p1 = images.view(P1);
    List<Tensor> queries = new ArrayList<>();
    queries.add(state.student.embed(a1, images.precision()));
    queries.add(state.student.embed(p1, images.precision()));
    double lambda = 1;
    if (config.cutMix()) {
      Draws draws = Draws.of(progress.seed(), progress.step(), CUT_MIX);
      CutMixBox box = CutMixBox.draw((int) a1.size(2), (int) a1.size(3), draws);
      lambda = box.lambda();
      queries.add(state.student.embed(CutMix.paste(a1, p1, box), images.precision()));
    }

    // 3. InfoNCE of the pairs, against the old queue
    boolean warm = progress.epoch() >= config.warmupEpochs();
    double alpha = warm ? config.intraWeight() : 1;
    double beta = warm ? config.interWeight() : 0;
    Tensor masked = config.maskOwn() ? ownKeys(images.indices()) : null;
    Terms terms = terms(queries, keys, state.queue.keys(), masked, alpha, beta, lambda);

    // 4. the keys become negatives
    state.queue.push(keys.get(0), images.indices());
    if (config.enqueueMate()) {
      state.queue.push(keys.get(1), images.indices());
    }
    return new Loss(terms.total, figures(terms, queries.get(0), keys.get(0)));
  }

  /** The loss, and its parts by query: anchor, mate, and CutMix where there is one. */
  record Terms(Tensor total, List<Tensor> byQuery, InfoNce anchor) {}

  /** The arithmetic of the loss, on embeddings; every tensor but the mask has rows of length 1. */
  Terms terms(
      List<Tensor> queries,
      List<Tensor> keys,
      Tensor queue,
      Tensor masked,
      double alpha,
      double beta,
      double lambda) {
    List<InfoNce> contrasts =
        queries.stream().map(q -> new InfoNce(q, queue, masked, config.temperature())).toList();
    List<Tensor> byQuery = new ArrayList<>();
    if (config.loss() == LossForm.PAPER) {
      byQuery.add(contrasts.get(0).loss(keys.get(0), alpha, null, 0));
      byQuery.add(contrasts.get(1).loss(keys.get(0), beta, null, 0));
      return new Terms(Tensors.sum(byQuery), byQuery, contrasts.get(0));
    }
    Tensor t0 = keys.get(0);
    Tensor t1 = keys.get(1);
    byQuery.add(contrasts.get(0).loss(t0, alpha, t1, beta));
    byQuery.add(contrasts.get(1).loss(t0, beta, t1, alpha));
    if (config.cutMix()) {
      byQuery.add(contrasts.get(2).loss(t0, lambda, t1, 1 - lambda));
    }
    Tensor total = Tensors.sum(byQuery).div(new Scalar(byQuery.size()));
    return new Terms(total, byQuery, contrasts.get(0));
  }

  private Tensor ownKeys(Tensor indices) {
    return state.queue.owners().unsqueeze(0).eq(indices.unsqueeze(1));
  }

  private Map<String, Tensor> figures(Terms terms, Tensor query, Tensor key) {
    Map<String, Tensor> figures = new LinkedHashMap<>();
    String[] names = {"loss_anchor", "loss_mate", "loss_cutmix"};
    for (int i = 0; i < terms.byQuery.size(); i++) {
      figures.put(names[i], terms.byQuery.get(i).detach());
    }
    figures.put("contrast_accuracy", terms.anchor.accuracy(key));
    figures.put("teacher_cosine", query.detach().mul(key).sum(1).mean());
    figures.put("queue_fill", state.queue.fill());
    figures.put("embedding_std", Figures.embeddingStd(query));
    return figures;
  }

  @Override
  public Layer state() {
    return state;
  }

  @Override
  public Backbone encoder() {
    return state.student.backbone();
  }

  @Override
  public ProjectionHead head() {
    return state.student.head();
  }

  @Override
  public double chanceLoss() {
    double one = Math.log(config.queue() + 1.0);
    double weights = config.intraWeight() + config.interWeight();
    if (config.loss() == LossForm.PAPER) {
      return weights * one;
    }
    return one * (config.cutMix() ? (2 * weights + 1) / 3 : weights);
  }

  @Override
  public void checkRanks(int ranks) {
    config.demand().teacher(teacher.groups()).checkRanks(ranks);
  }

  @Override
  public void check(int images, int batch) {
    config.demand().teacher(teacher.groups()).check(images, batch);
  }
}
