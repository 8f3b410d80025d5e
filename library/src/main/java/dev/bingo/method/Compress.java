package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.group.Group;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Follower;
import dev.bingo.method.part.Heads;
import dev.bingo.method.part.Queue;
import dev.bingo.method.part.Similarities;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * CompRess: self-supervised learning by compressing representations (Abbasi Koohpayegani et al.,
 * NeurIPS 2020, arXiv 2010.14713).
 *
 * <p>Student f_S and frozen teacher f_T see the same pixels v; both are bare backbones. The student
 * learns to find an image as alike to K others as the teacher does. Each measures likeness in its
 * own space, with features of the same K images in the same order (two queues Q_T, Q_S), or both in
 * the teacher's (one queue, f_S followed by a linear layer):
 *
 * <pre>
 * t = f_T(v)   s = f_S(v)                                  rows of length 1, no gradient through t
 * loss = KL( softmax(t·Q_T / T) ‖ softmax(s·Q_S / T) )     one queue: s·Q_T
 * enqueue t in Q_T; f_S'(v) in Q_S, f_S' a momentum copy: θ' ← m θ' + (1 − m) θ after the step
 * </pre>
 *
 * <p>As in the public code (UMBCvision/CompRess), but for what is in the queues at the start: unit
 * noise here, uniform noise of unit length on average there.
 */
public final class Compress implements Method {
  private static final String STUDENT = "student";

  private final CompressConfig config;
  private final Keys teacher;
  private final State state;
  private final Follower<EmbeddingNet> follower;

  private static final class State extends Layer {
    final EmbeddingNet student;
    final EmbeddingNet follower;
    // The student's features are a column of it: one pointer keeps both queues' rows together.
    final Queue queue;
    final Tensor teacherEntropy;

    State(EmbeddingNet student, EmbeddingNet follower, Queue queue) {
      super("Compress");
      this.student = child("student", student);
      this.follower = follower == null ? null : child("momentum_student", follower);
      this.queue = child("queue", queue);
      teacherEntropy = buffer("teacher_entropy", torch.zeros(1));
    }
  }

  /**
   * A distillation at its start.
   *
   * @param student makes the student's backbone; called once more for its momentum copy
   * @param teacher its features, without its head: a {@link Teacher}, or {@link CachedKeys} that it
   *     gave once
   */
  public Compress(CompressConfig config, Supplier<Backbone> student, Keys teacher, long seed) {
    this(
        config,
        net(config, student.get(), teacher.width(), seed),
        config.hasMomentumStudent() ? net(config, student.get(), teacher.width(), seed) : null,
        teacher,
        seed);
  }

  Compress(
      CompressConfig config, EmbeddingNet student, EmbeddingNet follower, Keys teacher, long seed) {
    this.config = config;
    this.teacher = teacher;
    Map<String, Tensor> columns =
        config.queues() == 1
            ? Map.of()
            : Map.of(STUDENT, new Queue(student.width(), config.queue(), seed + 1).keys().t());
    state = new State(student, follower, new Queue(teacher.width(), config.queue(), seed, columns));
    this.follower = follower == null ? null : new Follower<>(student, follower);
    Modules.batchNormGroups(state, teacher.groups());
  }

  private static EmbeddingNet net(CompressConfig config, Backbone student, int width, long seed) {
    ProjectionHead head =
        config.queues() == 1
            ? ProjectionHead.linear(student.width(), width)
            : ProjectionHead.none(student.width());
    return Heads.on(student, head, seed);
  }

  @Override
  public String name() {
    return "compress";
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
    Tensor v = images.view(0);
    Tensor t = teacher.keys(images, progress, 0).get(0);
    Tensor s = state.student.embed(v, images.precision());
    Match match = match(s, t);
    if (config.queues() == 1) {
      state.queue.push(t, images.indices());
    } else {
      state.queue.push(t, images.indices(), Map.of(STUDENT, follow(v, s, images)));
    }
    Map<String, Tensor> figures = new LinkedHashMap<>();
    figures.put("teacher_entropy", state.teacherEntropy.squeeze().clone());
    figures.put("queue_fill", state.queue.fill());
    figures.put("embedding_std", Figures.embeddingStd(s));
    return new Loss(match.loss, figures);
  }

  /** What the student's queue is filled with. */
  private Tensor follow(Tensor v, Tensor s, Images images) {
    if (state.follower == null) {
      return s.detach();
    }
    try (AutoGradMode off = new AutoGradMode(false)) {
      return state.follower.embed(v, images.precision());
    }
  }

  /** The loss of embeddings, and the two distributions. */
  record Match(Tensor loss, Similarities teacher, Similarities student) {}

  /** The arithmetic of the loss; {@code s} and {@code t} have rows of length 1. */
  Match match(Tensor s, Tensor t) {
    Tensor theirs =
        config.queues() == 1
            ? state.queue.keys()
            : state.queue.column(STUDENT).detach().clone().t();
    Similarities p = Similarities.to(state.queue.borrowed(), t, config.temperature());
    Similarities q = Similarities.to(theirs, s, config.temperature());
    Tensor entropy = p.entropy();
    remember(entropy);
    return new Match(q.crossEntropy(p).sub(entropy), p, q);
  }

  private void remember(Tensor entropy) {
    Group ranks = Group.here();
    Tensor mean = ranks.sum(entropy).div(new Scalar((double) ranks.size()));
    ranks.once(() -> state.teacherEntropy.copy_(mean));
  }

  @Override
  public void afterStep(Progress progress) {
    if (follower != null) {
      follower.follow(config.momentum(), progress.step());
    }
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

  /**
   * ln K − H(p), which a student pays that finds all keys alike; H(p), the teacher's entropy, is
   * the latest batch's, and 0 before there is one.
   */
  @Override
  public double chanceLoss() {
    return Math.log(config.queue()) - state.teacherEntropy.item_double();
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
