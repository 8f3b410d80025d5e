package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Follower;
import dev.bingo.method.part.Heads;
import dev.bingo.method.part.Queue;
import dev.bingo.method.part.Shuffle;
import dev.bingo.method.part.Similarities;
import dev.bingo.torch.Draws;
import dev.bingo.view.View;
import dev.bingo.view.View.Source;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * MSVQ: self-supervised learning with multiple sample views and queues (Peng et al.,
 * Knowledge-Based Systems 283, 2024, arXiv 2305.05370).
 *
 * <p>Two teachers follow the student at different speeds, each with a queue of its keys. The
 * student, on a strongly changed view v1, learns to find the image as alike to the keys as the
 * teachers do on the weakly changed v2, v3 and v4:
 *
 * <pre>
 * θ_1 ← m1 θ_1 + (1 − m1) θ    θ_2 ← m2 θ_2 + (1 − m2) θ
 * z1 = f(v1)    z2 = f_1(v2)   z3 = f_1(v3)   z4 = f_2(v4)    rows of length 1, teachers shuffled
 * H(t, Q) = −Σ_j softmax_j(t·Q / τ_t) log softmax_j(z1·Q / τ_s)
 * loss = [ H(z2, Q1) + H(z3, Q1) + H(z4, Q2) ] / 3
 * enqueue z2 in Q1, z4 in Q2
 * </pre>
 *
 * <p>As in the public code (pc-cp/MSVQ), a batch that would reach past a queue's end is cut off
 * there and the next one starts at its beginning.
 */
public final class Msvq implements Method {
  static final long SHUFFLE = 0x35f;

  private final MsvqConfig config;
  private final State state;
  private final Follower<EmbeddingNet> follower1;
  private final Follower<EmbeddingNet> follower2;

  private static final class State extends Layer {
    final EmbeddingNet student;
    final EmbeddingNet teacher1;
    final EmbeddingNet teacher2;
    final Queue queue1;
    final Queue queue2;

    State(EmbeddingNet[] nets, Queue queue1, Queue queue2) {
      super("Msvq");
      student = child("student", nets[0]);
      teacher1 = child("teacher1", nets[1]);
      teacher2 = child("teacher2", nets[2]);
      this.queue1 = child("queue1", queue1);
      this.queue2 = child("queue2", queue2);
    }
  }

  /**
   * A training at its start.
   *
   * @param backbone makes the network; called three times, for the student and its teachers
   */
  public Msvq(MsvqConfig config, Supplier<Backbone> backbone, long seed) {
    this(config, seed, nets(config, backbone, seed));
  }

  Msvq(MsvqConfig config, long seed, EmbeddingNet... nets) {
    this.config = config;
    state =
        new State(
            nets,
            new Queue(config.embedding(), config.queue(), seed),
            new Queue(config.embedding(), config.queue(), seed + 1));
    follower1 = new Follower<>(state.student, state.teacher1);
    follower2 = new Follower<>(state.student, state.teacher2);
    Modules.batchNormGroups(state, config.groups());
  }

  private static EmbeddingNet[] nets(MsvqConfig config, Supplier<Backbone> backbone, long seed) {
    EmbeddingNet[] nets = new EmbeddingNet[3];
    for (int i = 0; i < nets.length; i++) {
      Backbone b = backbone.get();
      ProjectionHead head = Heads.of(b.width(), config.hidden(), config.embedding());
      nets[i] = Heads.on(b, head, seed);
    }
    return nets;
  }

  @Override
  public String name() {
    return "msvq";
  }

  @Override
  public List<View> views() {
    return List.of(
        new View("strong", Source.ANCHOR, config.augmentation(), config.size()),
        new View("weak1", Source.ANCHOR, config.weak(), config.size()),
        new View("weak2", Source.ANCHOR, config.weak(), config.size()),
        new View("weak3", Source.ANCHOR, config.weak(), config.size()));
  }

  @Override
  public Loss loss(Images images, Progress progress) {
    // 1. the teachers follow
    follower1.follow(config.momentum1(), progress.step());
    follower2.follow(config.momentum2(), progress.step());
    // 2. what student and teachers say
    Tensor z1 = state.student.embed(images.view(0), images.precision());
    Tensor z2 = key(state.teacher1, images, 1, progress);
    Tensor z3 = key(state.teacher1, images, 2, progress);
    Tensor z4 = key(state.teacher2, images, 3, progress);
    // 3. the student against both queues
    Tensor q1 = state.queue1.keys();
    Tensor q2 = state.queue2.keys();
    Similarities p2 = Similarities.to(q1, z2, config.teacherTemperature());
    Similarities p3 = Similarities.to(q1, z3, config.teacherTemperature());
    Similarities p4 = Similarities.to(q2, z4, config.teacherTemperature());
    Similarities first = Similarities.to(q1, z1, config.temperature());
    Similarities second = Similarities.to(q2, z1, config.temperature());
    Tensor loss =
        first
            .crossEntropy(p2)
            .add(first.crossEntropy(p3))
            .add(second.crossEntropy(p4))
            .div(new Scalar(3));
    // 4. old keys have been compared with: overwrite them
    state.queue1.pushToEnd(z2, images.indices());
    state.queue2.pushToEnd(z4, images.indices());

    Map<String, Tensor> figures = new LinkedHashMap<>();
    figures.put(
        "teacher_entropy", p2.entropy().add(p3.entropy()).add(p4.entropy()).div(new Scalar(3)));
    figures.put("positive_cosine", z1.detach().mul(z2).sum(1).mean());
    figures.put("queue_fill", state.queue1.fill());
    figures.put("embedding_std", Figures.embeddingStd(z1));
    return new Loss(loss, figures);
  }

  private Tensor key(EmbeddingNet teacher, Images images, int view, Progress progress) {
    Draws draws = Draws.of(progress.seed(), progress.step(), view, SHUFFLE);
    return Shuffle.keys(teacher, images.view(view), images.precision(), config.groups(), draws);
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

  /** ln K. */
  @Override
  public double chanceLoss() {
    return Math.log(config.queue());
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
