package dev.bingo.method;

import dev.bingo.encoder.Backbone;
import dev.bingo.encoder.EmbeddingNet;
import dev.bingo.encoder.Encoders;
import dev.bingo.encoder.Layer;
import dev.bingo.encoder.Linear;
import dev.bingo.encoder.Maps;
import dev.bingo.encoder.Modules;
import dev.bingo.encoder.ProjectionHead;
import dev.bingo.method.part.Figures;
import dev.bingo.method.part.Heads;
import dev.bingo.method.part.Mixup;
import dev.bingo.method.part.Queue;
import dev.bingo.method.part.Similarities;
import dev.bingo.method.part.TokenRelations;
import dev.bingo.torch.Draws;
import dev.bingo.torch.Tensors;
import dev.bingo.view.Recording;
import dev.bingo.view.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Distillation by likeness to a queue, on mixed images: what lightly-train does for {@code
 * method="distillation"}. Its first version; with {@code tokens} its third.
 *
 * <p>Student f_S, behind one linear layer h, and frozen teacher f_T see the same mixed pixels. The
 * batch's own teacher features are enqueued before they are compared with, and what is not filled
 * of the queue Q is zeros:
 *
 * <pre>
 * v ← λ v + (1 − λ) v[permutation]                         one λ ~ U(0, 1) a batch
 * s = h(f_S(v))   t = f_T(v)                               rows of length 1, no gradient through t
 * enqueue t
 * p = softmax(t·Q / τ)    q = softmax(s·Q / τ)
 * loss = Σ_j p_j log(p_j / q_j)  [+ w · {@link TokenRelations}]
 * </pre>
 *
 * <p>For the relations a second linear layer stands on each place of the student's last map, which
 * is then resized to the teacher's grid. Written from a description of the method alone.
 */
public final class MixSim implements Method {
  private static final long MIX = 0x317;

  private final MixSimConfig config;
  private final Keys teacher;
  private final State state;

  private static final class State extends Layer {
    final EmbeddingNet student;
    final Linear tokens;
    final Queue queue;
    final Tensor teacherEntropy;

    State(EmbeddingNet student, Linear tokens, Queue queue) {
      super("MixSim");
      this.student = child("student", student);
      this.tokens = tokens == null ? null : child("tokens", tokens);
      this.queue = child("queue", queue);
      teacherEntropy = buffer("teacher_entropy", Tensors.zeros(ScalarType.Float, 1));
    }
  }

  /**
   * A distillation at its start.
   *
   * @param student its backbone, trained in place
   * @param teacher its features, without its head
   * @throws IllegalArgumentException where images are mixed and the keys are recorded ones, or
   *     places are compared and one of the networks shows no map
   */
  public MixSim(MixSimConfig config, Backbone student, Keys teacher, long seed) {
    this.config = config;
    this.teacher = teacher;
    if (!config.liveTeacher().isEmpty() && teacher instanceof CachedKeys) {
      throw new IllegalArgumentException(
          config.liveTeacher() + " needs the teacher itself, and not keys that it gave before");
    }
    if (config.tokens()) {
      checkMaps(student.hasMap(), "the student (" + student.architecture() + ") shows none");
      checkMaps(
          !(teacher instanceof Teacher live) || live.hasMap(),
          "the teacher shows none (one of ours or of their names does, with"
              + " teacher.batch_norm=running)");
    }
    Linear tokens = config.tokens() ? new Linear(student.width(), teacher.width()) : null;
    if (tokens != null) {
      Encoders.initialise(tokens, seed + 2);
    }
    EmbeddingNet net =
        Heads.on(student, ProjectionHead.linear(student.width(), teacher.width()), seed);
    state = new State(net, tokens, Queue.ofZeros(teacher.width(), config.queue()));
    Modules.batchNormGroups(state, teacher.groups());
  }

  private static void checkMaps(boolean has, String otherwise) {
    if (!has) {
      throw new IllegalArgumentException(
          "mixsim.tokens compares places of feature maps, and " + otherwise);
    }
  }

  @Override
  public String name() {
    return "mixsim";
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
    Images seen = config.mix() ? mixed(images, progress) : images;
    if (config.tokens()) {
      return loss(
          state.student.featuresAndMap(seen.view(0), seen.precision()),
          ((Teacher) teacher).featuresAndMap(seen, 0),
          seen.indices());
    }
    Tensor s = state.student.embed(seen.view(0), seen.precision());
    Map<String, Tensor> figures = new LinkedHashMap<>();
    Tensor loss = whole(s, teacher.keys(seen, progress, 0).get(0), seen.indices(), figures);
    return new Loss(loss, figures);
  }

  private static Images mixed(Images images, Progress progress) {
    Tensor view = images.view(0);
    Draws draws = Draws.of(progress.seed(), progress.step(), MIX);
    List<Tensor> views = new ArrayList<>(images.views());
    views.set(0, Mixup.drawn(Math.toIntExact(view.size(0)), draws).apply(view));
    return images.withViews(views);
  }

  /**
   * The losses of the whole images and of their places.
   *
   * @param student features as they are
   * @param teacher features of length 1
   */
  Loss loss(Maps student, Maps teacher, Tensor indices) {
    Map<String, Tensor> figures = new LinkedHashMap<>();
    Tensor s = torch.normalize(state.student.head().forward(student.features()));
    Tensor loss = whole(s, teacher.features(), indices, figures);
    Tensor places = places(student.map(), teacher.map());
    figures.put("loss_image", loss.detach());
    figures.put("loss_tokens", places.detach());
    return new Loss(loss.add(places, new Scalar(config.tokenWeight())), figures);
  }

  /** Enqueues {@code t}, then compares. */
  private Tensor whole(Tensor s, Tensor t, Tensor indices, Map<String, Tensor> figures) {
    long count = Math.min(t.size(0), config.queue());
    // There the newest come first, and the last of a batch are the first to go.
    state.queue.push(t.narrow(0, 0, count).flip(0), indices.narrow(0, 0, count).flip(0));
    Similarities p = Similarities.to(state.queue.borrowed(), t, config.temperature());
    Similarities q = Similarities.to(state.queue.borrowed(), s, config.temperature());
    Tensor entropy = p.entropy();
    state.teacherEntropy.copy_(entropy.reshape(1));
    figures.put("teacher_entropy", entropy);
    figures.put("teacher_cosine", s.detach().mul(t).sum(1).mean());
    figures.put("queue_fill", state.queue.fill());
    figures.put("embedding_std", Figures.embeddingStd(s));
    return q.crossEntropy(p).sub(entropy);
  }

  private Tensor places(Tensor student, Tensor teacher) {
    long rows = teacher.size(2);
    long columns = teacher.size(3);
    Tensor projected = state.tokens.forward(student.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
    return TokenRelations.loss(
        TokenRelations.tokens(projected, rows, columns),
        TokenRelations.tokens(teacher, rows, columns),
        config.tokenTemperature());
  }

  Queue queue() {
    return state.queue;
  }

  Linear tokenHead() {
    return state.tokens;
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
   * ln K − H(p), what a student pays that finds all images alike, places apart; H(p) is the latest
   * batch's, and 0 before there is one.
   */
  @Override
  public double chanceLoss() {
    return Math.log(config.queue()) - state.teacherEntropy.item_double();
  }

  @Override
  public void check(int images, int batch) {
    config.demand().teacher(teacher.groups()).check(images, batch);
  }
}
