package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Heads;
import dev.bingo.method.part.Queue;
import dev.bingo.method.part.Similarities;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * SEED: self-supervised distillation (Fang et al., ICLR 2021, arXiv 2101.04731).
 *
 * <p>Student f_S and frozen teacher f_T see the same pixels v. The student learns to find the image
 * as alike to the teacher's keys Q of other images as the teacher does (equation 5):
 *
 * <pre>
 * s = f_S(v)   t = f_T(v)                                  rows of length 1, no gradient through t
 * p = softmax([t·t | t·Q] / τ_T)    q = softmax([s·t | s·Q] / τ_S)
 * loss = −Σ_j p_j log q_j
 * enqueue t
 * </pre>
 *
 * <p>With small patches, as the public code (jacobswan1/SEED) has for SwAV's teachers, student and
 * teacher also see N small crops of each image; their loss, over a queue of their own, is added,
 * and the first one's key is enqueued there.
 */
public final class Seed implements Method {
  private final SeedConfig config;
  private final Keys teacher;
  private final State state;

  private static final class State extends Layer {
    final EmbeddingNet student;
    final Queue queue;
    final Queue smallQueue;

    State(EmbeddingNet student, Queue queue, Queue smallQueue) {
      super("Seed");
      this.student = child("student", student);
      this.queue = child("queue", queue);
      this.smallQueue = smallQueue == null ? null : child("small_queue", smallQueue);
    }
  }

  /**
   * A distillation at its start; the student's head ends as wide as the teacher's keys.
   *
   * @param student its backbone, trained in place
   * @param teacher its keys: a {@link Teacher}, or {@link CachedKeys} that it gave once
   */
  public Seed(SeedConfig config, Backbone student, Keys teacher, long seed) {
    this(config, net(config, student, teacher.width(), seed), teacher, seed);
  }

  Seed(SeedConfig config, EmbeddingNet student, Keys teacher, long seed) {
    this.config = config;
    this.teacher = teacher;
    Queue small =
        config.patches() == 0 ? null : new Queue(teacher.width(), config.queue(), seed + 1);
    state = new State(student, new Queue(teacher.width(), config.queue(), seed), small);
    Modules.batchNormGroups(state, teacher.groups());
  }

  private static EmbeddingNet net(SeedConfig config, Backbone student, int width, long seed) {
    ProjectionHead head = Heads.of(student.width(), config.hidden(), width);
    return Heads.on(student, head, seed);
  }

  @Override
  public String name() {
    return "seed";
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
    Tensor t = teacher.keys(images, progress, 0).get(0);
    Tensor s = state.student.embed(images.view(0), images.precision());
    Match match = match(s, t, state.queue.keys());
    Tensor loss = match.loss;
    state.queue.push(t, images.indices());

    Map<String, Tensor> figures = new LinkedHashMap<>();
    if (config.patches() > 0) {
      Tensor small = patches(images, progress);
      figures.put("loss_image", loss.detach());
      figures.put("loss_patches", small.detach());
      loss = loss.add(small);
    }
    figures.put("teacher_entropy", match.teacher.entropy());
    figures.put("teacher_cosine", s.detach().mul(t).sum(1).mean());
    figures.put("queue_fill", state.queue.fill());
    figures.put("embedding_std", Figures.embeddingStd(s));
    return new Loss(loss, figures);
  }

  /** The same of the small crops, whose keys of the first are enqueued. */
  private Tensor patches(Images images, Progress progress) {
    int[] positions = IntStream.rangeClosed(1, config.patches()).toArray();
    List<Tensor> keys = teacher.keys(images, progress, positions);
    List<Tensor> crops = images.views().subList(1, images.views().size());
    Tensor s = state.student.embed(crops, images.precision());
    Tensor t = torch.cat(new TensorVector(keys.toArray(new Tensor[0])));
    Tensor loss = match(s, t, state.smallQueue.keys()).loss;
    state.smallQueue.push(keys.get(0), images.indices());
    return loss;
  }

  /** The loss of embeddings, and the two distributions over own key and queue. */
  record Match(Tensor loss, Similarities teacher, Similarities student) {}

  /** The arithmetic of the loss; {@code s} and {@code t} have rows of length 1. */
  Match match(Tensor s, Tensor t, Tensor queue) {
    Similarities p = Similarities.toOwnAnd(t, queue, t, config.teacherTemperature());
    Similarities q = Similarities.toOwnAnd(t, queue, s, config.temperature());
    return new Match(q.crossEntropy(p), p, q);
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

  /** ln(K + 1), of the image and once more of its patches. */
  @Override
  public double chanceLoss() {
    return (config.patches() > 0 ? 2 : 1) * Math.log(config.queue() + 1.0);
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
